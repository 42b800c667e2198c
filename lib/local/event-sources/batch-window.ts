import type { After } from '../base/timers.ts';
import type { StreamRecord } from '../streams/stream-record.ts';
import type { LocalStreamSource } from '../template/local-event-source.ts';
import type { Batch } from './stream-batch.ts';

/** The limits of a batch, the clock, and what to do when the window has passed. */
export interface BatchWindowOptions {
  readonly source: Pick<LocalStreamSource, 'batchSize' | 'windowMs'>;
  readonly now: () => number;
  readonly after: After;
  readonly onPassed: () => void;
}

/** Gathers the records of the next batch, until it is full or its window has passed. */
export class BatchWindow {
  readonly #options: BatchWindowOptions;
  #records: StreamRecord[] = [];
  #openedAtMs = 0;
  #hasPassed: boolean = false;
  #cancel: (() => void) | undefined;

  constructor(options: BatchWindowOptions) {
    this.#options = options;
  }

  /** How many records still fit. */
  get room(): number {
    return this.#options.source.batchSize - this.#records.length;
  }

  /** Adds records that a filter matches. The first one opens the window. */
  add(records: readonly StreamRecord[]): void {
    const { source, now, after, onPassed } = this.#options;
    if (records.length === 0) return;
    if (this.#records.length === 0) {
      this.#openedAtMs = now();
      this.#hasPassed = source.windowMs === 0;
    }
    this.#records.push(...records);
    if (this.#hasPassed) return;
    this.#cancel ??= after(source.windowMs, () => {
      this.#hasPassed = true;
      onPassed();
    });
  }

  /** The batch, if it is full or its window has passed; with `isUrgent` whatever there is. */
  take(isUrgent: boolean): Batch | undefined {
    const isDue = this.#hasPassed || isUrgent || this.room === 0;
    if (this.#records.length === 0 || !isDue) return undefined;
    this.close();
    const records = this.#records.splice(0);
    return { records, readAtMs: this.#openedAtMs, invocations: 0, failures: 0 };
  }

  /** Cancels the timer. */
  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#hasPassed = false;
  }
}
