import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { authorizeHandler } from '../../lib/handlers/authorize.ts';
import { issueToken, verifyToken } from '../../lib/handlers/token.ts';
import { inForce } from '../server-api/api-caller.ts';

const secret = 'a-secret-for-tests-0123456789abcd';
const nowMs = 1_800_000_000_000;
const nowSec = nowMs / 1000;
const claims = { sub: 'ann', iss: 'doorman', aud: 'app', iat: nowSec, exp: nowSec + 60 };

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
function forge(header: object, payload: object, key = `doorman/token/${secret}`, hash = 'sha256'): string {
  const signed = `${part(header)}.${part(payload)}`;
  return `${signed}.${createHmac(hash, key).update(signed).digest('base64url')}`;
}
const hs256 = { alg: 'HS256' };
const verify = (token: string, atMs = nowMs) => verifyToken(token, 'app', [secret], atMs);

describe('a token', () => {
  it('names its user until the moment it expires', async () => {
    const token = await issueToken('ann', 'app', secret, nowMs, 60);
    expect(await verify(token)).toEqual({ ok: true, userId: 'ann', issuedAtMs: nowMs, expiresAtMs: nowMs + 60_000 });
    expect(await verify(token, nowMs + 59_999)).toMatchObject({ ok: true });
    expect(await verify(token, nowMs + 60_000)).toEqual({ ok: false, why: 'expired' });
  });

  it('is accepted in the form the forged ones start from', async () => {
    expect(await verify(forge(hs256, claims))).toMatchObject({ ok: true, userId: 'ann' });
  });

  it('made with the former secret is good while two are in force', async () => {
    const token = await issueToken('ann', 'app', 'former', nowMs, 60);
    expect(await verifyToken(token, 'app', [secret, 'former'], nowMs)).toMatchObject({ ok: true });
    expect(await verifyToken(token, 'app', [secret], nowMs)).toEqual({ ok: false, why: 'incorrect' });
  });

  const without = (name: string) => Object.fromEntries(Object.entries(claims).filter(([key]) => key !== name));
  it.each([
    ['alg none', `${part({ alg: 'none' })}.${part(claims)}.`],
    ['alg None with a signature', forge({ alg: 'None' }, claims)],
    ['another hash', forge({ alg: 'HS512' }, claims, undefined, 'sha512')],
    ['an asymmetric alg over the same key', forge({ alg: 'RS256' }, claims)],
    ['a foreign key', forge(hs256, claims, 'other')],
    ['the bare app secret as key', forge(hs256, claims, secret)],
    ['an embedded key', forge({ ...hs256, jwk: { kty: 'oct', k: 'b3RoZXI' } }, claims, 'other')],
    ['another audience', forge(hs256, { ...claims, aud: 'another' })],
    ['another issuer', forge(hs256, { ...claims, iss: 'another' })],
    ['no audience', forge(hs256, without('aud'))],
    ['no expiry', forge(hs256, without('exp'))],
    ['no issue time', forge(hs256, without('iat'))],
    ['an issue time to come', forge(hs256, { ...claims, iat: nowSec + 30 })],
    ['an issue time to the ms of another second', forge(hs256, { ...claims, issuedAtMs: nowMs + 1000 })],
    ['an issue time to the ms of another century', forge(hs256, { ...claims, issuedAtMs: 2 * nowMs })],
    ['an issue time to the ms that is text', forge(hs256, { ...claims, issuedAtMs: String(nowMs) })],
    ['not valid yet', forge(hs256, { ...claims, nbf: nowSec + 30 })],
    ['no user', forge(hs256, without('sub'))],
    ['an ill-formed user', forge(hs256, { ...claims, sub: 'ann#MEMBER' })],
    ['an expiry that is text', forge(hs256, { ...claims, exp: String(nowSec + 60) })],
    ['nothing', ''],
    ['two parts', 'a.b'],
  ])('with %s is refused', async (_what, token) => {
    expect(await verify(token)).toEqual({ ok: false, why: 'incorrect' });
  });

  it('with any one character changed is refused', async () => {
    const token = await issueToken('ann', 'app', secret, nowMs, 60);
    for (let at = 0; at < token.length - 1; at += 1) {
      const changed = `${token.slice(0, at)}${token[at] === 'A' ? 'B' : 'A'}${token.slice(at + 1)}`;
      expect(await verify(changed), `character ${at}`).toMatchObject({ ok: false });
    }
  });
});

