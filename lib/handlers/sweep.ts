import { type SweepReport, sweep } from '../usecases/sweep/sweep.ts';
import type { DepsAt } from './deps.ts';

/** The Lambda has 55 s, so what begins before the end of this budget can finish. */
const BUDGET_MS = 45_000;

/**
 * EventBridge's scheduled event. Its time is that of the schedule, and the run may start a minute later: the sweep must not
 * date what it notices before the run's start. `now`: the host's clock, ms since 1970.
 */
export function sweepHandler(depsAt: DepsAt, now: () => number, report: (report: SweepReport) => void) {
  return async (event: { readonly time: string }): Promise<SweepReport> => {
    const startMs = Math.max(Date.parse(event.time), now());
    const done = await sweep(depsAt(startMs), startMs + BUDGET_MS);
    report(done);
    return done;
  };
}
