import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createDynamoStore } from '../../lib/store/dynamodb/dynamodb-store.ts';
import {
  createMemoryClient,
  createMemoryTableClient,
  type Schedule,
} from '../simulation/memory-dynamodb/memory-client.ts';
import { MemoryTable } from '../simulation/memory-dynamodb/memory-table.ts';
import { connectionLifeMs, realChance, type StoreUnderTest, tableName } from '../support/emulators.ts';
import { describeStore } from './contract.ts';

/** The latency of a network, so that concurrent calls overlap. */
const LATENCY_MS = 2;
const overNetwork: Schedule = async ({ name, input, apply }) => {
  if (['Get', 'BatchGet', 'Query'].includes(name)) noteEventual(input);
  await wait(LATENCY_MS);
  return apply();
};

/** Kinds of rows that were read with eventual consistency. */
const readEventually = new Set<string>();

type Read = {
  readonly Key?: { readonly pk: string; readonly sk: string };
  readonly ConsistentRead?: boolean;
  readonly ExpressionAttributeValues?: { readonly ':pk'?: string; readonly ':in'?: string };
  readonly RequestItems?: {
    readonly [tableName]: { readonly Keys: readonly NonNullable<Read['Key']>[]; readonly ConsistentRead?: boolean };
  };
};

function noteEventual(input: unknown): void {
  const { Key, ConsistentRead, ExpressionAttributeValues, RequestItems } = input as Read;
  const isConsistent = RequestItems === undefined ? ConsistentRead : RequestItems[tableName].ConsistentRead;
  if (isConsistent === true) return;
  const keys = RequestItems?.[tableName].Keys ?? (Key === undefined ? [] : [Key]);
  const query = ExpressionAttributeValues?.[':pk'] ?? ExpressionAttributeValues?.[':in'];
  const read = query === undefined ? keys.map(({ pk, sk }) => [pk, sk]) : [[query]];
  for (const words of read) readEventually.add(words.map((word) => word.split('#')[0]).join(' '));
}

function createMemoryStore(): StoreUnderTest {
  const clock = { nowMs: 1_800_000_000_000 };
  const now = () => clock.nowMs;
  const table = new MemoryTable({ tableName, now });
  const createClient = () => createMemoryClient(table, overNetwork);
  const store = createDynamoStore({
    client: createMemoryTableClient(table, overNetwork),
    tableName,
    connectionLifeMs,
    dueShards: 2,
    now,
    ...realChance,
  });
  return { store, createClient, clock };
}

describe('the store on the in-memory DynamoDB of the simulation', () => {
  const made = createMemoryStore();
  describeStore(() => made);

  test('reads every row consistently but those whose methods say otherwise', () => {
    expect(readEventually).toEqual(
      new Set(['DUE', 'DUE SHARDS', 'ROOM', 'USER ACCESS', 'USER CONNECTION', 'USER LOGIN']),
    );
  });
});
