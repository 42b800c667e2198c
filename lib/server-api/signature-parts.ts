import { createHash } from 'node:crypto';
import type { ServerApiDeps } from './endpoint.ts';
import { ApiCode, RefusedCall } from './refused-call.ts';

const refusal = (code: ApiCode, why: string) => new RefusedCall(401, code, `unable to accept the call; ${why}`);

/** The caller has not shown that he knows the secret. */
export const unsigned = (why: string): RefusedCall => refusal(ApiCode.WRONG_SIGNATURE, why);

/** The value of a header that may have one of several names, but only one; '' = it is not there. */
export function headerOf(headers: Readonly<Record<string, string>>, ...names: readonly string[]): string {
  const given = names.flatMap((name) => (headers[name] ? [headers[name]] : []));
  if (given.length > 1) throw unsigned(`${names.join(' and ')} are both given`);
  return given[0] ?? '';
}

export function checkAppKey(d: ServerApiDeps, appKey: string): void {
  if (appKey !== d.appKey) throw refusal(ApiCode.WRONG_APP_KEY, 'the app key is wrong');
}

/** Under which name a nonce is remembered: each form and each app has nonces of its own. */
export const nonceOnce = (form: string, appKey: string, nonce: string): string =>
  createHash('sha256').update([form, appKey, nonce].join('\n')).digest('hex');
