import type { EntryIndex } from '../domain/entries.ts';
import type { RoomId } from '../protocol/ids.ts';

/** The rooms' entries. */
export interface Entries {
  getEntryIndex(room: RoomId, roomEpoch: string): Promise<EntryIndex>;
  /**
   * Puts the index if the stored one is still one revision older, with the values of its new entries (by key), and
   * deletes the values of entries that are no longer in it. 'conflict' = the index has changed; no reader sees a trace.
   */
  putEntryIndex(next: EntryIndex, before: EntryIndex, values: ReadonlyMap<string, string>): Promise<'put' | 'conflict'>;
  /** The values of these keys of the index, by key. The key of a value replaced in between is missing: read again. */
  entryValues(index: EntryIndex, keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Removes the entries of a destroyed room of that epoch. */
  removeEntries(room: RoomId, roomEpoch: string): Promise<void>;
}
