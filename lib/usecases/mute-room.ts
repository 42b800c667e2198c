import type { RoomId } from '../domain/ids.ts';
import { isLive } from '../domain/room.ts';
import { alignList, listPages } from './align-list.ts';
import type { Deps } from './deps.ts';

/** Mutes all users of a room but those exempt. Listed first, so that no muted room is missing. False = no such room. */
export async function muteRoom(deps: Deps, roomId: RoomId): Promise<boolean> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return false;
  await deps.store.addToList('muted-rooms', [{ entry: roomId, untilMs: 0 }]);
  const after = await deps.store.setRoomMuted(roomId, room.epoch, true);
  await listIfMuted(deps, roomId);
  return after !== undefined;
}

/** False = no such room. */
export async function unmuteRoom(deps: Deps, roomId: RoomId): Promise<boolean> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return false;
  const after = await deps.store.setRoomMuted(roomId, room.epoch, false);
  await listIfMuted(deps, roomId);
  return after !== undefined;
}

const listIfMuted = (deps: Deps, room: RoomId): Promise<void> =>
  alignList(deps, 'muted-rooms', room, async () => ((await isRoomMuted(deps, room)) === true ? 0 : undefined));

/** Undefined = no such room. */
export async function isRoomMuted(deps: Deps, roomId: RoomId): Promise<boolean | undefined> {
  const room = await deps.store.getRoom(roomId);
  return isLive(room) ? room.muted : undefined;
}

/** A page of the muted rooms, counted from 1. The list may hold more than is muted, so each room is asked. */
export async function mutedRooms(deps: Deps, page: number, size: number): Promise<readonly string[]> {
  const end = page * size;
  const found: string[] = [];
  for await (const entries of listPages(deps, 'muted-rooms')) {
    const rooms = entries.map(({ entry }) => entry as RoomId);
    const muted = await Promise.all(rooms.map((room) => isRoomMuted(deps, room)));
    found.push(...rooms.filter((_, index) => muted[index] === true));
    if (found.length >= end) break;
  }
  return found.slice(end - size, end);
}
