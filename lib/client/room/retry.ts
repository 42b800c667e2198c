import type { RefusalAnswer } from '../../protocol/answers.ts';
import { Code } from '../../protocol/codes.ts';

/** The delay if the server names none. */
export const RETRY_MS = 500;
const RETRY_CAP_MS = 15_000;
/** The app learns of a mute, a block or slow mode at once, even if the wait is short. */
const FINAL_CODES: readonly number[] = [Code.MUTED, Code.BLOCKED, Code.SLOW_MODE];

/** How long a request of the app waits for its next attempt; undefined = this refusal is the outcome. */
export function retryDelayMs({ code, retryAfterMs }: RefusalAnswer, refusals: number): number | undefined {
  if (FINAL_CODES.includes(code)) return undefined;
  return retryAfterMs ?? (code === Code.UNKNOWN ? RETRY_MS * refusals : undefined);
}

/** For requests that the client makes on its own: it waits longer, and asks again if no answer came. */
export function patientDelayMs(answer: RefusalAnswer, refusals: number): number | undefined {
  const isAnswered = answer.code !== Code.NO_ANSWER;
  const delayMs = isAnswered ? retryDelayMs(answer, refusals) : RETRY_MS;
  return delayMs === undefined ? undefined : Math.max(delayMs, Math.min(RETRY_MS * 2 ** (refusals - 1), RETRY_CAP_MS));
}
