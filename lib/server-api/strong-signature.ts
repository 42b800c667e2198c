import { timingSafeEqual } from 'node:crypto';
import { useNonce } from '../usecases/use-nonce.ts';
import type { ServerApiDeps } from './endpoint.ts';
import type { HttpRequest } from './http.ts';
import { SIGNATURE_VERSION, signatureOf } from './sign-request.ts';
import { checkAppKey, checkNoWebhook, checkSigned, nonceOnce, signatureHeaders, unsigned } from './signature-parts.ts';

const NONCE = /^[A-Za-z0-9_-]{1,64}$/;
const TIMESTAMP = /^[1-9]\d{12}$/;
const SIGNATURE = /^[0-9a-f]{64}$/;
/** How far the caller's clock may be off. */
const WINDOW_MS = 300_000;

/** Doorman's own form: HMAC-SHA256 over the whole call, for a short time and once. */
export async function checkStrongSignature(d: ServerApiDeps, request: HttpRequest): Promise<void> {
  const { appKey, nonce, timestamp, signature } = signatureHeaders(request.headers, ['']);
  checkAppKey(d, appKey);
  if (!NONCE.test(nonce)) throw unsigned('Nonce must be 1 to 64 of A-Z a-z 0-9 _ -');
  checkNoWebhook(nonce);
  if (!TIMESTAMP.test(timestamp)) throw unsigned('Timestamp must be in ms since 1970');
  if (!SIGNATURE.test(signature)) throw unsigned('Signature must be 64 digits of lower-case hex');
  const timestampMs = Number(timestamp);
  const { method, path, rawQuery, bodyBytes: body } = request;
  const target = rawQuery === '' ? path : `${path}?${rawQuery}`;
  const given = Buffer.from(signature, 'hex');
  await checkSigned(d, (secret) => {
    const expected = signatureOf({ method, target, body, appKey, secret, nonce, timestampMs });
    return timingSafeEqual(Buffer.from(expected, 'hex'), given);
  });
  if (Math.abs(d.deps.now() - timestampMs) > WINDOW_MS) throw unsigned('the signature is too old, or of the future');
  const isNew = await useNonce(d.deps, nonceOnce(SIGNATURE_VERSION, appKey, nonce), timestampMs + 2 * WINDOW_MS);
  if (!isNew) throw unsigned('the nonce was used before');
}
