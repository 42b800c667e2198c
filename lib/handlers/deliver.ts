import { deliverMessages } from '../usecases/deliver-messages.ts';
import type { Deps } from '../usecases/deps.ts';
import { evictAllDue } from '../usecases/evict-all-due.ts';
import { repostMessages } from '../usecases/repost-messages.ts';
import type { DeliveryJob } from '../usecases/steps/delivery-job.ts';
import type { DepsAt } from './deps.ts';

/** What we read of Lambda's context. */
export interface DeliverContext {
  getRemainingTimeInMillis(): number;
}

/**
 * A job of another Lambda, by an asynchronous invocation: it may come twice, late, or again after a failure. `now`: the
 * host's clock, ms since 1970.
 */
export function deliverHandler(depsAt: DepsAt, now: () => number) {
  return async (job: DeliveryJob, context: DeliverContext): Promise<void> => {
    const startMs = now();
    await run(depsAt(startMs), job, startMs + context.getRemainingTimeInMillis());
  };
}

async function run(deps: Deps, job: DeliveryJob, untilMs: number): Promise<void> {
  switch (job.kind) {
    case 'deliver':
      return deliverMessages(deps, job, untilMs);
    case 'repost':
      return repostMessages(deps, job);
    case 'evict':
      return evictAllDue(deps, job, untilMs - EVICT_MARGIN_MS);
    default:
      // A job of another version of this function.
      deps.onFault('deliver', new Error('the job is of an unknown kind'));
  }
}

/** For the last members, and for the next run. */
const EVICT_MARGIN_MS = 10_000;
