import type { ResolvedResource } from './cloudformation.ts';
import { compileFilter, type Filter } from './filter-pattern.ts';
import type { LocalFunction } from './local-function.ts';
import type { LocalQueue } from './local-queue.ts';
import type { LocalTable } from './local-table.ts';

interface Source {
  readonly logicalId: string;
  readonly functionId: string;
  readonly arn: string;
  /** The most records of one invocation. */
  readonly batchSize: number;
  /** The function gets the records that at least one filter matches; without filters it gets all. */
  readonly filters: readonly Filter[];
  /** Whether the function's answer names the records that failed. */
  readonly reportsItemFailures: boolean;
}

/** An event source mapping of a table's stream. */
export interface LocalStreamSource extends Source {
  readonly kind: 'stream';
  readonly tableId: string;
  /** How long a batch waits for more records before it is full. */
  readonly windowMs: number;
  /** Infinity: until the records expire. */
  readonly maxRetries: number;
  readonly maxRecordAgeMs: number;
  readonly bisects: boolean;
  /** The queue that gets a report of each batch that Lambda gives up. */
  readonly onFailureArn: string | undefined;
}

/** An event source mapping of a queue. */
export interface LocalQueueSource extends Source {
  readonly kind: 'queue';
  readonly queueId: string;
  /** How many batches run concurrently. */
  readonly maxConcurrency: number;
}

/** An event source mapping of Lambda. */
export type LocalEventSource = LocalStreamSource | LocalQueueSource;

/** The resources that a mapping may refer to. */
export interface EventSourceParts {
  readonly functions: readonly LocalFunction[];
  readonly tables: readonly LocalTable[];
  readonly queues: readonly LocalQueue[];
}

/** DynamoDB keeps stream records for 24 hours. */
const streamRetentionMs = 24 * 3600 * 1000;

const supportedProperties = new Set([
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
  // Ignored for a queue: a function gets its messages as soon as there is one.
  'MaximumBatchingWindowInSeconds',
  // Ignored: the local stack runs one batch of a stream at a time, an order that every factor allows.
  'ParallelizationFactor',
  // Ignored: a new table is read from its first record, an old one from now on.
  'StartingPosition',
  'Tags',
]);

/** Describes an event source mapping; returns none when it is disabled. */
export function describeEventSource(
  [logicalId, properties]: ResolvedResource,
  parts: EventSourceParts,
): LocalEventSource[] {
  const refuse = (why: string): never => {
    throw new Error(`unable to run the event source mapping ${logicalId}; ${why}`);
  };
  const unsupported = Object.keys(properties).find((key) => !supportedProperties.has(key));
  if (unsupported !== undefined) refuse(`the local stack does not support ${unsupported}`);
  if (properties.Enabled === false) return [];
  const arn = String(properties.EventSourceArn);
  const name = String(properties.FunctionName);
  const fn =
    parts.functions.find((each) => each.arn === name || each.functionName === name) ??
    refuse(`the template has no function ${name}`);
  const patterns = (properties.FilterCriteria as { Filters?: { Pattern: string }[] } | undefined)?.Filters ?? [];
  const shared = {
    logicalId,
    functionId: fn.logicalId,
    arn,
    filters: patterns.map(({ Pattern }) => compile(Pattern, refuse)),
    reportsItemFailures: ((properties.FunctionResponseTypes ?? []) as string[]).includes('ReportBatchItemFailures'),
  };
  const table = parts.tables.find(({ stream }) => stream?.arn === arn);
  if (table !== undefined) return [{ ...shared, ...describeStreamSource(properties, table, parts, refuse) }];
  const queue =
    parts.queues.find((each) => each.arn === arn) ?? refuse(`the template has no stream and no queue ${arn}`);
  if (queue.visibilityMs < fn.timeoutMs)
    refuse("the queue's visibility timeout is shorter than the function's timeout");
  return [{ ...shared, ...describeQueueSource(properties, queue) }];
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
    refuse(`the template has no standard queue ${onFailureArn}`);
  }
  return {
    kind: 'stream',
    tableId: table.logicalId,
    batchSize: Number(properties.BatchSize ?? 100),
    windowMs: Number(properties.MaximumBatchingWindowInSeconds ?? 0) * 1000,
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
    // Lambda starts with five concurrent batches.
    maxConcurrency: scaling?.MaximumConcurrency ?? 5,
  };
}
