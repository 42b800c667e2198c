import { isLive, type Room } from '../domain/room.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';
import { countMembers } from './steps/member-limit.ts';

/** Undefined = no such room. */
export async function describeRoom(
  deps: Deps,
  roomId: RoomId,
): Promise<{ readonly room: Room; readonly memberCount: number } | undefined> {
  const room = await deps.store.getRoom(roomId);
  return isLive(room) ? { room, memberCount: await countMembers(deps, room) } : undefined;
}
/** Those that are there, in the order asked. */
export async function describeRooms(deps: Deps, rooms: readonly RoomId[]): Promise<readonly Room[]> {
  const found = await Promise.all(rooms.map((room) => deps.store.getRoom(room)));
  return found.filter(isLive);
}
