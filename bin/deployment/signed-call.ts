import { randomUUID } from 'node:crypto';
import { signRequest } from '../../lib/server-api/sign-request.ts';
import type { Target } from './target.ts';

/** The longest that API Gateway waits for a Lambda, and some more. */
const WAIT_MS = 35_000;

/** A call of the server API as it is sent. */
export interface ServerCall {
  readonly path: string;
  readonly contentType: string;
  readonly body: string;
}

/** What was returned. */
export interface ServerAnswer {
  readonly status: number;
  readonly text: string;
}

/** Sends a call that is signed in Doorman's own form, which every deployment accepts; returns any answer. */
export async function signedCall(target: Target, call: ServerCall): Promise<ServerAnswer> {
  const { serverApiUrl, appKey, appSecret: secret } = target;
  const url = new URL(`${serverApiUrl}${call.path}`);
  const [nonce, timestampMs] = [randomUUID(), Date.now()];
  const covered = { method: 'POST', target: url.pathname, body: call.body, appKey, secret, nonce, timestampMs };
  const headers = { ...signRequest(covered), 'content-type': call.contentType };
  const signal = AbortSignal.timeout(WAIT_MS);
  try {
    const response = await fetch(url, { method: 'POST', headers, body: call.body, signal, redirect: 'error' });
    return { status: response.status, text: await response.text() };
  } catch (error) {
    throw new Error(`unable to call ${call.path}; nothing answers at ${serverApiUrl} (${causeOf(error)})`);
  }
}

/** `fetch` says only that it failed; its cause says why. */
function causeOf(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  if (!(cause instanceof Error)) return String(cause);
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.message;
}
