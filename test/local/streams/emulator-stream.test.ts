import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { closeServer } from '../../../lib/local/base/listen.ts';
import { openEmulatorStream } from '../../../lib/local/streams/emulator-stream.ts';
import { listen } from '../../support/listen.ts';

const numbers = (from: number, count: number): number[] => Array.from({ length: count }, (_, index) => from + index);

/** A DynamoDB whose stream has several shards, the last one open, and whose iterators expire on request. */
async function startSharded(shards: Map<string, number[]>) {
  const state = { expired: new Set<string>(), count: 0 };
  const iterators = new Map<string, { readonly shardId: string; readonly at: number }>();
  const iterate = (shardId: string, at: number): string => {
    state.count += 1;
    iterators.set(`iterator-${state.count}`, { shardId, at });
    return `iterator-${state.count}`;
  };
  const ids = (): string[] => [...shards.keys()];
  const operations: Record<string, (input: Record<string, string>) => object> = {
    DescribeStream: ({ ExclusiveStartShardId: after = '' }) => {
      const left = ids().slice(ids().indexOf(after) + 1);
      return { StreamDescription: { Shards: left.map((ShardId) => ({ ShardId })) } };
    },
    GetShardIterator: ({ ShardId = '', ShardIteratorType, SequenceNumber }) => {
      const all = shards.get(ShardId) ?? [];
      const starts: Record<string, number> = { LATEST: all.length, TRIM_HORIZON: 0 };
      const at = starts[String(ShardIteratorType)] ?? all.indexOf(Number(SequenceNumber)) + 1;
      return { ShardIterator: iterate(ShardId, at) };
    },
    GetRecords: ({ ShardIterator = '', Limit }) => {
      if (state.expired.has(ShardIterator)) return { __type: 'x#ExpiredIteratorException', message: 'too old' };
      const { shardId, at } = iterators.get(ShardIterator) ?? { shardId: '', at: 0 };
      const all = shards.get(shardId) ?? [];
      const found = all.slice(at, at + Number(Limit));
      const ended = shardId !== ids().at(-1) && at + found.length >= all.length;
      return {
        Records: found.map((n) => ({ eventName: 'INSERT', dynamodb: { Keys: {}, SequenceNumber: `${n}` } })),
        ...(ended ? {} : { NextShardIterator: iterate(shardId, at + found.length) }),
      };
    },
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const answer = operations[operation]?.(JSON.parse(String(Buffer.concat(chunks)))) ?? {};
    response.writeHead('__type' in answer ? 400 : 200).end(JSON.stringify(answer));
  });
  const port = await listen(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    expireAll: () => {
      state.expired = new Set(iterators.keys());
    },
    close: () => closeServer(server),
  };
}

async function withShards(
  shards: Map<string, number[]>,
  from: 'LATEST' | 'TRIM_HORIZON',
  test: (parts: {
    read: (limit: number) => Promise<number[]>;
    shardId: () => string;
    expireAll: () => void;
  }) => Promise<void>,
): Promise<void> {
  const { endpoint, expireAll, close } = await startSharded(shards);
  const stream = await openEmulatorStream({ endpoint, streamArn: 'arn:stream', from });
  const read = async (limit: number): Promise<number[]> =>
    (await stream.read(limit)).map(({ dynamodb }) => Number(dynamodb.SequenceNumber));
  await test({ read, shardId: () => stream.shardId, expireAll });
  await close();
}

describe('the stream of an emulator', () => {
  it('continues in the next shard when one has ended', async () => {
    const shards = new Map([
      ['s1', numbers(1, 3)],
      ['s2', []],
      ['s3', numbers(4, 1)],
    ]);
    await withShards(shards, 'TRIM_HORIZON', async ({ read, shardId }) => {
      expect([await read(2), shardId()]).toEqual([[1, 2], 's1']);
      expect([await read(2), shardId()]).toEqual([[3], 's1']);
      expect([await read(2), shardId()]).toEqual([[4], 's3']);
      expect(await read(2)).toEqual([]);
    });
  });

  it('starts at the end of the last shard with LATEST', async () => {
    const last = numbers(4, 1);
    const shards = new Map([
      ['s1', numbers(1, 3)],
      ['s2', last],
    ]);
    await withShards(shards, 'LATEST', async ({ read }) => {
      expect(await read(9)).toEqual([]);
      last.push(5);
      expect(await read(9)).toEqual([5]);
    });
  });

  it('continues after its last record when its iterator has expired', async () => {
    const only = numbers(1, 2);
    await withShards(new Map([['s1', only]]), 'TRIM_HORIZON', async ({ read, expireAll }) => {
      expireAll();
      expect(await read(9)).toEqual([1, 2]);
      only.push(3);
      expireAll();
      expect(await read(9)).toEqual([3]);
    });
  });
});
