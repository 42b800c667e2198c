import { type Refused, refused } from '../../domain/outcome.ts';
import { StoreFault } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';

/** How many attempts a decision gets while other writes change what it relies on. */
const ATTEMPTS_MAX = 10;

/**
 * Reads, decides and writes: `attempt` does all three, and returns 'conflict' if its write was refused because what it
 * had read has changed. Waits before the third attempt and each later one, so that many writers of one row get through.
 * `exhausted` gives the outcome after the last attempt.
 */
export async function decideOn<T, E>(
  deps: Deps,
  attempt: () => Promise<T | 'conflict'>,
  exhausted: () => E,
): Promise<T | E> {
  for (let attempts = 1; attempts <= ATTEMPTS_MAX; attempts += 1) {
    const outcome = await attempt();
    if (outcome !== 'conflict') return outcome;
    if (attempts > 1 && attempts < ATTEMPTS_MAX) await deps.backOff(attempts - 1);
  }
  return exhausted();
}

/** For `exhausted`: the same request may succeed a moment later. */
export const tooMuchAtOnce = (): Refused => refused('too-much-at-once', { retryAfterMs: 500 });

/** For `exhausted`, where the caller has no refusal for this: throws. */
export const keptChanging = (unableTo: string) => (): never => {
  throw new StoreFault(`unable to ${unableTo}; the row kept changing`);
};
