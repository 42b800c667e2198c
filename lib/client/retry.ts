import type { RefusalAnswer } from '../protocol/answers.ts';
import { Code } from '../protocol/codes.ts';

/** The delay if the server names none. */
export const RETRY_MS = 500;
const RETRY_CAP_MS = 15_000;
/** A mute or a block is final, even if it ends soon. */
const FINAL_CODES: readonly number[] = [Code.MUTED, Code.BLOCKED];

/** When to repeat a request of the app after this many refusals; undefined = the refusal is the outcome. */
export function retryDelayMs({ code, retryAfterMs }: RefusalAnswer, refusals: number): number | undefined {
  if (FINAL_CODES.includes(code)) return undefined;
  return retryAfterMs ?? (code === Code.UNKNOWN ? RETRY_MS * refusals : undefined);
}

/** The same for requests that the client makes on its own: it waits longer than an app would. */
export function patientDelayMs(answer: RefusalAnswer, refusals: number): number | undefined {
  const isAnswered = answer.code !== Code.NO_ANSWER;
  const delayMs = isAnswered ? retryDelayMs(answer, refusals) : RETRY_MS;
  return delayMs === undefined ? undefined : Math.max(delayMs, Math.min(RETRY_MS * 2 ** (refusals - 1), RETRY_CAP_MS));
}
