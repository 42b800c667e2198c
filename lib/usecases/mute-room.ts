import { isLive } from '../domain/room.ts';
import { isRoomId, type RoomId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';
import { alignList } from './steps/align-list.ts';
import { listPage } from './steps/list-page.ts';

/** Mutes all users of a room but those exempt. Listed first, so that no muted room is missing. False = no such room. */
export async function muteRoom(deps: Deps, roomId: RoomId): Promise<boolean> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return false;
  await deps.store.addToList('muted-rooms', [{ item: roomId, untilMs: 0 }]);
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
  alignList(deps, 'muted-rooms', [room], async () =>
    (await isRoomMuted(deps, room)) === true ? { item: room, untilMs: 0 } : undefined,
  );

/** Undefined = no such room. */
export async function isRoomMuted(deps: Deps, roomId: RoomId): Promise<boolean | undefined> {
  const room = await deps.store.getRoom(roomId);
  return isLive(room) ? room.muted : undefined;
}

/** A page of the muted rooms, counted from 1. The list may hold more than is muted, so each room is asked. */
export const mutedRooms = (deps: Deps, page: number, size: number): Promise<readonly string[] | 'too-far'> =>
  listPage(deps, { list: 'muted-rooms', page, size }, async ({ item }) =>
    isRoomId(item) && (await isRoomMuted(deps, item)) === true ? item : undefined,
  );
