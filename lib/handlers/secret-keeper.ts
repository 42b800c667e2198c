import type { Secrets, SecretsInForce } from '../server-api/secrets.ts';
import { readAppSecret } from './app-secret.ts';

/** How long a Lambda that has read a secret may still accept it after it was removed. */
const KEPT_MS = 60_000;
/** A signature that matches no known secret may be by a newer one; callers cause at most one read in this time. */
const RENEWED_EVERY_MS = 10_000;
/** How soon an unusable secret is read again. */
const FAULT_KEPT_MS = 1000;

/** The secrets as of the time of an event. */
export type SecretsAt = (nowMs: number) => SecretsInForce;

/** How the secret is read, and where an unusable one is reported: in the log, and in the metric of an alarm. */
export interface SecretKeeperOptions {
  readonly read: () => Promise<string | undefined>;
  readonly onFault: (what: string, fault: unknown) => void;
  readonly count: (name: 'secretUnusable') => void;
}

type LastRead = { readonly atMs: number } & ({ readonly secrets: Secrets } | { readonly fault: unknown });

/**
 * Reads the app's secret and keeps it for a minute. While it cannot be read or is malformed, there is none: every
 * caller fails, even where the former secret would still do.
 */
export function createSecretKeeper({ read, onFault, count }: SecretKeeperOptions): SecretsAt {
  let last: LastRead | undefined;
  let renewedAtMs = Number.NEGATIVE_INFINITY;
  const readAt = async (atMs: number): Promise<LastRead> => {
    try {
      return { atMs, secrets: readAppSecret(await read()) };
    } catch (fault) {
      return { atMs, fault };
    }
  };
  const secretsOf = (found: LastRead): Secrets => {
    if ('secrets' in found) return found.secrets;
    onFault('use the app secret', found.fault);
    count('secretUnusable');
    throw found.fault;
  };
  return (nowMs) => ({
    current: async () => {
      if (last === undefined || nowMs - last.atMs >= lifeMs(last)) last = await readAt(nowMs);
      return secretsOf(last);
    },
    renewed: async () => {
      if (nowMs - renewedAtMs < RENEWED_EVERY_MS) return undefined;
      renewedAtMs = nowMs;
      last = await readAt(nowMs);
      return secretsOf(last);
    },
  });
}

const lifeMs = (found: LastRead): number => ('fault' in found ? FAULT_KEPT_MS : KEPT_MS);
