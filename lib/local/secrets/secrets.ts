import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isRecord } from '../base/json.ts';
import type { LocalSecret } from '../template/local-secret.ts';

/** The secrets of a stack. Each value is generated once. */
export interface Secrets {
  /** By logical id, name or ARN. */
  find(id: string): { readonly arn: string; readonly name: string; readonly value: string } | undefined;
  /** Replaces the value of a secret, as Secrets Manager's PutSecretValue does. */
  put(id: string, value: string): void;
}

/** How to create the secrets. */
export interface SecretsOptions {
  readonly secrets: readonly LocalSecret[];
  readonly randomId: () => string;
  /** The file that keeps the values between runs; without it they last as long as the process. */
  readonly file?: string | undefined;
}

const characterGroups = [
  ['ExcludeLowercase', 'abcdefghijklmnopqrstuvwxyz'],
  ['ExcludeUppercase', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'],
  ['ExcludeNumbers', '0123456789'],
  ['ExcludePunctuation', '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'],
] as const;

function generateText(generate: Readonly<Record<string, unknown>>, randomId: () => string): string {
  const excluded = new Set(String(generate.ExcludeCharacters ?? ''));
  const alphabet = characterGroups
    .filter(([flag]) => generate[flag] !== true)
    .flatMap(([, characters]) => [...characters])
    .filter((character) => !excluded.has(character));
  const length = Number(generate.PasswordLength ?? 32);
  let text = '';
  while (text.length < length) {
    const bytes = createHash('sha256').update(randomId()).digest();
    for (const byte of bytes) text += alphabet[byte % alphabet.length] ?? '';
  }
  return text.slice(0, length);
}

function createValue(secret: LocalSecret, randomId: () => string): string {
  if (secret.secretString !== undefined) return secret.secretString;
  const { SecretStringTemplate, GenerateStringKey } = secret.generate;
  const text = generateText(secret.generate, randomId);
  if (typeof GenerateStringKey !== 'string') return text;
  return JSON.stringify({ ...JSON.parse(String(SecretStringTemplate ?? '{}')), [GenerateStringKey]: text });
}

/** A damaged file is an error. Treating it as a missing one would replace all secrets without a word. */
function readStored(file: string | undefined): Record<string, string> {
  if (file === undefined || !existsSync(file)) return {};
  const refuse = (why: string): never => {
    throw new Error(`unable to use ${file}; ${why} (it is kept as it is: move it away to get new secrets)`);
  };
  const { value: stored } = parseJson(readFileSync(file, 'utf8')) ?? refuse('it is not JSON');
  if (!isRecord(stored) || Object.values(stored).some((value) => typeof value !== 'string')) {
    return refuse('it is no object of texts');
  }
  return stored as Record<string, string>;
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** In one step: a process that is killed leaves a file that has the old values or the new ones. */
function writeStored(file: string, values: Readonly<Record<string, string>>): void {
  mkdirSync(dirname(file), { recursive: true });
  const written = `${file}.new`;
  writeFileSync(written, JSON.stringify(values), { mode: 0o600 });
  renameSync(written, file);
}

/** Creates the secrets that an earlier run has not stored yet. */
export function createSecrets({ secrets, randomId, file }: SecretsOptions): Secrets {
  const values = readStored(file);
  const store = (): void => {
    if (file !== undefined) writeStored(file, values);
  };
  const findSecret = (id: string) => secrets.find(({ logicalId, name, arn }) => [logicalId, name, arn].includes(id));
  for (const secret of secrets) values[secret.logicalId] ??= createValue(secret, randomId);
  store();
  return {
    find: (id) => {
      const secret = findSecret(id);
      const value = secret === undefined ? undefined : values[secret.logicalId];
      return secret === undefined || value === undefined ? undefined : { arn: secret.arn, name: secret.name, value };
    },
    put: (id, value) => {
      const secret = findSecret(id);
      if (secret === undefined) throw new Error(`unable to write the secret ${id}; the template has no such secret`);
      values[secret.logicalId] = value;
      store();
    },
  };
}
