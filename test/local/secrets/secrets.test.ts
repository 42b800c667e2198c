import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createSecrets } from '../../../lib/local/secrets/secrets.ts';

const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));

const generate = { SecretStringTemplate: '{}', GenerateStringKey: 'appSecret', PasswordLength: 20 };
const secrets = [{ logicalId: 'App', name: 'app-name', arn: 'arn:app', secretString: undefined, generate }];
const open = (file?: string) => createSecrets({ secrets, randomId: () => 'chance', file });

describe('the secrets of this machine', () => {
  it('can be given another value, which is found by every name and kept', () => {
    const file = join(folder, 'kept.json');
    const made = open(file);
    expect(JSON.parse(made.find('App')?.value ?? '')).toEqual({ appSecret: expect.stringMatching(/^.{20}$/) });
    made.put('app-name', 'another');
    for (const id of ['App', 'app-name', 'arn:app']) expect(made.find(id)?.value).toBe('another');
    expect(open(file).find('App')?.value).toBe('another');
    expect(() => made.put('none', 'x')).toThrow('unable to write the secret none; the template has no such secret');
  });

  it('are not made anew over a file that cannot be read', () => {
    const file = join(folder, 'broken.json');
    writeFileSync(file, '{"App":');
    expect(() => open(file)).toThrow(`unable to read the secrets in ${file}; it is no JSON`);
    expect(readFileSync(file, 'utf8')).toBe('{"App":');
  });
});
