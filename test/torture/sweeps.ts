import { setTimeout as wait } from 'node:timers/promises';
import type { Stage } from './stage.ts';

/** More often than the two schedules of the deployment, which make one run in half a minute. */
const EVERY_MS = 5_000;

/** One run of the sweep, whatever goes wrong. */
export async function sweepOnce({ invocations, stack }: Stage, runs: number = 1): Promise<void> {
  invocations.sweepsLeft = runs;
  await stack.testing.fireSchedules(Date.now());
}

/** Sweeps until the signal; a run is lost or doubled where that is armed. */
export async function runSweeps(stage: Stage, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await wait(EVERY_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    if (stage.faults.take('sweep-lost')) continue;
    await sweepOnce(stage, stage.faults.take('sweep-doubled') ? 2 : 1);
  }
}
