import { describe, expect, it } from 'vitest';
import { readAppSecret } from '../../lib/handlers/app-secret.ts';
import { NEW, OLD, textOf } from './kept-secret.ts';
import { malformedSecrets } from './malformed-secrets.ts';

describe('the app secret', () => {
  it.each([
    ['one secret', textOf(NEW), [NEW]],
    ['two, the newest first', textOf(NEW, OLD), [NEW, OLD]],
    ['the order of the fields does not matter', `{"previousAppSecret":"${OLD}","appSecret":"${NEW}"}`, [NEW, OLD]],
    ['blanks around', ` { "appSecret" : "${NEW}" }\n`, [NEW]],
    ['16 characters', textOf('0123456789abcdef'), ['0123456789abcdef']],
    ['8 different ones', textOf('0123456701234567'), ['0123456701234567']],
    ['all of visible ASCII', textOf('!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'), ['!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~']],
    ['as Secrets Manager makes it', textOf('aB3'.padEnd(32, 'cDeFgHiJkL')), ['aB3'.padEnd(32, 'cDeFgHiJkL')]],
  ])('is taken: %s', (_what, text, secrets) => {
    expect(readAppSecret(text)).toEqual(secrets);
  });

  it.each(malformedSecrets)('is refused: %s', (_what, text, why) => {
    expect(() => readAppSecret(text)).toThrow(new Error(`unable to use the app secret; ${why}`));
  });

  it('I-S1: is never in the sentence that refuses it', () => {
    for (const [, text] of malformedSecrets) {
      // Of what is long enough to be a secret, no six characters in a row.
      const parts = (text ?? '').length < 16 ? [] : [NEW.slice(0, 6), NEW.slice(-6), '0123456', 'xxxxxx', 'doorman'];
      try {
        readAppSecret(text);
      } catch (fault) {
        for (const part of parts) expect(String(fault)).not.toContain(part);
      }
    }
    expect.hasAssertions();
  });
});
