import { setTimeout as wait } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Settings } from '../../lib/domain/settings.ts';
import type { Doorbell } from '../../lib/push/doorbell.ts';

/** What the thread is given. */
export interface ThreadOptions {
  readonly endpoint: string;
  readonly settings: Partial<Settings>;
  readonly postMs: number;
  readonly timeoutMs: number;
}

/** Runs the jobs on a thread of their own, as AWS runs another Lambda on another CPU. Nobody waits for their ends. */
export class ThreadedJobs implements Doorbell {
  readonly faults: unknown[] = [];
  readonly #worker: Worker;
  readonly #ringMs: number;

  constructor(options: ThreadOptions, ringMs: number) {
    this.#ringMs = ringMs;
    this.#worker = new Worker(new URL('./deliver-thread.ts', import.meta.url), { workerData: options });
    this.#worker.on('message', (fault: string) => this.faults.push(fault));
    this.#worker.on('error', (fault) => this.faults.push(fault));
  }

  async ring(job: object): Promise<'rung'> {
    await wait(this.#ringMs);
    this.#worker.postMessage(job);
    return 'rung';
  }

  /** Jobs that still run are lost. */
  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}
