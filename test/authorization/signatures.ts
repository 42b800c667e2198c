import { createHash } from 'node:crypto';
import type { HttpRequest } from '../../lib/server-api/http.ts';
import { signRequest } from '../../lib/server-api/sign-request.ts';
import { APP_KEY } from '../server-api/signed-call.ts';

interface CallToMake {
  readonly path: string;
  readonly body: string;
  readonly nowMs: number;
}

/** A call as an app server sends it. */
export interface SignedCall {
  readonly request: HttpRequest;
  /** An earlier call with the same headers. */
  readonly earlier?: HttpRequest;
}

type Headers = Readonly<Record<string, string>>;

const SECRET = 'new-secret';
const NONCE = '826526';

const post = ({ path, body }: CallToMake, headers: Headers): HttpRequest => ({
  ...{ method: 'POST', path, rawQuery: '', headers },
  bodyBytes: Buffer.from(body),
});

/** RongCloud's form. */
function weak(call: CallToMake, change: { secret?: string; ageMs?: number; nonce?: string; inSec?: boolean } = {}) {
  const { secret = SECRET, ageMs = 0, nonce = NONCE, inSec = false } = change;
  const atMs = call.nowMs - ageMs;
  const timestamp = `${inSec ? Math.floor(atMs / 1000) : atMs}`;
  const signature = createHash('sha1').update(`${secret}${nonce}${timestamp}`).digest('hex');
  return { 'app-key': APP_KEY, nonce, timestamp, signature };
}

const without = (headers: Headers, name: string): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name));
const prefixed = (headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [`rc-${name}`, value]));
const twice = (headers: Headers, name: string): Headers => ({
  ...headers,
  [name]: `${headers[name]}, ${headers[name]}`,
});

/** Doorman's own form, of a call that may differ from the one that is made. */
function strong(call: CallToMake, change: Partial<Parameters<typeof signRequest>[0]> = {}): Headers {
  const { path: target, body, nowMs: timestampMs } = call;
  const signed = { method: 'POST', target, body, appKey: APP_KEY, secret: SECRET, nonce: NONCE, timestampMs };
  const headers = signRequest({ ...signed, ...change });
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

const OLD_MS = 300_000;
type Signer = (call: CallToMake) => SignedCall;
const signed = (headersOf: (call: CallToMake) => Headers, change: Partial<HttpRequest> = {}): Signer => {
  return (call) => ({ request: { ...post(call, headersOf(call)), ...change } });
};
/** The headers of RongCloud's form open any path. */
const usedElsewhere: Signer = (call) => ({
  request: post(call, weak(call)),
  earlier: post({ ...call, path: '/chatroom/query.json', body: 'chatroomId=other' }, weak(call)),
});
const usedOnTheSameCall: Signer = (call) => {
  const request = post(call, strong(call));
  return { request, earlier: request };
};

/** How a row of the matrix signs. */
export const signers: Readonly<Record<string, Signer>> = {
  'weak, right': signed((call) => weak(call)),
  'weak, right, prefixed headers': signed((call) => prefixed(weak(call))),
  'weak, right, former secret': signed((call) => weak(call, { secret: 'old-secret' })),
  'weak, right, in seconds': signed((call) => weak(call, { inSec: true })),
  'weak, unknown secret': signed((call) => weak(call, { secret: 'no-secret' })),
  'weak, signature of another nonce': signed((call) => ({ ...weak(call), nonce: '1' })),
  'weak, 300 s old': signed((call) => weak(call, { ageMs: OLD_MS })),
  'weak, 301 s old': signed((call) => weak(call, { ageMs: OLD_MS + 1000 })),
  'weak, 301 s ahead': signed((call) => weak(call, { ageMs: -OLD_MS - 1000 })),
  'weak, used before': usedElsewhere,
  'weak, nonce of a webhook': signed((call) => weak(call, { nonce: 'webhook-1' })),
  'weak, without app key': signed((call) => without(weak(call), 'app-key')),
  'weak, other app key': signed((call) => ({ ...weak(call), 'app-key': 'other-app' })),
  'weak, without nonce': signed((call) => without(weak(call), 'nonce')),
  'weak, without timestamp': signed((call) => without(weak(call), 'timestamp')),
  'weak, without signature': signed((call) => without(weak(call), 'signature')),
  'weak, malformed timestamp': signed((call) => ({ ...weak(call), timestamp: 'now' })),
  'weak, two nonces': signed((call) => twice(weak(call), 'nonce')),
  'weak, two signatures': signed((call) => twice(weak(call), 'signature')),
  'weak, right, GET': signed((call) => weak(call), { method: 'GET' }),
  'no signature': signed(() => ({})),
  'no signature, GET': signed(() => ({}), { method: 'GET' }),
  'strong, right': signed((call) => strong(call)),
  'strong, right, former secret': signed((call) => strong(call, { secret: 'old-secret' })),
  'strong, unknown secret': signed((call) => strong(call, { secret: 'no-secret' })),
  'strong, signed another body': signed((call) => strong(call, { body: `${call.body}&x=1` })),
  'strong, signed another path': signed((call) => strong(call, { target: '/chatroom/other.json' })),
  'strong, signed another method': signed((call) => strong(call, { method: 'PUT' })),
  'strong, signed without the query': signed((call) => strong(call), { rawQuery: 'x=1' }),
  'strong, 300 s old': signed((call) => strong(call, { timestampMs: call.nowMs - OLD_MS })),
  'strong, 301 s old': signed((call) => strong(call, { timestampMs: call.nowMs - OLD_MS - 1000 })),
  'strong, 301 s ahead': signed((call) => strong(call, { timestampMs: call.nowMs + OLD_MS + 1000 })),
  'strong, used before': usedOnTheSameCall,
  'strong, nonce of a webhook': signed((call) => strong(call, { nonce: 'webhook-1' })),
  'strong, malformed nonce': signed((call) => strong(call, { nonce: 'a.b' })),
  'strong, other app key': signed((call) => strong(call, { appKey: 'other-app' })),
  'strong, without app key': signed((call) => without(strong(call), 'app-key')),
  'strong, without nonce': signed((call) => without(strong(call), 'nonce')),
  'strong, without timestamp': signed((call) => without(strong(call), 'timestamp')),
  'strong, without signature': signed((call) => without(strong(call), 'signature')),
  'strong, unknown version': signed((call) => ({ ...strong(call), 'signature-version': 'doorman-hmac-sha256-v2' })),
  'strong in name, weak in fact': signed((call) => ({
    ...weak(call),
    'signature-version': 'doorman-hmac-sha256-v1',
  })),
};
