import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { required } from './deps-environment.ts';

export interface AppSecret {
  readonly appKey: string;
  /** The secrets in force, newest first: two while one is being rotated. */
  readonly secrets: readonly string[];
}

const CACHE_MS = 300_000;

/** Reads the app's key and secret from Secrets Manager, kept for five minutes. */
export function secretReader(): (nowMs: number) => Promise<AppSecret> {
  const client = new SecretsManagerClient({});
  let kept: { readonly untilMs: number; readonly secret: Promise<AppSecret> } | undefined;
  const read = async (): Promise<AppSecret> => {
    const answer = await client.send(new GetSecretValueCommand({ SecretId: required('SECRET_ARN') }));
    const value: { appKey: string; appSecret: string; previousAppSecret?: string } = JSON.parse(
      answer.SecretString ?? '{}',
    );
    const { appKey, appSecret, previousAppSecret } = value;
    return { appKey, secrets: previousAppSecret === undefined ? [appSecret] : [appSecret, previousAppSecret] };
  };
  return async (nowMs) => {
    if (kept === undefined || nowMs >= kept.untilMs) kept = { untilMs: nowMs + CACHE_MS, secret: read() };
    try {
      return await kept.secret;
    } catch (fault) {
      kept = undefined;
      throw fault;
    }
  };
}
