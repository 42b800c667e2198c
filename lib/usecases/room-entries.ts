import { type Outcome, refused } from '../domain/outcome.ts';
import { isLive } from '../domain/room.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';
import type { EntriesDone } from './steps/change-entries.ts';
import type { EntriesToSet } from './steps/edit-entries.ts';
import { type EntriesToRemove, removeEntriesIn, setEntriesIn } from './steps/edit-entries.ts';
import { readEntries } from './steps/read-entries.ts';

export type { EntriesDone } from './steps/change-entries.ts';
/** Sets entries of a room as a user, who need not be a member. */
export async function setRoomEntries(deps: Deps, roomId: RoomId, request: EntriesToSet): Promise<Outcome<EntriesDone>> {
  const room = await deps.store.getRoom(roomId);
  return isLive(room) ? setEntriesIn(deps, room, request) : refused('no-such-room');
}
/** Removes entries of a room as a user, who need not be a member. */
export async function removeRoomEntries(
  deps: Deps,
  roomId: RoomId,
  request: EntriesToRemove,
): Promise<Outcome<EntriesDone>> {
  const room = await deps.store.getRoom(roomId);
  return isLive(room) ? removeEntriesIn(deps, room, request) : refused('no-such-room');
}
export interface RoomEntry {
  readonly key: string;
  readonly value: string;
  readonly userId: string;
  readonly autoDelete: boolean;
  readonly setAtMs: number;
}
/** The entries of these keys that exist, or all entries if no key is given, in the order of the keys. */
export async function readRoomEntries(
  deps: Deps,
  roomId: RoomId,
  keys: readonly string[],
): Promise<Outcome<readonly RoomEntry[]>> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return refused('no-such-room');
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
