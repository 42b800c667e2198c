import { createSecretKeeper } from '../../lib/handlers/secret-keeper.ts';

/** What Secrets Manager has. */
export interface StoredSecret {
  text: string | undefined;
  reads: number;
  isReachable: boolean;
}

export const storedSecret = (text: string | undefined): StoredSecret => ({ text, reads: 0, isReachable: true });

/** The keeper of one Lambda for a secret, and what it has reported. */
export function keeperOf(secret: StoredSecret) {
  const faults: string[] = [];
  const counted: string[] = [];
  const secretsAt = createSecretKeeper({
    read: async () => {
      secret.reads += 1;
      if (!secret.isReachable) throw new Error('Secrets Manager is not reached');
      return secret.text;
    },
    onFault: (what, fault) => faults.push(`unable to ${what}: ${fault instanceof Error ? fault.message : fault}`),
    count: (name) => counted.push(name),
  });
  return { secretsAt, faults, counted };
}

/** A keeper with a secret of its own. */
export function keptSecret(text: string | undefined) {
  const secret = storedSecret(text);
  return { secret, ...keeperOf(secret) };
}

export const NEW = 'n3w-0123456789-ABCDEF';
export const OLD = '0ld-9876543210-abcdef';
export const textOf = (appSecret: unknown, previousAppSecret?: unknown): string =>
  JSON.stringify({ appSecret, previousAppSecret });
