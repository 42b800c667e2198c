import { describe, expect, it } from 'vitest';
import { checkSignature } from '../../lib/server-api/signature.ts';
import { signedCall } from './signed-call.ts';

const keys = { appKey: 'unit-app', secrets: ['old-secret', 'new-secret'] };
const signed = (secret = 'new-secret') => signedCall('/', '', secret).headers;
const check = (headers: Record<string, string>) => () => checkSignature(keys, headers);
const refusedWith = (code: number) => expect.objectContaining({ statusCode: 401, code });

describe('the signature', () => {
  it('is the SHA-1 of secret, nonce and timestamp', () => {
    // printf 'secret12' | sha1sum
    const signature = 'e9424e7e2a8860a0d3198a794e94222d7a1083d2';
    expect(() =>
      checkSignature({ appKey: 'a', secrets: ['secret'] }, { 'app-key': 'a', nonce: '1', timestamp: '2', signature }),
    ).not.toThrow();
  });

  it('is accepted by every secret in force', () => {
    expect(check(signed('old-secret'))).not.toThrow();
    expect(check(signed('new-secret'))).not.toThrow();
  });

  it('is accepted in headers with the prefix RC-', () => {
    const prefixed = Object.fromEntries(Object.entries(signed()).map(([name, value]) => [`rc-${name}`, value]));
    expect(check(prefixed)).not.toThrow();
  });

  it('is accepted again: the SDK sends the same nonce with every call', () => {
    const headers = signed();
    expect(check(headers)).not.toThrow();
    expect(check(headers)).not.toThrow();
  });

  it('is refused by another secret', () => {
    expect(check(signed('other'))).toThrow(refusedWith(1004));
  });

  it.each(['nonce', 'timestamp', 'signature'])('is refused without %s', (name) => {
    expect(check({ ...signed(), [name]: '' })).toThrow(refusedWith(1004));
  });

  it.each(['nonce', 'timestamp'])('is refused when %s was changed', (name) => {
    expect(check({ ...signed(), [name]: '1' })).toThrow(refusedWith(1004));
  });

  it('is refused when one digit differs, when cut and when longer', () => {
    const { signature = '' } = signed();
    const flipped = signature.slice(0, -1) + (signature.endsWith('0') ? '1' : '0');
    for (const wrong of [flipped, signature.slice(2), `${signature}00`, 'zz'.repeat(20)]) {
      expect(check({ ...signed(), signature: wrong })).toThrow(refusedWith(1004));
    }
  });

  it('never matches an empty secret', () => {
    const headers = signed('');
    expect(() => checkSignature({ appKey: 'unit-app', secrets: [''] }, headers)).toThrow(refusedWith(1004));
    expect(() => checkSignature({ appKey: 'unit-app', secrets: [] }, headers)).toThrow(refusedWith(1004));
  });

  it('does not help with another app key', () => {
    expect(check({ ...signed(), 'app-key': 'other' })).toThrow(refusedWith(1001));
    expect(check({ ...signed(), 'app-key': '' })).toThrow(refusedWith(1001));
  });
});
