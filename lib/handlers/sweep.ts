import { type SweepReport, sweep } from '../usecases/sweep/sweep.ts';
import type { DepsAt } from './deps.ts';

/** The Lambda has 55 s, so what begins before the end of this budget can finish. */
const BUDGET_MS = 45_000;

/** EventBridge's scheduled event, or, where several runs share the shards, the part of this one. */
export interface SweepEvent {
  readonly time?: string;
  readonly part?: number;
  readonly parts?: number;
}

/**
 * A run of the sweep. The time of the event is that of the schedule, and the run may start a minute later: the sweep must not
 * date what it notices before the run's start. `now`: the host's clock, ms since 1970.
 */
export function sweepHandler(depsAt: DepsAt, now: () => number, report: (report: SweepReport) => void) {
  return async ({ time, part = 0, parts = 1 }: SweepEvent): Promise<SweepReport> => {
    const startMs = time === undefined ? now() : Math.max(Date.parse(time), now());
    const done = await sweep(depsAt(startMs), startMs + BUDGET_MS, { part, parts });
    report(done);
    return done;
  };
}
