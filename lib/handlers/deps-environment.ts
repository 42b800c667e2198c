import type { Settings } from '../domain/settings.ts';

/** What the template sets in a Lambda's environment; in a file of its own so that a small Lambda stays small. */
export function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') throw new Error(`unable to start; the environment has no ${name}`);
  return value;
}

export const readSettings = (): Settings => JSON.parse(required('SETTINGS'));

/** The name by which a Lambda starts itself: with the alias, if the deployment has one. */
export function ownName(): string | undefined {
  const { AWS_LAMBDA_FUNCTION_NAME: name, LIVE_ALIAS: alias } = process.env;
  return name !== undefined && alias !== undefined ? `${name}:${alias}` : name;
}

/** What a transport takes from outside besides its clock. */
export interface Chance {
  readonly random: () => number;
  readonly sleep: (pauseMs: number) => Promise<void>;
}

/** A Lambda's credentials stay the same as long as its environment lives. */
export function environmentCredentials() {
  const credentials = {
    accessKeyId: required('AWS_ACCESS_KEY_ID'),
    secretAccessKey: required('AWS_SECRET_ACCESS_KEY'),
    sessionToken: process.env.AWS_SESSION_TOKEN,
  };
  return () => credentials;
}
