import { createHash, createHmac } from 'node:crypto';
import type { HttpEvent } from '../../lib/handlers/server-api.ts';

export const APP_KEY = 'app';
export const AT_MS = 1_800_000_000_000;

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token as anyone with a key can make it. */
export function tokenBy(key: string, userId = 'mallory', atMs = AT_MS): string {
  const claims = { sub: userId, iss: 'doorman', aud: APP_KEY, iat: atMs / 1000, exp: atMs / 1000 + 3600 };
  const signed = `${part({ alg: 'HS256' })}.${part(claims)}`;
  return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
}

/** The authorizer's event for a token. */
export const connectEventOf = (token: string, atMs = AT_MS) => ({
  methodArn: 'arn:aws:execute-api:r:1:a/prod/$connect',
  requestContext: { connectionId: 'c1=', requestTimeEpoch: atMs },
  queryStringParameters: { token },
});

/** A call of the server API with headers that anyone with a key can make. */
const callEvent = (path: string, body: string, headers: Record<string, string>, atMs: number): HttpEvent => ({
  rawPath: path,
  rawQueryString: '',
  headers,
  requestContext: { timeEpoch: atMs, http: { method: 'POST' } },
  body,
  isBase64Encoded: false,
});

export function weakCallBy(secret: string, path: string, body: string, atMs = AT_MS): HttpEvent {
  const signature = createHash('sha1').update(`${secret}7${atMs}`).digest('hex');
  return callEvent(path, body, { 'app-key': APP_KEY, nonce: '7', timestamp: `${atMs}`, signature }, atMs);
}

export function strongCallBy(secret: string, path: string, body: string, atMs = AT_MS): HttpEvent {
  const version = 'doorman-hmac-sha256-v1';
  const bodyHash = createHash('sha256').update(body).digest('hex');
  const key = createHmac('sha256', secret).update('doorman/server-api/v1').digest();
  const nonce = createHash('sha256').update(`${secret}${path}${body}${atMs}`).digest('hex');
  const lines = [version, 'POST', path, bodyHash, APP_KEY, `${atMs}`, nonce];
  const signature = createHmac('sha256', key).update(lines.join('\n')).digest('hex');
  const headers = { 'app-key': APP_KEY, nonce, timestamp: `${atMs}`, signature, 'signature-version': version };
  return callEvent(path, body, headers, atMs);
}
