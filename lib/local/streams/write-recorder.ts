import { isDeepStrictEqual } from 'node:util';
import { callDynamodb } from '../dynamodb/emulator.ts';
import type { LocalTable } from '../template/stack-description.ts';
import type { ChangeReader } from './emulator-stream.ts';
import { createKeyedLock } from './keyed-lock.ts';
import type { Change, Item } from './stream-record.ts';
import { isOf, type TableWrite } from './table-writes.ts';

/** Makes the streams of an engine that has none, from the writes that pass by. */
export interface WriteRecorder {
  /** Runs a request with these writes and makes a change of each item that is different afterwards. */
  record<T>(writes: readonly TableWrite[], forward: () => Promise<T>): Promise<T>;
  /** Reads what is written from now on; what nobody reads is not recorded. */
  open(table: LocalTable): ChangeReader;
}

/** What it takes to record. */
export interface WriteRecorderOptions {
  readonly endpoint: string;
  readonly now: () => number;
}

interface Place {
  readonly table: LocalTable;
  readonly Key: Item;
}

function keyOf({ create }: LocalTable, { Item, Key }: TableWrite): Item {
  const schema = create.KeySchema as { AttributeName: string }[];
  return Object.fromEntries(schema.map(({ AttributeName }) => [AttributeName, (Key ?? Item)?.[AttributeName]]));
}

async function readItem(endpoint: string, { table, Key }: Place): Promise<Item | undefined> {
  try {
    const input = { TableName: table.tableName, Key, ConsistentRead: true };
    return ((await callDynamodb(endpoint, 'GetItem', input)) as { Item?: Item }).Item;
  } catch (error) {
    // Nothing is under a key that cannot be, and the write itself will be told why.
    if (error instanceof Error && error.name === 'ValidationException') return undefined;
    throw error;
  }
}

const nameOf = (OldImage: Item | undefined, NewImage: Item | undefined): Change['eventName'] => {
  if (OldImage === undefined) return 'INSERT';
  return NewImage === undefined ? 'REMOVE' : 'MODIFY';
};

/** Makes a recorder before a DynamoDB that keeps no streams. */
export function createWriteRecorder({ endpoint, now }: WriteRecorderOptions): WriteRecorder {
  const lock = createKeyedLock();
  const readers: { readonly table: LocalTable; readonly unread: Change[] }[] = [];
  // Greater than in any earlier run, because a function may keep the numbers that it has seen.
  let sequence = BigInt(now()) * 10n ** 9n;
  const placesOf = (writes: readonly TableWrite[]): Place[] =>
    writes.flatMap((write) => {
      const table = readers.find((reader) => isOf(reader.table, write))?.table;
      return table === undefined ? [] : [{ table, Key: keyOf(table, write) }];
    });
  const note = ({ table, Key: Keys }: Place, OldImage: Item | undefined, NewImage: Item | undefined): void => {
    if (isDeepStrictEqual(OldImage, NewImage)) return;
    sequence += 1n;
    const when = { SequenceNumber: String(sequence), ApproximateCreationDateTime: Math.floor(now() / 1000) };
    const change = { eventName: nameOf(OldImage, NewImage), dynamodb: { Keys, NewImage, OldImage, ...when } };
    for (const reader of readers) if (reader.table === table) reader.unread.push(change);
  };
  const record = async <T>(places: readonly Place[], forward: () => Promise<T>): Promise<T> => {
    const before = await Promise.all(places.map((place) => readItem(endpoint, place)));
    const answer = await forward();
    const after = await Promise.all(places.map((place) => readItem(endpoint, place)));
    for (const [index, place] of places.entries()) note(place, before[index], after[index]);
    return answer;
  };
  return {
    record: (writes, forward) => {
      const places = placesOf(writes);
      if (places.length === 0) return forward();
      const names = places.map(({ table, Key }) => JSON.stringify([table.tableName, Key]));
      return lock.run(names, () => record(places, forward));
    },
    open: (table) => {
      const unread: Change[] = [];
      readers.push({ table, unread });
      return { shardId: 'shardId-local', read: async (limit) => unread.splice(0, limit) };
    },
  };
}
