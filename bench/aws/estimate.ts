import { connectionMinutesUsd, invocationsUsd, messagesUsd, readsUsd, writesUsd } from '../prices.ts';
import type { Measurement } from './site.ts';

/** What a run costs and how long it takes, at most. */
export interface Estimate {
  readonly usd: number;
  readonly minutes: number;
}

/** Creating and deleting the stack. */
const STACK_SEC = 420;

/** In whole cents, by the list prices of us-east-1; other regions are up to half as much again. Each invocation may read and write a row. */
export function estimate(chosen: readonly Measurement[]): Estimate {
  const usd = chosen.reduce((sum, { need }) => {
    const { messages, connectionMinutes, invocations, invocationMs } = need;
    const ofLambda = invocationsUsd(invocations, invocationMs) + readsUsd(2 * invocations) + writesUsd(2 * invocations);
    return sum + messagesUsd(messages) + connectionMinutesUsd(connectionMinutes) + ofLambda;
  }, 0);
  const seconds = chosen.reduce((sum, { need }) => sum + need.durationSec, STACK_SEC);
  return { usd: Math.ceil(usd * 100) / 100, minutes: Math.ceil(seconds / 60) };
}
