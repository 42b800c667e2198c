import { HOOK_ANSWER_BYTES_MAX, type HookVerdict, readHookAnswer } from '../protocol/message-hook.ts';
import type { WebhookCall } from '../protocol/webhook.ts';
import type { MessageHook } from './message-hook.ts';

export interface HttpsHookOptions {
  /** The signed call for a question. */
  readonly callOf: (question: object) => Promise<WebhookCall>;
  readonly fetch: typeof fetch;
  /** For all of it: the secret, the call and its answer. */
  readonly timeoutMs: number;
}

/** Asks the app's server with one signed POST: no second attempt, and no redirect. */
export const createHttpsHook = ({ callOf, fetch, timeoutMs }: HttpsHookOptions): MessageHook => ({
  ask: async (question) => {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const { url, headers, body } = await inTime(callOf(question), signal);
      const answer = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' });
      if (answer.ok) return readHookAnswer(await textOf(answer));
      await answer.body?.cancel();
      return failed(`the server answered ${answer.status}`);
    } catch (fault) {
      return failed(signal.aborted ? `no answer in ${timeoutMs} ms` : `the server cannot be asked (${nameOf(fault)})`);
    }
  },
});

const failed = (why: string): HookVerdict => ({ kind: 'failed', why });

const nameOf = (fault: unknown): string => (fault instanceof Error ? fault.name : 'unknown');

/** What is late goes on alone; nobody waits for it. */
const inTime = <T>(value: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason));
    value.then(resolve, reject);
  });

/** '' where it is longer than an answer may be: that is none of the form. */
async function textOf(answer: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of answer.body ?? []) {
    bytes += part.byteLength;
    if (bytes > HOOK_ANSWER_BYTES_MAX) return '';
    parts.push(part);
  }
  return Buffer.concat(parts).toString();
}
