import { errorOf, type InvokeResult } from '../lambda/invoke.ts';
import type { Queue } from '../queues/queue.ts';
import type { StreamRecord } from '../streams/stream-record.ts';
import type { StreamReader } from '../streams/table-streams.ts';
import type { LocalStreamSource } from '../template/local-event-source.ts';
import type { LocalFunction } from '../template/local-function.ts';
import { failedIds } from './batch-response.ts';
import { BatchWindow } from './batch-window.ts';
import { describeFailure } from './failure-record.ts';
import type { Mapping, MappingOptions } from './mapping.ts';
import { readGrants, reportGrants } from './poller-grants.ts';
import { type Batch, decideOutcome, decideThrottled, type GiveUpReason, type Outcome } from './stream-batch.ts';

/** What the mapping of a stream needs. */
export interface StreamMappingOptions extends MappingOptions {
  readonly source: LocalStreamSource;
  readonly fn: LocalFunction;
  readonly reader: StreamReader;
  /** Gets a report of each batch that is given up. */
  readonly onFailure: Queue | undefined;
}

interface Waiter {
  readonly resolve: () => void;
  /** How many more unlimited retries it waits for. */
  patience: number;
}

const firstBackoffMs = 50;
const longestBackoffMs = 5000;
/** How many failures of a batch with unlimited retries `settle` waits for. */
const patience = 10;

const sequenceOf = ({ dynamodb }: StreamRecord): string => dynamodb.SequenceNumber;

/** Invokes one function with the records of one stream: one batch at a time, in order. */
export class StreamMapping implements Mapping {
  readonly #options: StreamMappingOptions;
  readonly #window: BatchWindow;
  #ended = 0;
  #pending: Batch[] = [];
  #waiters: Waiter[] = [];
  #woken = false;
  #stopped: boolean = false;
  #failuresInARow = 0;
  #endPause: (() => void) | undefined;
  #running: Promise<void> | undefined;

  constructor(options: StreamMappingOptions) {
    this.#options = options;
    this.#window = new BatchWindow({ ...options, onPassed: () => this.wake() });
    options.reader.onWrite(() => this.wake());
  }

  get ended(): number {
    return this.#ended;
  }

  wake(): void {
    this.#woken = true;
    if (this.#stopped) return;
    this.#running ??= this.#run();
  }

  /**
   * Waiting retries run immediately, and so does a batch whose window has not passed. With unlimited retries it waits for
   * ten of them.
   */
  settle(): Promise<void> {
    const settled = new Promise<void>((resolve) => this.#waiters.push({ resolve, patience }));
    this.#endPause?.();
    this.wake();
    if (this.#stopped) this.#release();
    return settled;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#window.close();
    this.#endPause?.();
    this.#release();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        const [batch] = this.#pending;
        if (batch !== undefined) await this.#attempt(batch);
        else if (!(await this.#read()) && !this.#woken) break;
      } catch (error) {
        if (this.#stopped) break;
        this.#log(error instanceof Error ? error.message : String(error));
        await this.#backOff(Number.POSITIVE_INFINITY);
      }
    }
    this.#running = undefined;
    this.#release();
  }

  /** Reads towards the next batch; false when the stream has no more records and no batch is due. */
  async #read(): Promise<boolean> {
    const { source, reader } = this.#options;
    this.#woken = false;
    const records = await reader.read(this.#window.room);
    const { filters } = source;
    this.#window.add(records.filter((record) => filters.length === 0 || filters.some((matches) => matches(record))));
    const batch = this.#window.take(records.length === 0 && this.#waiters.length > 0);
    if (batch !== undefined) this.#pending = [batch];
    return records.length > 0 || batch !== undefined;
  }

  async #attempt(batch: Batch): Promise<void> {
    const { source, iam, invoke, now } = this.#options;
    iam.use(source.functionId, readGrants(source));
    const result = await invoke(source.functionId, { Records: batch.records });
    if (this.#stopped) return;
    if (!result.ok) this.#log(errorOf(result));
    const isThrottled = !result.ok && result.throttled === true;
    const outcome = isThrottled ? decideThrottled(batch, source, now()) : this.#decide(batch, result);
    if (outcome.kind === 'retry') {
      this.#pending[0] = outcome.batch;
      return this.#backOff(isThrottled ? Number.POSITIVE_INFINITY : source.maxRetries);
    }
    if (outcome.kind === 'give up') this.#giveUp(outcome.batch, outcome.reason);
    this.#pending.splice(0, 1, ...(outcome.kind === 'split' ? outcome.batches : []));
    this.#failuresInARow = 0;
    this.#ended += 1;
  }

  #decide(batch: Batch, result: InvokeResult): Outcome {
    const { source, now } = this.#options;
    const ids = batch.records.map(sequenceOf);
    const failed = failedIds(result, ids, source.reportsItemFailures);
    const firstFailed = failed.size === 0 ? ids.length : ids.findIndex((id) => failed.has(id));
    return decideOutcome({ ...batch, invocations: batch.invocations + 1 }, firstFailed, source, now());
  }

  #giveUp(batch: Batch, reason: GiveUpReason): void {
    const { source, fn, reader, onFailure, iam, randomId, now } = this.#options;
    this.#log(`gives up ${batch.records.length} records: ${reason}`);
    const { shardId } = reader;
    const context = { functionArn: fn.arn, streamArn: source.arn, shardId, requestId: randomId(), atMs: now() };
    const body = JSON.stringify(describeFailure({ batch, reason, ...context }));
    if (source.onFailureArn !== undefined) iam.use(source.functionId, reportGrants(source.onFailureArn));
    onFailure?.send({ body, senderId: fn.logicalId });
  }

  /** Waits before the next try, unless a caller of `settle` waits for it. */
  async #backOff(maxRetries: number): Promise<void> {
    const delayMs = Math.min(firstBackoffMs * 2 ** this.#failuresInARow, longestBackoffMs);
    this.#failuresInARow += 1;
    // Unlimited retries may never end, so a waiter counts them down.
    if (maxRetries === Number.POSITIVE_INFINITY) for (const waiter of this.#waiters) waiter.patience -= 1;
    for (const { resolve } of this.#waiters.filter((waiter) => waiter.patience === 0)) resolve();
    this.#waiters = this.#waiters.filter((waiter) => waiter.patience > 0);
    if (this.#waiters.length > 0 || this.#stopped) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#options.after(delayMs, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
    this.#endPause = undefined;
  }

  #release(): void {
    for (const { resolve } of this.#waiters.splice(0)) resolve();
  }

  #log(text: string): void {
    this.#options.log(`${this.#options.source.logicalId}: ${text}`);
  }
}
