import { createHash } from 'node:crypto';
import type { ServerApiDeps } from './endpoint.ts';
import type { HttpRequest } from './http.ts';
import { ApiCode, RefusedCall } from './refused-call.ts';
import type { Secrets } from './secrets.ts';
import { WEBHOOK_NONCE_PREFIX } from './webhook.ts';

const refusal = (code: ApiCode, why: string) => new RefusedCall(401, code, `unable to accept the call; ${why}`);

/** The caller has not shown that they know the secret. */
export const unsigned = (why: string): RefusedCall => refusal(ApiCode.WRONG_SIGNATURE, why);

/** What every form of a signature has. */
export interface SignatureHeaders {
  readonly appKey: string;
  readonly nonce: string;
  readonly timestamp: string;
  readonly signature: string;
}

type Headers = HttpRequest['headers'];

/** All four must be there. Each may have one of the prefixes, but only one. */
export const signatureHeaders = (headers: Headers, prefixes: readonly string[]): SignatureHeaders => ({
  appKey: headerOf(headers, prefixes, 'App-Key', ApiCode.WRONG_APP_KEY),
  nonce: headerOf(headers, prefixes, 'Nonce'),
  timestamp: headerOf(headers, prefixes, 'Timestamp'),
  signature: headerOf(headers, prefixes, 'Signature'),
});

/** An empty one counts as missing. */
function headerOf(
  headers: Headers,
  prefixes: readonly string[],
  name: string,
  codeWithout: ApiCode = ApiCode.WRONG_SIGNATURE,
): string {
  const values = prefixes.map((prefix) => headers[prefix + name.toLowerCase()] ?? '');
  const [given, another] = values.filter((value) => value !== '');
  if (given === undefined) throw refusal(codeWithout, `${name} is missing`);
  if (another !== undefined) throw unsigned(`${name} is given more than once`);
  return given;
}

export function checkAppKey(d: ServerApiDeps, appKey: string): void {
  if (appKey !== d.appKey) throw refusal(ApiCode.WRONG_APP_KEY, 'the app key is wrong');
}

/** Throws unless a secret in force has signed the call; one that is not known here may be a newer one. */
export async function checkSigned({ secrets }: ServerApiDeps, isSignedBy: (secret: string) => boolean): Promise<void> {
  const isSigned = (by: Secrets): boolean => by.filter(isSignedBy).length > 0;
  if (isSigned(await secrets.current())) return;
  const renewed = await secrets.renewed();
  if (renewed === undefined || !isSigned(renewed)) throw unsigned('the signature is wrong');
}

/**
 * Our own calls of the webhook are signed with the same secret. A party that sees one of them must not be able to call
 * us with its signature.
 */
export function checkNoWebhook(nonce: string): void {
  if (nonce.startsWith(WEBHOOK_NONCE_PREFIX)) throw unsigned('the signature is one of the webhook');
}

/** Under which name a nonce is remembered: each form and each app has nonces of its own. */
export const nonceOnce = (form: string, appKey: string, nonce: string): string =>
  createHash('sha256').update([form, appKey, nonce].join('\n')).digest('hex');
