import { errorOf } from '../lambda/invoke.ts';
import type { ReceivedMessage } from '../queues/message.ts';
import type { Queue } from '../queues/queue.ts';
import type { LocalQueueSource } from '../template/local-event-source.ts';
import { failedIds } from './batch-response.ts';
import type { Mapping, MappingOptions } from './mapping.ts';
import { deleteGrants, readGrants } from './poller-grants.ts';
import { type SqsRecord, toFiltered, toSqsRecord } from './queue-records.ts';

/** What the mapping of a queue needs. */
export interface QueueMappingOptions extends MappingOptions {
  readonly source: LocalQueueSource;
  readonly queue: Queue;
}

/** Invokes one function with the messages of one queue. A message that fails becomes visible again after its timeout. */
export class QueueMapping implements Mapping {
  readonly #options: QueueMappingOptions;
  readonly #running = new Set<Promise<void>>();
  #ended = 0;
  #stopped: boolean = false;
  #waiters: (() => void)[] = [];

  constructor(options: QueueMappingOptions) {
    this.#options = options;
    options.queue.onVisible(() => this.wake());
  }

  get ended(): number {
    return this.#ended;
  }

  wake(): void {
    const { source, queue } = this.#options;
    while (!this.#stopped && this.#running.size < source.maxConcurrency) {
      const messages = queue.receive(source.batchSize);
      if (messages.length === 0) break;
      const batch = this.#handle(messages).finally(() => {
        this.#running.delete(batch);
        this.#ended += 1;
        this.wake();
      });
      this.#running.add(batch);
    }
    if (this.#running.size === 0) for (const resolve of this.#waiters.splice(0)) resolve();
  }

  settle(): Promise<void> {
    const settled = new Promise<void>((resolve) => this.#waiters.push(resolve));
    this.wake();
    return settled;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
  }

  async #handle(messages: readonly ReceivedMessage[]): Promise<void> {
    const { source, iam, invoke, log } = this.#options;
    const { filters } = source;
    iam.use(source.functionId, readGrants(source));
    const isWanted = (record: SqsRecord): boolean =>
      filters.length === 0 || filters.some((matches) => matches(toFiltered(record)));
    const records = messages.map((message) => toSqsRecord(message, source.arn));
    const wanted = records.filter(isWanted);
    // A message that no filter matches is deleted; else it would become visible again and again.
    for (const record of records) if (!wanted.includes(record)) this.#delete(record.receiptHandle);
    if (wanted.length === 0) return;
    const result = await invoke(source.functionId, { Records: wanted });
    if (this.#stopped) return;
    if (!result.ok) log(`${source.logicalId}: ${errorOf(result)}`);
    const ids = wanted.map(({ messageId }) => messageId);
    const failed = failedIds(result, ids, source.reportsItemFailures);
    for (const { messageId, receiptHandle } of wanted) if (!failed.has(messageId)) this.#delete(receiptHandle);
  }

  #delete(receiptHandle: string): void {
    const { source, iam, queue } = this.#options;
    iam.use(source.functionId, deleteGrants(source));
    queue.delete(receiptHandle);
  }
}
