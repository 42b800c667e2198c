import { describe, expect, it } from 'vitest';
import { keptSecret, NEW, OLD, textOf } from './kept-secret.ts';

const AT_MS = 1_800_000_000_000;

describe('a secret', () => {
  it('is read once a minute', async () => {
    const { secret, secretsAt } = keptSecret(textOf(OLD));
    for (const afterMs of [0, 1, 59_999]) expect(await secretsAt(AT_MS + afterMs).current()).toEqual([OLD]);
    expect(secret.reads).toBe(1);
    secret.text = textOf(NEW);
    expect(await secretsAt(AT_MS + 59_999).current()).toEqual([OLD]);
    expect(await secretsAt(AT_MS + 60_000).current()).toEqual([NEW]);
    expect(secret.reads).toBe(2);
  });

  it('is read again for what it has not signed, at most every ten seconds', async () => {
    const { secret, secretsAt } = keptSecret(textOf(OLD));
    await secretsAt(AT_MS).current();
    secret.text = textOf(NEW, OLD);
    expect(await secretsAt(AT_MS + 1).renewed()).toEqual([NEW, OLD]);
    expect(await secretsAt(AT_MS + 1).current()).toEqual([NEW, OLD]);
    secret.text = textOf(NEW);
    for (let afterMs = 1; afterMs < 10_001; afterMs += 10) {
      expect(await secretsAt(AT_MS + afterMs).renewed()).toBeUndefined();
    }
    expect(secret.reads).toBe(2);
    expect(await secretsAt(AT_MS + 10_001).renewed()).toEqual([NEW]);
  });

  it.each([
    ['malformed', (of: ReturnType<typeof keptSecret>['secret']) => (of.text = textOf(NEW, ''))],
    ['out of reach', (of: ReturnType<typeof keptSecret>['secret']) => (of.isReachable = false)],
  ])('is unusable while it is %s, and each time that is reported', async (_what, spoil) => {
    const { secret, secretsAt, faults, counted } = keptSecret(textOf(NEW));
    spoil(secret);
    for (const afterMs of [0, 1, 999]) await expect(secretsAt(AT_MS + afterMs).current()).rejects.toThrow(/./);
    await expect(secretsAt(AT_MS + 10_000).renewed()).rejects.toThrow(/./);
    expect(secret.reads).toBe(2);
    expect(counted).toEqual(Array.from({ length: 4 }, () => 'secretUnusable'));
    expect(faults).toHaveLength(4);
    for (const fault of faults) expect(fault).toMatch(/^unable to use the app secret: /);
  });

  it('that has become malformed is not replaced by the former one', async () => {
    const { secret, secretsAt } = keptSecret(textOf(NEW));
    await secretsAt(AT_MS).current();
    secret.text = textOf('');
    await expect(secretsAt(AT_MS + 10_000).renewed()).rejects.toThrow('unable to use the app secret');
    await expect(secretsAt(AT_MS + 10_001).current()).rejects.toThrow('unable to use the app secret');
  });

  it('is usable a second after it was repaired', async () => {
    const { secret, secretsAt } = keptSecret('');
    await expect(secretsAt(AT_MS).current()).rejects.toThrow('unable to use the app secret');
    secret.text = textOf(NEW);
    await expect(secretsAt(AT_MS + 999).current()).rejects.toThrow('unable to use the app secret');
    expect(await secretsAt(AT_MS + 1000).current()).toEqual([NEW]);
  });
});
