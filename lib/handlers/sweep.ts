import { type SweepReport, sweep } from '../usecases/sweep.ts';
import type { DepsAt } from './deps.ts';

/** The Lambda has 55 s; a page that was begun is ended. */
const BUDGET_MS = 45_000;

/** EventBridge's scheduled event; its time is the sweep's clock. */
export function sweepHandler(depsAt: DepsAt, report: (report: SweepReport) => void) {
  return async (event: { readonly time: string }): Promise<SweepReport> => {
    const startMs = Date.parse(event.time);
    const done = await sweep(depsAt(startMs), startMs + BUDGET_MS);
    report(done);
    return done;
  };
}