describe('the authorizer', () => {
  const options = { secretsAt: () => inForce([secret]), appKey: 'app', allowedOrigins: ['https://a.example'] };
  const handler = authorizeHandler(options);
  const event = (more: object) => ({
    methodArn: 'arn:aws:execute-api:r:1:a/prod/$connect',
    requestContext: { connectionId: 'c1=', requestTimeEpoch: nowMs },
    ...more,
  });

  it.each(['Sec-WebSocket-Protocol', 'sec-websocket-protocol'])('takes the token from %s', async (name) => {
    const token = await issueToken('ann', 'app', secret, nowMs, 60);
    const result = await handler(event({ headers: { [name]: `doorman.v1, token.${token}` } }));
    expect(result.policyDocument.Statement[0]?.Effect).toBe('Allow');
    expect(result.context).toEqual({
      userId: 'ann',
      issuedAtMs: String(nowMs),
      expiresAtMs: String(nowMs + 60_000),
    });
  });

  it('takes the token from the query string', async () => {
    const token = await issueToken('ann', 'app', secret, nowMs, 60);
    expect(await handler(event({ queryStringParameters: { token } }))).toMatchObject({ principalId: 'ann' });
  });

  it.each([
    ['https://a.example', true],
    ['https://a.example.evil.example', false],
    ['https://evil-a.example', false],
    ['http://a.example', false],
    ['null', false],
  ])('from the page %s: %j', async (origin, allowed) => {
    const token = await issueToken('ann', 'app', secret, nowMs, 60);
    const outcome = handler(event({ headers: { Origin: origin }, queryStringParameters: { token } }));
    await (allowed ? expect(outcome).resolves.toBeDefined() : expect(outcome).rejects.toThrow('Unauthorized'));
  });

  const offering = (token: string, ...codes: readonly number[]) =>
    event({ headers: { 'sec-websocket-protocol': protocolsOf(token, ...codes) } });
  const protocolsOf = (token: string, ...codes: readonly number[]) =>
    ['doorman.v1', `token.${token}`, ...codes.map((code) => `doorman.refused.${code}`)].join(', ');

  it.each([
    ['an expired token', 31020, () => issueToken('ann', 'app', secret, nowMs - 120_000, 60)],
    ['a token of another secret', 31004, () => issueToken('ann', 'app', 'x'.repeat(40), nowMs, 60)],
    ['a token of another app', 31004, () => issueToken('ann', 'other', secret, nowMs, 60)],
    ['no token at all', 31004, async () => 'hello'],
  ])('lets %s through without an identity if the client can be refused with %i', async (_what, code, made) => {
    const token = await made();
    const result = await handler(offering(token, 31004, 31009, 31020));
    expect(result).toMatchObject({ principalId: 'refused', context: { refusedWith: String(code) } });
    expect(result.context).not.toHaveProperty('userId');
    // A client that cannot learn the code is refused as before.
    const other = code === 31004 ? 31020 : 31004;
    await expect(handler(offering(token, other, 31009))).rejects.toThrow(/^Unauthorized$/);
    await expect(handler(event({ queryStringParameters: { token } }))).rejects.toThrow(/^Unauthorized$/);
  });

  it('lets nobody through from another page, or without a token', async () => {
    const headers = { origin: 'https://evil.example', 'sec-websocket-protocol': protocolsOf('hello', 31004) };
    await expect(handler(event({ headers }))).rejects.toThrow(/^Unauthorized$/);
    const without = { 'sec-websocket-protocol': 'doorman.v1, doorman.refused.31004' };
    await expect(handler(event({ headers: without }))).rejects.toThrow(/^Unauthorized$/);
  });

  it('refuses a missing token without naming a reason', async () => {
    await expect(handler(event({}))).rejects.toThrow(/^Unauthorized$/);
  });
});
