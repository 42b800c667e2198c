import { callDynamodbStreams } from '../dynamodb/emulator.ts';
import type { Change } from './stream-record.ts';

/** Reads the changes of a stream in order. */
export interface ChangeReader {
  /** The shard of the last read. */
  readonly shardId: string;
  /** The next changes, at most `limit`; none at the end of the stream. */
  read(limit: number): Promise<readonly Change[]>;
}

/** Which stream of which emulator, and where to start. */
export interface EmulatorStreamOptions {
  readonly endpoint: string;
  readonly streamArn: string;
  readonly from: 'LATEST' | 'TRIM_HORIZON';
}

/** The limit of GetRecords. */
const maxRecords = 1000;

/** Opens the stream of an emulator. The streams of emulators have one open shard at a time. */
export async function openEmulatorStream(options: EmulatorStreamOptions): Promise<ChangeReader> {
  const shards = await listShards(options, undefined);
  const shardId = options.from === 'LATEST' ? shards.at(-1) : shards[0];
  if (shardId === undefined) throw new Error(`unable to read the stream ${options.streamArn}; it has no shard`);
  return new EmulatorStream(options, shardId, await findIterator(options, shardId, options.from, undefined));
}

async function listShards({ endpoint, streamArn: StreamArn }: EmulatorStreamOptions, after: string | undefined) {
  const input = { StreamArn, ...(after === undefined ? {} : { ExclusiveStartShardId: after }) };
  const { StreamDescription } = (await callDynamodbStreams(endpoint, 'DescribeStream', input)) as {
    StreamDescription: { Shards: { ShardId: string }[] };
  };
  return StreamDescription.Shards.map(({ ShardId }) => ShardId);
}

async function findIterator(
  { endpoint, streamArn: StreamArn }: EmulatorStreamOptions,
  ShardId: string,
  ShardIteratorType: 'LATEST' | 'TRIM_HORIZON' | 'AFTER_SEQUENCE_NUMBER',
  SequenceNumber: string | undefined,
): Promise<string> {
  const input = { StreamArn, ShardId, ShardIteratorType, SequenceNumber };
  const answer = await callDynamodbStreams(endpoint, 'GetShardIterator', input);
  return (answer as { ShardIterator: string }).ShardIterator;
}

class EmulatorStream implements ChangeReader {
  readonly #options: EmulatorStreamOptions;
  #shardId: string;
  /** Undefined when the shard has ended. */
  #iterator: string | undefined;
  #lastRead: string | undefined;

  constructor(options: EmulatorStreamOptions, shardId: string, iterator: string) {
    this.#options = options;
    this.#shardId = shardId;
    this.#iterator = iterator;
  }

  get shardId(): string {
    return this.#shardId;
  }

  async read(limit: number): Promise<readonly Change[]> {
    for (;;) {
      if (this.#iterator === undefined && !(await this.#enterNextShard())) return [];
      const changes = await this.#readShard(limit);
      if (changes.length > 0 || this.#iterator !== undefined) return changes;
    }
  }

  async #readShard(limit: number): Promise<readonly Change[]> {
    try {
      return await this.#get(limit);
    } catch (error) {
      // DynamoDB's iterators expire after minutes, and without writes there are no reads.
      if (!(error instanceof Error) || error.name !== 'ExpiredIteratorException') throw error;
      const from = this.#lastRead === undefined ? 'TRIM_HORIZON' : 'AFTER_SEQUENCE_NUMBER';
      this.#iterator = await findIterator(this.#options, this.#shardId, from, this.#lastRead);
      return this.#get(limit);
    }
  }

  async #get(limit: number): Promise<readonly Change[]> {
    const input = { ShardIterator: this.#iterator, Limit: Math.min(limit, maxRecords) };
    const { Records, NextShardIterator } = (await callDynamodbStreams(this.#options.endpoint, 'GetRecords', input)) as {
      Records: Change[];
      NextShardIterator?: string;
    };
    this.#iterator = NextShardIterator ?? undefined;
    this.#lastRead = Records.at(-1)?.dynamodb.SequenceNumber ?? this.#lastRead;
    return Records;
  }

  async #enterNextShard(): Promise<boolean> {
    const [next] = await listShards(this.#options, this.#shardId);
    if (next === undefined) return false;
    this.#shardId = next;
    this.#lastRead = undefined;
    this.#iterator = await findIterator(this.#options, next, 'TRIM_HORIZON', undefined);
    return true;
  }
}
