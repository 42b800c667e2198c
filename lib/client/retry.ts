import type { RefusalAnswer } from '../protocol/answers.ts';
import { Code } from '../protocol/codes.ts';

/** How long to wait where the server does not say. */
export const RETRY_MS = 500;
const RETRY_CAP_MS = 15_000;
/** What an app server has forbidden stays so, however soon it may end. */
const FINAL_CODES: readonly number[] = [Code.MUTED, Code.BLOCKED];

/** When to make a request of the app again that was refused so often; undefined = it is the outcome. */
export function retryDelayMs({ code, retryAfterMs }: RefusalAnswer, refusals: number): number | undefined {
  if (FINAL_CODES.includes(code)) return undefined;
  return retryAfterMs ?? (code === Code.UNKNOWN ? RETRY_MS * refusals : undefined);
}

/** The same for what the client asks by itself: it waits for an answer longer than any app would. */
export function patientDelayMs(answer: RefusalAnswer, refusals: number): number | undefined {
  const isAnswered = answer.code !== Code.NO_ANSWER;
  const delayMs = isAnswered ? retryDelayMs(answer, refusals) : RETRY_MS;
  return delayMs === undefined ? undefined : Math.max(delayMs, Math.min(RETRY_MS * 2 ** (refusals - 1), RETRY_CAP_MS));
}
