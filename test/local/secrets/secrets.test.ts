import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createSecrets } from '../../../lib/local/secrets/secrets.ts';

const folder = mkdtempSync(join(tmpdir(), 'secrets-'));
afterAll(() => rmSync(folder, { recursive: true }));

const generate = { SecretStringTemplate: '{}', GenerateStringKey: 'password', PasswordLength: 20 };
const secrets = [{ logicalId: 'App', name: 'app-name', arn: 'arn:app', secretString: undefined, generate }];
const open = (file?: string) => createSecrets({ secrets, randomId: () => 'chance', file });

describe('the secrets of a stack', () => {
  it('store a new value, which every name of the secret finds', () => {
    const file = join(folder, 'stored.json');
    const created = open(file);
    expect(JSON.parse(created.find('App')?.value ?? '')).toEqual({ password: expect.stringMatching(/^.{20}$/) });
    created.put('app-name', 'another');
    for (const id of ['App', 'app-name', 'arn:app']) expect(created.find(id)?.value).toBe('another');
    expect(open(file).find('App')?.value).toBe('another');
    expect(() => created.put('none', 'x')).toThrow('unable to write the secret none; the template has no such secret');
  });

  it('do not replace a file that is unreadable', () => {
    const file = join(folder, 'broken.json');
    writeFileSync(file, '{"App":');
    expect(() => open(file)).toThrow(`unable to use ${file}; it is not JSON`);
    expect(readFileSync(file, 'utf8')).toBe('{"App":');
  });
});
