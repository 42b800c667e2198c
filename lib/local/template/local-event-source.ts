import { compileFilter, type Filter } from './filter-pattern.ts';
import type { LocalQueue } from './local-queue.ts';
import type { Entry } from './resolver.ts';
import type { LocalFunction, LocalTable } from './stack-description.ts';

interface Source {
  readonly logicalId: string;
  readonly functionId: string;
  readonly arn: string;
  /** Of these batches the function is given. */
  readonly batchSize: number;
  /** A record that none of them matches is skipped; without any, all are handed on. */
  readonly filters: readonly Filter[];
  /** Whether the function's answer says which records failed. */
  readonly reportsItemFailures: boolean;
}

/** An event source mapping over a table's stream. */
export interface LocalStreamSource extends Source {
  readonly kind: 'stream';
  readonly tableId: string;
  /** Infinity: until the records expire. */
  readonly maxRetries: number;
  readonly maxRecordAgeMs: number;
  readonly bisects: boolean;
  /** The queue that hears of given up records. */
  readonly onFailureArn: string | undefined;
}

/** An event source mapping over a queue. */
export interface LocalQueueSource extends Source {
  readonly kind: 'queue';
  readonly queueId: string;
  /** How many batches run at once. */
  readonly maxConcurrency: number;
}

/** An event source mapping of Lambda. */
export type LocalEventSource = LocalStreamSource | LocalQueueSource;

/** What of the stack a mapping may name. */
export interface EventSourceParts {
  readonly functions: readonly LocalFunction[];
  readonly tables: readonly LocalTable[];
  readonly queues: readonly LocalQueue[];
}

/** A stream keeps its records for a day. */
const streamRetentionMs = 24 * 3600 * 1000;

const known = new Set([
  'BatchSize',
  'BisectBatchOnFunctionError',
  'DestinationConfig',
  'Enabled',
  'EventSourceArn',
  'FilterCriteria',
  'FunctionName',
  'FunctionResponseTypes',
  'MaximumRecordAgeInSeconds',
  'MaximumRetryAttempts',
  'ScalingConfig',
  // A batch is given as soon as there is one, so nothing is gathered.
  'MaximumBatchingWindowInSeconds',
  // One batch at a time is an order that a higher factor may have as well.
  'ParallelizationFactor',
  // Where to start is decided by whether the table is new.
  'StartingPosition',
  'Tags',
]);

/** Describes an event source mapping; gives none for one that is not enabled. */
export function describeEventSource([logicalId, properties]: Entry, parts: EventSourceParts): LocalEventSource[] {
  const refuse = (why: string): never => {
    throw new Error(`unable to run the event source mapping ${logicalId}; ${why}`);
  };
  const unknown = Object.keys(properties).find((key) => !known.has(key));
  if (unknown !== undefined) refuse(`${unknown} is not known here`);
  if (properties.Enabled === false) return [];
  const arn = String(properties.EventSourceArn);
  const name = String(properties.FunctionName);
  const fn =
    parts.functions.find((each) => each.arn === name || each.functionName === name) ??
    refuse(`${name} is no function of the template`);
  const patterns = (properties.FilterCriteria as { Filters?: { Pattern: string }[] } | undefined)?.Filters ?? [];
  const common = {
    logicalId,
    functionId: fn.logicalId,
    arn,
    filters: patterns.map(({ Pattern }) => compile(Pattern, refuse)),
    reportsItemFailures: ((properties.FunctionResponseTypes ?? []) as string[]).includes('ReportBatchItemFailures'),
  };
  const table = parts.tables.find(({ stream }) => stream?.arn === arn);
  if (table !== undefined) return [{ ...common, ...describeStreamSource(properties, table, parts, refuse) }];
  const queue =
    parts.queues.find((each) => each.arn === arn) ?? refuse(`${arn} is no stream and no queue of the template`);
  if (queue.visibilityMs < fn.timeoutMs)
    refuse("the queue's visibility timeout is shorter than the function's timeout");
  return [{ ...common, ...describeQueueSource(properties, queue) }];
}

type Refuse = (why: string) => never;

function compile(pattern: string, refuse: Refuse): Filter {
  try {
    return compileFilter(pattern);
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

type Own<S extends Source> = Omit<S, Exclude<keyof Source, 'batchSize'>>;

const orInfinite = (value: unknown): number => (Number(value ?? -1) === -1 ? Number.POSITIVE_INFINITY : Number(value));

function describeStreamSource(
  properties: Record<string, unknown>,
  table: LocalTable,
  parts: EventSourceParts,
  refuse: Refuse,
): Own<LocalStreamSource> {
  const config = properties.DestinationConfig as { OnFailure?: { Destination?: string } } | undefined;
  const onFailureArn = config?.OnFailure?.Destination;
  if (onFailureArn !== undefined && parts.queues.find(({ arn }) => arn === onFailureArn)?.fifo !== false) {
    refuse(`${onFailureArn} is no standard queue of the template`);
  }
  return {
    kind: 'stream',
    tableId: table.logicalId,
    batchSize: Number(properties.BatchSize ?? 100),
    maxRetries: orInfinite(properties.MaximumRetryAttempts),
    maxRecordAgeMs: Math.min(orInfinite(properties.MaximumRecordAgeInSeconds) * 1000, streamRetentionMs),
    bisects: properties.BisectBatchOnFunctionError === true,
    onFailureArn,
  };
}

function describeQueueSource(properties: Record<string, unknown>, queue: LocalQueue): Own<LocalQueueSource> {
  const scaling = properties.ScalingConfig as { MaximumConcurrency?: number } | undefined;
  return {
    kind: 'queue',
    queueId: queue.logicalId,
    batchSize: Number(properties.BatchSize ?? 10),
    // Lambda begins with five batches at once.
    maxConcurrency: scaling?.MaximumConcurrency ?? 5,
  };
}
