import { createHash } from 'node:crypto';
import type { HttpRequest } from '../../lib/server-api/index.ts';

/** A signed POST of form text, as RongCloud's server SDKs send it. */
export function signedCall(path: string, body: string, secret = 'new-secret'): HttpRequest {
  const [nonce, timestamp] = ['826526', '1795396857'];
  const signature = createHash('sha1').update(`${secret}${nonce}${timestamp}`).digest('hex');
  const headers = { 'app-key': 'unit-app', nonce, timestamp, signature };
  return { method: 'POST', path, headers, body };
}
