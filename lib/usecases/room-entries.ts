import { isLive } from '../domain/room.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';
import type { EntriesOutcome } from './steps/change-entries.ts';
import type { EntriesToSet } from './steps/edit-entries.ts';
import { type EntriesToRemove, removeEntriesIn, setEntriesIn } from './steps/edit-entries.ts';
import { readEntries } from './steps/read-entries.ts';

export type { EntriesOutcome } from './steps/change-entries.ts';
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
