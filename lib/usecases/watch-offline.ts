import type { RoomId } from '../domain/ids.ts';
import { isLive, type Room } from '../domain/room.ts';
import type { DueEntry } from '../store/room-store.ts';
import type { Deps } from './deps.ts';
import { memberPages } from './fan-out.ts';

const ROOMS_IN_PAGE = 50;
/** No room is called so. */
const DONE = '#';

/**
 * The real-time service was switched on: members who have been offline for long are looked for once, room by room (case
 * 26). The set holds the last room that was seen, so that a run goes on where the former ended.
 */
export async function watchOffline(deps: Deps, untilMs: number): Promise<void> {
  const places = (await deps.store.readSet('real-time-walk')).toSorted((one, other) => (one < other ? -1 : 1));
  const [first = ''] = places;
  // A run that died between two places has left both; the former is gone on from.
  const stale = deps.settings.realTimeKickOut ? places.slice(1) : places;
  if (stale.length > 0) await deps.store.removeFromSet('real-time-walk', stale);
  if (!deps.settings.realTimeKickOut) return;
  for (let last = first; last !== DONE && deps.now() < untilMs; ) {
    const rooms = await deps.store.readList('rooms', last, ROOMS_IN_PAGE, deps.now());
    for (const { entry } of rooms) await watchRoom(deps, entry as RoomId);
    const next = rooms.at(-1)?.entry ?? DONE;
    await deps.store.addToSet('real-time-walk', [next], 2);
    if (last !== '') await deps.store.removeFromSet('real-time-walk', [last]);
    last = next;
  }
}

/** Puts all who are offline in the room on the due list. */
export async function watchRoom(deps: Deps, roomId: RoomId): Promise<void> {
  const room = await deps.store.getRoom(roomId);
  if (isLive(room)) await deps.store.arm(deps.now(), await offlineEntries(deps, room));
}

async function offlineEntries(deps: Deps, room: Room): Promise<readonly DueEntry[]> {
  const entries: DueEntry[] = [];
  for await (const members of memberPages(deps, room)) {
    for (const { userId, offline } of members) {
      if (offline !== undefined) entries.push({ kind: 'member', room: room.room, userId });
    }
  }
  return entries;
}

/** Switches the real-time service for one room; undefined = as the deployment has it. False = no such room. */
export async function setRealTimeKickOut(deps: Deps, roomId: RoomId, on: boolean | undefined): Promise<boolean> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return false;
  if ((await deps.store.setRealTimeKickOut(roomId, room.epoch, on)) === undefined) return false;
  await watchRoom(deps, roomId);
  return true;
}
