import type { WebhookCall } from '../protocol/webhook.ts';

/** How to call the app's server. */
export interface WebhookOptions {
  readonly fetch: typeof fetch;
  /** RongCloud waits 5 s for an answer. */
  readonly timeoutMs: number;
  /** RongCloud tries three times. */
  readonly attempts: number;
}

/**
 * Posts until the server answers with 2xx. `callAt` makes a new call for each attempt, because a signature names its time.
 * @throws Error `unable to post events; <why>` when the last attempt has failed.
 */
export async function postWebhook(callAt: () => WebhookCall, options: WebhookOptions): Promise<void> {
  let why = '';
  for (let attempt = 0; attempt < options.attempts; attempt += 1) {
    why = await attemptOnce(callAt(), options);
    if (why === '') return;
  }
  throw new Error(`unable to post events; ${why}`);
}

/** Why the attempt failed, or ''. */
async function attemptOnce({ url, headers, body }: WebhookCall, options: WebhookOptions): Promise<string> {
  const signal = AbortSignal.timeout(options.timeoutMs);
  try {
    const answer = await options.fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' });
    await answer.body?.cancel();
    return answer.ok ? '' : `the server answered ${answer.status}`;
  } catch (fault) {
    return signal.aborted ? `no answer in ${options.timeoutMs} ms` : `the server cannot be reached (${nameOf(fault)})`;
  }
}

const nameOf = (fault: unknown): string => (fault instanceof Error ? fault.name : 'unknown');
