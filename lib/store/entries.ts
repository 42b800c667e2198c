import type { EntryIndex } from '../domain/entries.ts';
import type { RoomId } from '../protocol/ids.ts';

/** The rooms' attributes. */
export interface Entries {
  getEntryIndex(room: RoomId, roomEpoch: string): Promise<EntryIndex>;
  /**
   * Puts the index if it still is one revision older, with the values of the entries that are new in it (by key), and
   * deletes the values of those that are no longer in it. 'conflict' = the index has changed; no reader sees a trace.
   */
  putEntryIndex(next: EntryIndex, before: EntryIndex, values: ReadonlyMap<string, string>): Promise<'put' | 'conflict'>;
  /** The values of these keys of the index, by key. A key whose value was replaced meanwhile is missing: read again. */
  entryValues(index: EntryIndex, keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Removes the attributes of a destroyed room of that epoch. */
  removeEntries(room: RoomId, roomEpoch: string): Promise<void>;
}
