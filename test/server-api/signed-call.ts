import { createHash } from 'node:crypto';
import { type HttpRequest, signRequest } from '../../lib/server-api/index.ts';

export const APP_KEY = 'unit-app';
export const SECRETS = ['new-secret', 'old-secret'] as const;

/** A POST of form text that is signed as RongCloud's server SDKs sign it. */
export function signedCall(path: string, body: string, secret = 'new-secret'): HttpRequest {
  const [nonce, timestamp] = ['826526', '1795396857'];
  const signature = createHash('sha1').update(`${secret}${nonce}${timestamp}`).digest('hex');
  const headers = { 'app-key': APP_KEY, nonce, timestamp, signature };
  return { method: 'POST', path, rawQuery: '', headers, bodyBytes: Buffer.from(body) };
}

export interface StrongCall {
  readonly path: string;
  readonly rawQuery?: string;
  readonly body: string | Uint8Array;
  readonly nonce: string;
  readonly timestampMs: number;
  readonly secret?: string;
}

/** A POST that is signed in Doorman's own form, with header names as API Gateway gives them. */
export function strongCall({ path, rawQuery = '', body, secret = 'new-secret', nonce, timestampMs }: StrongCall) {
  const target = rawQuery === '' ? path : `${path}?${rawQuery}`;
  const signed = signRequest({ method: 'POST', target, body, appKey: APP_KEY, secret, nonce, timestampMs });
  const headers = Object.fromEntries(Object.entries(signed).map(([name, value]) => [name.toLowerCase(), value]));
  return { method: 'POST', path, rawQuery, headers, bodyBytes: Buffer.from(body) } satisfies HttpRequest;
}
