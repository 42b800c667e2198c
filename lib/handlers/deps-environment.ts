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
