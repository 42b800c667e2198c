import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Settings } from '../../lib/domain/settings.ts';
import type { Doorbell } from '../../lib/push/doorbell.ts';

const LOOK_EVERY_MS = 20;
const IDLE_MAX_MS = 180_000;

/** What the thread is given. */
export interface ThreadOptions {
  readonly endpoint: string;
  readonly settings: Partial<Settings>;
  readonly postMs: number;
  readonly timeoutMs: number;
}

/** Runs the jobs on a thread of their own, as AWS runs another Lambda on another CPU. */
export class ThreadedJobs implements Doorbell {
  readonly faults: unknown[] = [];
  readonly #worker: Worker;
  readonly #ringMs: number;
  #running = 0;

  constructor(options: ThreadOptions, ringMs: number) {
    this.#ringMs = ringMs;
    this.#worker = new Worker(new URL('./deliver-thread.ts', import.meta.url), { workerData: options });
    this.#worker.on('message', (fault: string | undefined) => {
      this.#running -= 1;
      if (fault !== undefined) this.faults.push(fault);
    });
    this.#worker.on('error', (fault) => this.faults.push(fault));
  }

  async ring(job: object): Promise<'rung'> {
    this.#running += 1;
    await wait(this.#ringMs);
    this.#worker.postMessage(job);
    return 'rung';
  }

  spare(): void {}

  async idle(): Promise<void> {
    for (const untilMs = Date.now() + IDLE_MAX_MS; this.#running > 0; await wait(LOOK_EVERY_MS)) {
      if (this.faults.length > 0) throw new Error('unable to go on; a delivery failed', { cause: this.faults[0] });
      if (Date.now() > untilMs) throw new Error('unable to go on; a delivery does not end');
    }
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
