import { isDeepStrictEqual } from 'node:util';
import { callDynamodb } from '../dynamodb/emulator.ts';
import type { LocalTable } from '../template/local-table.ts';
import type { ChangeReader } from './emulator-stream.ts';
import { createKeyedLock } from './keyed-lock.ts';
import type { Change, Item } from './stream-record.ts';
import { isOf, type TableWrite } from './table-writes.ts';

/** Creates the streams of an emulator without streams from the writes that go through it. */
export interface WriteRecorder {
  /** Runs a request with these writes and records a change of each item that differs afterwards. */
  record<T>(writes: readonly TableWrite[], forward: () => Promise<T>): Promise<T>;
  /** Reads the changes from now on. Changes of tables without a reader are not recorded. */
  open(table: LocalTable): ChangeReader;
}

/** The emulator and the clock. */
export interface WriteRecorderOptions {
  readonly endpoint: string;
  readonly now: () => number;
}

interface ItemKey {
  readonly table: LocalTable;
  readonly Key: Item;
}

function keyOf({ create }: LocalTable, { Item, Key }: TableWrite): Item {
  const schema = create.KeySchema as { AttributeName: string }[];
  return Object.fromEntries(schema.map(({ AttributeName }) => [AttributeName, (Key ?? Item)?.[AttributeName]]));
}

async function readItem(endpoint: string, { table, Key }: ItemKey): Promise<Item | undefined> {
  try {
    const input = { TableName: table.tableName, Key, ConsistentRead: true };
    return ((await callDynamodb(endpoint, 'GetItem', input)) as { Item?: Item }).Item;
  } catch (error) {
    // An invalid key has no item; the write itself returns the error.
    if (error instanceof Error && error.name === 'ValidationException') return undefined;
    throw error;
  }
}

const eventNameOf = (OldImage: Item | undefined, NewImage: Item | undefined): Change['eventName'] => {
  if (OldImage === undefined) return 'INSERT';
  return NewImage === undefined ? 'REMOVE' : 'MODIFY';
};

/** Creates a recorder. */
export function createWriteRecorder({ endpoint, now }: WriteRecorderOptions): WriteRecorder {
  const lock = createKeyedLock();
  const readers: { readonly table: LocalTable; readonly unread: Change[] }[] = [];
  // Greater than in any earlier run, because a function may store the numbers of the records that it got.
  let sequence = BigInt(now()) * 10n ** 9n;
  const itemsOf = (writes: readonly TableWrite[]): ItemKey[] =>
    writes.flatMap((write) => {
      const table = readers.find((reader) => isOf(reader.table, write))?.table;
      return table === undefined ? [] : [{ table, Key: keyOf(table, write) }];
    });
  const recordChange = (
    { table, Key: Keys }: ItemKey,
    OldImage: Item | undefined,
    NewImage: Item | undefined,
  ): void => {
    if (isDeepStrictEqual(OldImage, NewImage)) return;
    sequence += 1n;
    const when = { SequenceNumber: String(sequence), ApproximateCreationDateTime: Math.floor(now() / 1000) };
    const change = { eventName: eventNameOf(OldImage, NewImage), dynamodb: { Keys, NewImage, OldImage, ...when } };
    for (const reader of readers) if (reader.table === table) reader.unread.push(change);
  };
  const record = async <T>(items: readonly ItemKey[], forward: () => Promise<T>): Promise<T> => {
    const before = await Promise.all(items.map((item) => readItem(endpoint, item)));
    const answer = await forward();
    const after = await Promise.all(items.map((item) => readItem(endpoint, item)));
    for (const [index, item] of items.entries()) recordChange(item, before[index], after[index]);
    return answer;
  };
  return {
    record: (writes, forward) => {
      const items = itemsOf(writes);
      if (items.length === 0) return forward();
      const keys = items.map(({ table, Key }) => JSON.stringify([table.tableName, Key]));
      return lock.run(keys, () => record(items, forward));
    },
    open: (table) => {
      const unread: Change[] = [];
      readers.push({ table, unread });
      return { shardId: 'shardId-local', read: async (limit) => unread.splice(0, limit) };
    },
  };
}
