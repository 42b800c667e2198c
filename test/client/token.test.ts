import { afterEach, expect, it, vi } from 'vitest';
import { readToken } from '../../lib/client/token.ts';

afterEach(() => vi.unstubAllGlobals());

const encoded = (text: string) => `e30.${Buffer.from(text).toString('base64url')}.x`;

it('the client reads a token without a TextDecoder', () => {
  vi.stubGlobal('TextDecoder', undefined);
  vi.stubGlobal('TextEncoder', undefined);
  const claims = { sub: 'Ænne 字 😀', exp: 5 };
  expect(readToken(encoded(JSON.stringify(claims)))).toEqual({ userId: 'Ænne 字 😀', expiresAtMs: 5000 });
  expect(readToken(encoded('{"sub":"ann"}'))).toEqual({ userId: 'ann', expiresAtMs: undefined });
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
