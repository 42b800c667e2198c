import { createHash, createHmac } from 'node:crypto';
import { requireSecret } from './secrets.ts';

export const SIGNATURE_VERSION = 'doorman-hmac-sha256-v1';
/** The secret signs several kinds of things; each has a key of its own. */
const KEY_LABEL = 'doorman/server-api/v1';

/** Everything about a call that its signature covers, and the secret. */
export interface CallToSign {
  readonly method: string;
  /** The path as sent, with `?` and the query where there is one. */
  readonly target: string;
  /** The very bytes that are sent; text counts as UTF-8. */
  readonly body: string | Uint8Array;
  readonly appKey: string;
  readonly secret: string;
  /** 1 to 64 of A-Z a-z 0-9 _ -, new for each call. */
  readonly nonce: string;
  readonly timestampMs: number;
}

/** The headers of a call that is signed in Doorman's own form. */
export const signRequest = (call: CallToSign): Readonly<Record<string, string>> => ({
  'App-Key': call.appKey,
  Nonce: call.nonce,
  Timestamp: `${call.timestampMs}`,
  'Signature-Version': SIGNATURE_VERSION,
  Signature: signatureOf(call),
});

/** What is signed: one line for each part; no part after the target can hold a line break. */
export const textToSign = ({ method, target, body, appKey, timestampMs, nonce }: Omit<CallToSign, 'secret'>): string =>
  [
    SIGNATURE_VERSION,
    method,
    target,
    createHash('sha256').update(body).digest('hex'),
    appKey,
    `${timestampMs}`,
    nonce,
  ].join('\n');

/** Lower-case hex of HMAC-SHA256. */
export function signatureOf(call: CallToSign): string {
  const key = createHmac('sha256', requireSecret(call.secret)).update(KEY_LABEL).digest();
  return createHmac('sha256', key).update(textToSign(call)).digest('hex');
}
