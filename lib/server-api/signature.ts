import { createHash, timingSafeEqual } from 'node:crypto';
import { ApiCode, RefusedCall } from './refused-call.ts';

export interface CallKeys {
  readonly appKey: string;
  /** The app secrets in force: two while a secret is being replaced. */
  readonly secrets: readonly string[];
}

const SIGNATURE_BYTES = 20;
const refusal = (code: ApiCode, why: string) => new RefusedCall(401, code, `unable to accept the call; ${why}`);

/**
 * Throws unless the call has our app key and a signature by one of the secrets. Neither the age of the timestamp nor a
 * repeated nonce is refused: RongCloud's Node SDK computes both once per process and sends them with every call.
 */
export function checkSignature(keys: CallKeys, headers: Readonly<Record<string, string>>): void {
  const named = (name: string) => headers[name] || headers[`rc-${name}`] || '';
  const [appKey, nonce, timestamp] = [named('app-key'), named('nonce'), named('timestamp')];
  if (appKey !== keys.appKey) throw refusal(ApiCode.WRONG_APP_KEY, 'the app key is wrong');
  if (nonce === '' || timestamp === '') throw refusal(ApiCode.WRONG_SIGNATURE, 'Nonce or Timestamp is missing');
  const given = Buffer.from(named('signature'), 'hex');
  const matches = keys.secrets.filter((secret) => secret !== '' && isSignedBy(secret, nonce + timestamp, given));
  if (matches.length === 0) throw refusal(ApiCode.WRONG_SIGNATURE, 'the signature is wrong');
}

function isSignedBy(secret: string, text: string, given: Buffer): boolean {
  const expected = createHash('sha1')
    .update(secret + text)
    .digest();
  return given.length === SIGNATURE_BYTES && timingSafeEqual(expected, given);
}
