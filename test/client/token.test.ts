import { afterEach, expect, it, vi } from 'vitest';
import { readToken } from '../../lib/client/connection/token.ts';

afterEach(() => vi.unstubAllGlobals());

const encoded = (text: string) => `e30.${Buffer.from(text).toString('base64url')}.x`;

it('the client reads a token without atob and a TextDecoder', () => {
  for (const name of ['TextDecoder', 'TextEncoder', 'atob']) vi.stubGlobal(name, undefined);
  const claims = { sub: 'Ænne 字 😀', exp: 5, iat: 3, aud: 'app' };
  const read = { userId: 'Ænne 字 😀', expiresAtMs: 5000, lifeMs: 2000, appKeys: ['app'] };
  expect(readToken(encoded(JSON.stringify(claims)))).toEqual(read);
  const nothing = { expiresAtMs: undefined, lifeMs: undefined, appKeys: undefined };
  expect(readToken(encoded('{"sub":"ann"}'))).toEqual({ userId: 'ann', ...nothing });
});

it('a user of any bytes is read as Node reads them', () => {
  for (let length = 1; length < 40; length += 1) {
    const sub = String.fromCodePoint(...Array.from({ length }, (_, index) => 33 + ((index * 97 + length * 31) % 5000)));
    expect(readToken(encoded(JSON.stringify({ sub })))?.userId).toBe(sub);
    expect(readToken(`e30.${Buffer.from(JSON.stringify({ sub })).toString('base64')}.x`)?.userId).toBe(sub);
  }
});

it.each([
  ['no JWT', 'token'],
  ['no base64', 'e30.*.x'],
  ['no UTF-8', `e30.${Buffer.from('{"sub":"\xff"}', 'latin1').toString('base64url')}.x`],
  ['no JSON', encoded('ann')],
  ['no object', encoded('"ann"')],
  ['for an empty user', encoded('{"sub":""}')],
  ['for a number', encoded('{"sub":1}')],
])('a token that is %s names no user', (_what, token) => {
  expect(readToken(token)).toBeUndefined();
});
