import type { After } from '../base/timers.ts';
import { reportGrants } from '../event-sources/poller-grants.ts';
import type { Iam } from '../iam/iam.ts';
import { errorOf, type FailedInvocation, type Invoke, type InvokeResult } from '../lambda/invoke.ts';
import type { Queue } from '../queues/queue.ts';
import type { LocalAsyncInvoke } from '../template/local-async-invoke.ts';
import type { LocalFunction } from '../template/local-function.ts';
import { type AsyncEvent, backoffMs, describeLostEvent, type GiveUpReason, retryDelayMs } from './async-event.ts';

/**
 * Runs `deliver`, which runs the event that was queued for a function; it resolves when the run has ended, even if a
 * retry follows. A test may lose, delay or repeat the event here.
 */
export type AsyncDelivery = (deliver: () => Promise<void>, functionId: string) => Promise<void>;

/** What every queue of events needs. */
export interface SharedQueueOptions {
  readonly iam: Iam;
  readonly invoke: Invoke;
  readonly delivery: AsyncDelivery;
  readonly now: () => number;
  readonly after: After;
  readonly log: (line: string) => void;
}

/** A function, the rules for its events, and the queue that gets a report of each event that is given up. */
export interface AsyncQueueOptions extends SharedQueueOptions {
  readonly fn: LocalFunction;
  readonly rules: LocalAsyncInvoke;
  readonly onFailure: Queue | undefined;
}

interface Waiting {
  readonly entry: AsyncEvent;
  readonly isThrottled: boolean;
  readonly cancel: () => void;
}

/** The events that wait for one function. In memory: they do not outlive the stack. */
export class AsyncQueue {
  readonly #options: AsyncQueueOptions;
  readonly #waiting = new Set<Waiting>();
  readonly #whenIdle: (() => void)[] = [];
  #underWay = 0;
  #ended = 0;
  #stopped: boolean = false;

  constructor(options: AsyncQueueOptions) {
    this.#options = options;
  }

  /** The number of runs that reached the function and have ended. */
  get ended(): number {
    return this.#ended;
  }

  add(event: unknown, requestId: string): void {
    const { fn, delivery, now, log } = this.#options;
    const entry = { event, requestId, acceptedAtMs: now(), failures: 0, throttles: 0, lastError: undefined };
    delivery(() => this.#run(entry), fn.logicalId).catch((error: unknown) =>
      log(`unable to deliver an event to ${fn.path}; ${String(error)}`),
    );
  }

  /** Events that were throttled run immediately, as long as there are environments for some of them. */
  async settle(): Promise<void> {
    for (let before = -1; before !== this.#ended; ) {
      await this.#idle();
      before = this.#ended;
      this.#runWaiting(({ isThrottled }) => isThrottled);
      await this.#idle();
    }
  }

  async runRetries(): Promise<void> {
    this.#runWaiting(() => true);
    await this.settle();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const { cancel } of this.#waiting) cancel();
    this.#waiting.clear();
    await this.#idle();
  }

  async #run(entry: AsyncEvent): Promise<void> {
    const { fn, rules, invoke, now } = this.#options;
    if (this.#stopped) return;
    if (now() - entry.acceptedAtMs >= rules.maxEventAgeMs) {
      this.#giveUp(entry, 'EventAgeExceeded');
      return;
    }
    this.#underWay += 1;
    try {
      this.#conclude(entry, await invoke(fn.logicalId, entry.event, entry.requestId));
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
    }
  }

  #conclude(entry: AsyncEvent, result: InvokeResult): void {
    if (this.#stopped) return;
    const isThrottled = !result.ok && result.throttled === true;
    if (!isThrottled) this.#ended += 1;
    if (isThrottled) this.#onThrottle(entry);
    else if (!result.ok) this.#onFailure(entry, result);
  }

  #onThrottle(entry: AsyncEvent): void {
    const throttled = { ...entry, throttles: entry.throttles + 1 };
    if (this.#options.fn.reservedConcurrency === 0) this.#giveUp(throttled, 'ZeroReservedConcurrency');
    else this.#wait(throttled, backoffMs(throttled), true);
  }

  #onFailure(entry: AsyncEvent, error: FailedInvocation): void {
    const { fn, rules, log } = this.#options;
    log(`${fn.path}: an asynchronous invocation failed; ${errorOf(error)}`);
    const failed = { ...entry, failures: entry.failures + 1, lastError: error };
    if (failed.failures > rules.maxRetries) this.#giveUp(failed, 'RetriesExhausted');
    else this.#wait(failed, retryDelayMs(failed), false);
  }

  #wait(entry: AsyncEvent, delayMs: number, isThrottled: boolean): void {
    const run = (): void => {
      this.#waiting.delete(waiting);
      void this.#run(entry);
    };
    const waiting = { entry, isThrottled, cancel: this.#options.after(delayMs, run) };
    this.#waiting.add(waiting);
  }

  #runWaiting(matches: (waiting: Waiting) => boolean): void {
    for (const waiting of [...this.#waiting].filter(matches)) {
      waiting.cancel();
      this.#waiting.delete(waiting);
      void this.#run(waiting.entry);
    }
  }

  #giveUp(entry: AsyncEvent, reason: GiveUpReason): void {
    const { fn, rules, onFailure, iam, now, log } = this.#options;
    log(`${fn.path}: gives up an asynchronous invocation: ${reason}`);
    if (rules.onFailureArn !== undefined) iam.use(fn.logicalId, reportGrants(rules.onFailureArn));
    const body = JSON.stringify(describeLostEvent(entry, reason, fn.arn, now()));
    try {
      onFailure?.send({ body, senderId: fn.logicalId });
    } catch (error) {
      // An event of almost 1 MB does not fit into a message together with its report.
      log(`${fn.path}: unable to report the event; ${String(error)}`);
    }
  }

  #idle(): Promise<void> {
    if (this.#underWay === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }
}
