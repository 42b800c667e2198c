import type { RoomId, UserId } from '../protocol/ids.ts';
import type { Reason } from './outcome.ts';

/** An entry of a room without its value, which has a row of its own under `version`. */
export interface Entry {
  readonly version: string;
  readonly userId: UserId;
  /** Removed when the membership of the user who set it ends. */
  readonly autoDelete: boolean;
  readonly setAtMs: number;
}

/** All entries of a room without their values, on one row, so that a change is one conditional write. */
export interface EntryIndex {
  readonly roomId: RoomId;
  readonly roomEpoch: string;
  /** Incremented by each change; 0 = no entry was ever set in this room epoch. */
  readonly revision: number;
  readonly entries: Readonly<Record<string, Entry>>;
}

export const emptyIndex = (room: RoomId, roomEpoch: string): EntryIndex => ({
  roomId: room,
  roomEpoch,
  revision: 0,
  entries: {},
});

export type EntryFault = Extract<Reason, 'too-many-entries' | 'entry-of-another-user' | 'no-such-entry'>;

/** The outcome of a change. */
export interface EntryChange {
  /** The index after the change; absent = nothing changes. */
  readonly index?: EntryIndex;
  /** The keys that were set or removed. */
  readonly done: readonly string[];
  readonly faults: Readonly<Record<string, EntryFault>>;
}

const entryOf = (index: EntryIndex, key: string): Entry | undefined =>
  Object.hasOwn(index.entries, key) ? index.entries[key] : undefined;

const isOfAnother = (entry: Entry | undefined, userId: string): boolean =>
  entry !== undefined && entry.userId !== userId;

function changed(
  index: EntryIndex,
  entries: ReadonlyMap<string, Entry>,
  done: readonly string[],
  faults: [string, EntryFault][],
): EntryChange {
  if (done.length === 0) return { done, faults: Object.fromEntries(faults) };
  const next = { ...index, revision: index.revision + 1, entries: Object.fromEntries(entries) };
  return { index: next, done, faults: Object.fromEntries(faults) };
}

/** Sets entries, up to `limit` in the room; replaces an entry of another user only with `overwrite`. */
export function setEntries(
  index: EntryIndex,
  toSet: ReadonlyMap<string, Entry>,
  overwrite: boolean,
  limit: number,
): EntryChange {
  const entries = new Map(Object.entries(index.entries));
  const done: string[] = [];
  const faults: [string, EntryFault][] = [];
  for (const [key, entry] of toSet) {
    const before = entryOf(index, key);
    if (!overwrite && isOfAnother(before, entry.userId)) faults.push([key, 'entry-of-another-user']);
    else if (before === undefined && entries.size >= limit) faults.push([key, 'too-many-entries']);
    else {
      entries.set(key, entry);
      done.push(key);
    }
  }
  return changed(index, entries, done, faults);
}

/** Removes entries; those of another user only with `force`. */
export function removeEntries(index: EntryIndex, keys: readonly string[], userId: string, force: boolean): EntryChange {
  const entries = new Map(Object.entries(index.entries));
  const done: string[] = [];
  const faults: [string, EntryFault][] = [];
  for (const key of new Set(keys)) {
    const before = entryOf(index, key);
    if (before === undefined) faults.push([key, 'no-such-entry']);
    else if (!force && isOfAnother(before, userId)) faults.push([key, 'entry-of-another-user']);
    else {
      entries.delete(key);
      done.push(key);
    }
  }
  return changed(index, entries, done, faults);
}

/** The keys of the entries that are removed when this user's membership ends. */
export const autoDeletedKeys = (index: EntryIndex, userId: string): readonly string[] =>
  Object.entries(index.entries).flatMap(([key, entry]) => (entry.autoDelete && entry.userId === userId ? [key] : []));
