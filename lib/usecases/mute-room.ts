import { type Outcome, refused } from '../domain/outcome.ts';
import { isLive } from '../domain/room.ts';
import { isRoomId, type RoomId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';
import { alignList } from './steps/align-list.ts';
import { listPage } from './steps/list-page.ts';

/** Mutes all users of a room but the exempt. The room is listed first, so that no muted room is missing. */
export async function muteRoom(deps: Deps, roomId: RoomId): Promise<Outcome<'muted'>> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return refused('no-such-room');
  await deps.store.addToList('muted-rooms', [{ item: roomId, untilMs: 0 }]);
  const after = await deps.store.setRoomMuted(roomId, room.epoch, true);
  await listIfMuted(deps, roomId);
  return after === undefined ? refused('no-such-room') : 'muted';
}

export async function unmuteRoom(deps: Deps, roomId: RoomId): Promise<Outcome<'unmuted'>> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return refused('no-such-room');
  const after = await deps.store.setRoomMuted(roomId, room.epoch, false);
  await listIfMuted(deps, roomId);
  return after === undefined ? refused('no-such-room') : 'unmuted';
}

const listIfMuted = (deps: Deps, room: RoomId): Promise<void> =>
  alignList(deps, 'muted-rooms', [room], async () =>
    (await isRoomMuted(deps, room)) === true ? { item: room, untilMs: 0 } : undefined,
  );

export async function isRoomMuted(deps: Deps, roomId: RoomId): Promise<Outcome<boolean>> {
  const room = await deps.store.getRoom(roomId);
  return isLive(room) ? room.muted : refused('no-such-room');
}

/** A page of the muted rooms, counted from 1. The list may hold rooms that are not muted, so each is checked. */
export const mutedRooms = (deps: Deps, page: number, size: number): Promise<Outcome<readonly string[]>> =>
  listPage(deps, { list: 'muted-rooms', page, size }, async ({ item }) =>
    isRoomId(item) && (await isRoomMuted(deps, item)) === true ? item : undefined,
  );
