import { deliverHandler } from '../../lib/handlers/deliver.ts';
import type { Deps } from '../../lib/usecases/deps.ts';
import type { DeliveryJob } from '../../lib/usecases/steps/delivery-job.ts';

const LIFE_MS = 300_000;

/** A run of the Lambda that delivers, to its end: its own clock goes on while it pauses. */
export async function runJob(deps: Deps, job: DeliveryJob): Promise<'rung'> {
  let sleptMs = 0;
  const now = () => deps.now() + sleptMs;
  const sleep = async (pauseMs: number) => {
    sleptMs += pauseMs;
  };
  const handler = deliverHandler(() => ({ ...deps, now, sleep }), now);
  await handler(job, { getRemainingTimeInMillis: () => LIFE_MS });
  return 'rung';
}
