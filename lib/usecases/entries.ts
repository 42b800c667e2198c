import { removeEntries, setEntries } from '../domain/entries.ts';
import { isLive, type Room } from '../domain/room.ts';
import type { RoomId, UserId } from '../protocol/ids.ts';
import { changeEntries, type EntriesOutcome, type Permit } from './change-entries.ts';
import type { Deps } from './deps.ts';
import { readEntries } from './read-entries.ts';

export type { EntriesOutcome } from './change-entries.ts';

export interface EntriesToSet {
  readonly userId: UserId;
  /** Values by key. */
  readonly entries: ReadonlyMap<string, string>;
  /** They go when his membership ends. */
  readonly autoDelete: boolean;
  /** Also those that another user has set. */
  readonly overwrite: boolean;
}

export interface EntriesToRemove {
  readonly userId: UserId;
  readonly keys: readonly string[];
  /** Also those that another user has set. */
  readonly force: boolean;
}

/** Sets attributes of a room in a user's name, whether he is in it or not. */
export async function setRoomEntries(deps: Deps, roomId: RoomId, request: EntriesToSet): Promise<EntriesOutcome> {
  const room = await deps.store.getRoom(roomId);
  return isLive(room) ? setEntriesIn(deps, room, request) : 'no-room';
}

/** Removes attributes of a room in a user's name, whether he is in it or not. */
export async function removeRoomEntries(deps: Deps, roomId: RoomId, request: EntriesToRemove): Promise<EntriesOutcome> {
  const room = await deps.store.getRoom(roomId);
  return isLive(room) ? removeEntriesIn(deps, room, request) : 'no-room';
}

/** As setRoomEntries, in the room as read. */
export function setEntriesIn<T = never>(
  deps: Deps,
  room: Room,
  request: EntriesToSet,
  permit?: Permit<T>,
): Promise<EntriesOutcome | T> {
  const { userId, entries, autoDelete, overwrite } = request;
  const setAtMs = deps.now();
  const news = () =>
    new Map([...entries.keys()].map((key) => [key, { version: deps.randomId(), userId, autoDelete, setAtMs }]));
  return changeEntries(deps, room, {
    operation: 'set',
    decide: (index) => setEntries(index, news(), overwrite, deps.settings.maxEntriesPerRoom),
    valueOf: (key) => entries.get(key) ?? '',
    permit,
  });
}

/** As removeRoomEntries, in the room as read. */
export function removeEntriesIn<T = never>(
  deps: Deps,
  room: Room,
  request: EntriesToRemove,
  permit?: Permit<T>,
): Promise<EntriesOutcome | T> {
  const { userId, keys, force } = request;
  return changeEntries(deps, room, {
    operation: 'remove',
    decide: (index) => removeEntries(index, keys, userId, force),
    valueOf: () => '',
    permit,
  });
}

export interface RoomEntry {
  readonly key: string;
  readonly value: string;
  readonly userId: string;
  readonly autoDelete: boolean;
  readonly setAtMs: number;
}

/** Those of these keys that are there, or all if none is named, in the order of the keys; undefined = no such room. */
export async function readRoomEntries(
  deps: Deps,
  roomId: RoomId,
  keys: readonly string[],
): Promise<readonly RoomEntry[] | undefined> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return undefined;
  const asked = new Set(keys);
  const isAsked = (key: string) => asked.size === 0 || asked.has(key);
  const { index, values } = await readEntries(deps, room, isAsked, Number.POSITIVE_INFINITY);
  return [...values].flatMap(([key, value]) => {
    const entry = index.entries[key];
    return entry === undefined
      ? []
      : [{ key, value, userId: entry.userId, autoDelete: entry.autoDelete, setAtMs: entry.setAtMs }];
  });
}
