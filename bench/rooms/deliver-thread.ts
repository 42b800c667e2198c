import { parentPort, workerData } from 'node:worker_threads';
import { deliverHandler } from '../../lib/handlers/deliver.ts';
import type { DeliveryJob } from '../../lib/usecases/steps/delivery-job.ts';
import { measuredDeps } from '../measured-deps.ts';
import { Sink } from './sink.ts';
import type { ThreadOptions } from './threaded-jobs.ts';

/** The Lambda that delivers, on a thread of its own: each message to it is a job, each from it a fault. */
const { endpoint, settings, postMs, timeoutMs } = workerData as ThreadOptions;
const port = parentPort;
if (port === null) throw new Error('unable to deliver; this is not a thread of its own');
const push = new Sink(postMs);
const { deps } = measuredDeps({
  ...{ endpoint, settings, push, now: Date.now, randomId: () => crypto.randomUUID(), isPatient: true },
  doorbell: {
    ring: async (job) => {
      start(job as DeliveryJob);
      return 'rung';
    },
  },
});

async function run(job: DeliveryJob): Promise<void> {
  const endMs = Date.now() + timeoutMs;
  const handler = deliverHandler(() => ({ ...deps, push }), Date.now);
  await handler(job, { getRemainingTimeInMillis: () => endMs - Date.now() });
}

function start(job: DeliveryJob): void {
  run(job).catch((fault: unknown) => port?.postMessage(String(fault)));
}

port.on('message', start);
