import { type Entry, type EntryIndex, emptyIndex } from '../../domain/entries.ts';
import { inParallel } from '../../domain/in-parallel.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { Entries } from '../entries.ts';
import { StoreFault } from '../room-store.ts';
import { entriesPartition, entryIndexKey, entryValueKey, type Key } from './keys.ts';
import { atRevision } from './revision.ts';
import { MOST_AT_ONCE, type Row, type Table } from './table.ts';
import { ConditionFailed } from './write-outcome.ts';

/** A list: a map loses the key `__proto__`, and the SDK does not recognise one with the key `constructor` as a map. */
interface IndexRow extends Omit<EntryIndex, 'entries'> {
  readonly entries: readonly (Entry & { readonly key: string })[];
}

/**
 * The rooms' entries in DynamoDB: one row for the index of a room's epoch, one for each value, under its version. A
 * version belongs to one attempt to put an index: a value row is written once, and never again after its deletion.
 */
export class DynamoEntries implements Entries {
  readonly #table: Table;

  constructor(table: Table) {
    this.#table = table;
  }

  readonly getEntryIndex = async (room: RoomId, roomEpoch: string): Promise<EntryIndex> => {
    const row = await this.#table.get(entryIndexKey(room, roomEpoch));
    return row === undefined ? emptyIndex(room, roomEpoch) : toIndex(row);
  };

  readonly putEntryIndex = async (
    next: EntryIndex,
    before: EntryIndex,
    values: ReadonlyMap<string, string>,
  ): Promise<'put' | 'conflict'> => {
    // The values come first, so that a reader of the index finds them. A crash in between leaves rows that no index
    // names; they are removed with the room.
    await inParallel([...values], MOST_AT_ONCE, ([key, value]) => this.#putValue(next, key, value));
    const outcome = await this.#replaceIndex(next, before);
    if (outcome === 'put') await this.#deleteValues(before, keysThatDiffer(before, next));
    // If the answer is unclear, the index may name them: they stay.
    if (outcome === 'refused') await this.#deleteValues(next, [...values.keys()]);
    return outcome === 'put' ? 'put' : 'conflict';
  };

  readonly entryValues = async (index: EntryIndex, keys: readonly string[]): Promise<ReadonlyMap<string, string>> => {
    const rowKeys = [...new Set(keys)].flatMap((key) => valueKeyOf(index, key) ?? []);
    const rows = await this.#table.getMany(rowKeys);
    return new Map(rows.map((row) => [String(row.key), String(row.value)]));
  };

  readonly removeEntries = async (room: RoomId, roomEpoch: string): Promise<void> => {
    let start: Key | undefined;
    do {
      const page = await this.#table.query({
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': entriesPartition(room, roomEpoch) },
        ProjectionExpression: 'pk, sk',
        ExclusiveStartKey: start,
      });
      await inParallel(page.rows, MOST_AT_ONCE, ({ pk, sk }) => this.#table.delete({ Key: { pk, sk } }));
      start = page.next;
    } while (start !== undefined);
  };

  async #putValue(index: EntryIndex, key: string, value: string): Promise<void> {
    const rowKey = valueKeyOf(index, key);
    if (rowKey !== undefined) await this.#table.put({ Item: { ...rowKey, key, value } });
  }

  async #replaceIndex(next: EntryIndex, before: EntryIndex): Promise<'put' | 'refused' | 'unclear'> {
    // A: read revision 7 ------------------ put -> refused: A reads again and decides on the index of B
    // B: ------------------ put -> revision 8
    // A: read no index -------------------- put -> refused, B was first
    // A: put -> stored, answer lost ------- put -> refused, finds its own change: stored
    // A: put -> stored, answer lost -- B: revision 9, on top of A's 8 -- A: put -> refused, finds it too
    const { roomId, roomEpoch } = next;
    try {
      await this.#table.put({
        Item: { ...entryIndexKey(roomId, roomEpoch), ...toRow(next) },
        ...atRevision(before.revision, this.#table.now()),
      });
      return 'put';
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      if (!error.afterRetry) return 'refused';
    }
    const now = await this.getEntryIndex(roomId, roomEpoch);
    const isThere = keysThatDiffer(before, next).every((key) => versionOf(now, key) === versionOf(next, key));
    return isThere ? 'put' : 'unclear';
  }

  /** What cannot be deleted now is removed with the room; the change itself is done. */
  async #deleteValues(index: EntryIndex, keys: readonly string[]): Promise<void> {
    const rowKeys = keys.flatMap((key) => valueKeyOf(index, key) ?? []);
    try {
      await inParallel(rowKeys, MOST_AT_ONCE, (Key) => this.#table.delete({ Key }));
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error;
    }
  }
}

const versionOf = (index: EntryIndex, key: string): string | undefined =>
  Object.hasOwn(index.entries, key) ? index.entries[key]?.version : undefined;

function valueKeyOf(index: EntryIndex, key: string): Key | undefined {
  const version = versionOf(index, key);
  return version === undefined ? undefined : entryValueKey(index.roomId, index.roomEpoch, key, version);
}

const keysThatDiffer = (one: EntryIndex, other: EntryIndex): readonly string[] => {
  const keys = new Set([...Object.keys(one.entries), ...Object.keys(other.entries)]);
  return [...keys].filter((key) => versionOf(one, key) !== versionOf(other, key));
};

const toRow = ({ entries, ...rest }: EntryIndex): IndexRow => ({
  ...rest,
  entries: Object.entries(entries).map(([key, entry]) => ({ key, ...entry })),
});

function toIndex(row: Row): EntryIndex {
  const { roomId, roomEpoch, revision, entries } = row as unknown as IndexRow;
  return { roomId, roomEpoch, revision, entries: Object.fromEntries(entries.map(({ key, ...entry }) => [key, entry])) };
}
