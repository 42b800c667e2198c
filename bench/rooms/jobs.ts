import { setTimeout as wait } from 'node:timers/promises';
import { deliverHandler } from '../../lib/handlers/deliver.ts';
import type { Doorbell } from '../../lib/push/doorbell.ts';
import type { Deps } from '../../lib/usecases/deps.ts';
import type { DeliveryJob } from '../../lib/usecases/steps/delivery-job.ts';
import { Life, mortal, mortalCall } from './mortal.ts';

const LOOK_EVERY_MS = 20;
const IDLE_MAX_MS = 180_000;

/** How the Lambda that delivers is run. */
export interface JobOptions {
  /** From the ring to the start of the run; the ring itself takes as long. */
  readonly ringMs: number;
  /** The timeout of the Lambda. */
  readonly timeoutMs: number;
  /** How long a run lives before it is killed; Infinity = it ends by itself. */
  readonly nextLifeMs: () => number;
}

/** Runs each job in this process, and kills it when its life is over: it is not tried again. */
export class Jobs implements Doorbell {
  deps: Deps | undefined;
  readonly faults: unknown[] = [];
  readonly started: Record<DeliveryJob['kind'], number> = { deliver: 0, repost: 0, evict: 0 };
  killed = 0;
  readonly #options: JobOptions;
  #running = 0;
  #areKilled: boolean = true;

  constructor(options: JobOptions) {
    this.#options = options;
  }

  async ring(job: object): Promise<'rung'> {
    // As the event of the invocation.
    const sent = JSON.parse(JSON.stringify(job)) as DeliveryJob;
    this.#running += 1;
    await wait(this.#options.ringMs);
    void this.#run(sent).finally(() => {
      this.#running -= 1;
    });
    return 'rung';
  }

  /** No run is killed from now on. */
  spare(): void {
    this.#areKilled = false;
  }

  /** Waits until nothing is delivered any more. */
  async idle(): Promise<void> {
    for (const untilMs = Date.now() + IDLE_MAX_MS; this.#running > 0; await wait(LOOK_EVERY_MS)) {
      if (Date.now() > untilMs) throw new Error('unable to go on; a delivery does not end');
    }
  }

  async #run(job: DeliveryJob): Promise<void> {
    this.started[job.kind] += 1;
    const life = new Life();
    const lifeMs = this.#options.nextLifeMs();
    const killer = Number.isFinite(lifeMs) ? setTimeout(() => this.#kill(life), lifeMs) : undefined;
    const endMs = Date.now() + this.#options.timeoutMs;
    const context = { getRemainingTimeInMillis: () => endMs - Date.now() };
    try {
      const handler = deliverHandler(() => this.#mortalDeps(life), Date.now);
      await Promise.race([handler(job, context), life.over]);
    } catch (fault) {
      this.faults.push(fault);
    } finally {
      clearTimeout(killer);
    }
  }

  #kill(life: Life): void {
    if (!this.#areKilled) return;
    this.killed += 1;
    life.end();
  }

  #mortalDeps(life: Life): Deps {
    const { deps } = this;
    if (deps === undefined) throw new Error('unable to run a job; there are no deps');
    return {
      ...deps,
      store: mortal(life, deps.store),
      push: mortal(life, deps.push),
      doorbell: mortal(life, deps.doorbell),
      sleep: mortalCall(life, deps.sleep),
      backOff: mortalCall(life, deps.backOff),
    };
  }
}
