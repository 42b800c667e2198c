import { isRefused, type Outcome, type Reason } from '../../lib/domain/outcome.ts';

/** What a use case returned; throws if it refused. */
export function servedValue<T>(outcome: Outcome<T>): T {
  if (isRefused(outcome)) throw new Error(`unable to go on; ${outcome.why}`);
  return outcome;
}

/** Why a use case refused; undefined = it did not. */
export const reasonOf = (outcome: Outcome<unknown>): Reason | undefined =>
  isRefused(outcome) ? outcome.reason : undefined;
