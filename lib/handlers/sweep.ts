import { type SweepReport, sweep } from '../usecases/sweep.ts';
import type { DepsAt } from './deps.ts';

/** EventBridge's scheduled event; its time is the sweep's clock. */
export function sweepHandler(depsAt: DepsAt) {
  return (event: { readonly time: string }): Promise<SweepReport> => sweep(depsAt(Date.parse(event.time)));
}
