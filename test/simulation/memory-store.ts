/*
 * Models the store on a table of its own, in memory, with a stream: for tests that run the product many times.
 * Clock: its own, which the test moves. Chance: none.
 */

import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { createDynamoStore } from '../../lib/store/dynamodb/dynamodb-store.ts';
import { connectionLifeMs, type StreamedStore, tableName } from '../support/emulators.ts';
import { createMemoryClient, createMemoryTableClient } from './memory-dynamodb/memory-client.ts';
import { MemoryTable } from './memory-dynamodb/memory-table.ts';
import type { StreamRecord } from './memory-dynamodb/stream-records.ts';

/** A store whose rows a test can compare. */
export interface MemoryStore extends StreamedStore {
  /** A copy of each row of the table. */
  readonly rows: () => Iterable<Readonly<Record<string, unknown>>>;
  /** Puts a row as another writer might have left it. */
  readonly put: (row: Readonly<Record<string, unknown>>) => void;
  readonly remove: (pk: unknown, sk: unknown) => void;
}

export function createMemoryStore(): MemoryStore {
  const clock = { nowMs: 1_800_000_000_000 };
  const now = () => clock.nowMs;
  const records: StreamRecord[] = [];
  const onInvalid = (error: Error) => {
    throw error;
  };
  const table = new MemoryTable({ tableName, now, onRecord: (record) => records.push(record), onInvalid });
  const createClient = () => createMemoryClient(table);
  const chance = { random: () => 0, sleep: async () => {} };
  const store = createDynamoStore({
    client: createMemoryTableClient(table),
    tableName,
    connectionLifeMs,
    dueShards: 2,
    now,
    ...chance,
  });
  const openStream = async () => {
    let read = 0;
    return async () => {
      const unread = records.slice(read);
      read = records.length;
      return unread;
    };
  };
  const put = (row: Readonly<Record<string, unknown>>) =>
    void table.apply(new PutCommand({ TableName: tableName, Item: row }));
  const remove = (pk: unknown, sk: unknown) =>
    void table.apply(new DeleteCommand({ TableName: tableName, Key: { pk, sk } }));
  return { store, createClient, clock, openStream, rows: () => table.rows(), put, remove };
}
