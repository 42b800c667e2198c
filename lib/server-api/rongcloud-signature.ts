import { createHash, timingSafeEqual } from 'node:crypto';
import { DAY_MS } from '../domain/time.ts';
import type { Deps } from '../usecases/deps.ts';
import { useNonce } from '../usecases/use-nonce.ts';
import type { ServerApiDeps } from './endpoint.ts';
import type { HttpRequest } from './http.ts';
import { requireSecret } from './secrets.ts';
import { checkAppKey, checkNoWebhook, checkSigned, nonceOnce, signatureHeaders, unsigned } from './signature-parts.ts';

/**
 * ASCII without blank and comma. That also prevents a length extension of SHA-1: its padding has characters that are
 * not allowed here.
 */
const NONCE = /^[!-+\--~]{1,64}$/;
const TIMESTAMP = /^\d{1,16}$/;
const SIGNATURE = /^[0-9a-fA-F]{40}$/;
/** A time of fewer digits is in seconds, as the Node and Go SDKs send it. */
const SECONDS_BELOW = 100_000_000_000;

/**
 * RongCloud's form: SHA-1 of secret, nonce and timestamp; path and body are not signed. By default neither age nor
 * repetition is refused, because RongCloud's Node SDK computes both once per process and sends them with every call.
 */
export async function checkRongCloudSignature(d: ServerApiDeps, { headers }: HttpRequest): Promise<void> {
  const { appKey, nonce, timestamp, signature } = signatureHeaders(headers, ['', 'rc-']);
  checkAppKey(d, appKey);
  if (!NONCE.test(nonce)) throw unsigned('Nonce must be 1 to 64 of ASCII without blank and comma');
  if (!TIMESTAMP.test(timestamp)) throw unsigned('Timestamp must be 1 to 16 digits');
  checkNoWebhook(nonce);
  if (!SIGNATURE.test(signature)) throw unsigned('Signature must be 40 digits of hex');
  const given = Buffer.from(signature, 'hex');
  await checkSigned(d, (secret) => isSignedBy(secret, nonce + timestamp, given));
  checkAge(d.deps, Number(timestamp));
  await checkUse(d.deps, appKey, nonce + timestamp);
}

function isSignedBy(secret: string, text: string, given: Buffer): boolean {
  const expected = createHash('sha1')
    .update(requireSecret(secret) + text)
    .digest();
  return given.length === expected.length && timingSafeEqual(expected, given);
}

function checkAge({ settings, now }: Deps, timestamp: number): void {
  const atMs = timestamp < SECONDS_BELOW ? timestamp * 1000 : timestamp;
  const maxAgeMs = settings.signatureMaxAgeSec * 1000;
  if (maxAgeMs > 0 && Math.abs(now() - atMs) > maxAgeMs) throw unsigned('the signature is too old, or of the future');
}

/**
 * Remembers the nonce with the timestamp: both are signed as one text, so another split of that text has the same
 * signature. And a nonce alone may repeat by chance, since some SDKs draw it from a million.
 */
async function checkUse(deps: Deps, appKey: string, signed: string): Promise<void> {
  const { singleUseNonces, signatureMaxAgeSec } = deps.settings;
  if (!singleUseNonces) return;
  // Where signatures have no end, a nonce is remembered for a day.
  const keptMs = signatureMaxAgeSec === 0 ? DAY_MS : 2 * signatureMaxAgeSec * 1000;
  const isNew = await useNonce(deps, nonceOnce('rongcloud', appKey, signed), deps.now() + keptMs);
  if (!isNew) throw unsigned('the nonce was used before');
}
