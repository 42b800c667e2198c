import { type Outcome, refused } from '../domain/outcome.ts';
import { isLive, type Room } from '../domain/room.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';
import { countMembers } from './steps/member-limit.ts';

/** A live room, and how many members it has. */
export async function describeRoom(
  deps: Deps,
  roomId: RoomId,
): Promise<Outcome<{ readonly room: Room; readonly memberCount: number }>> {
  const room = await deps.store.getRoom(roomId);
  return isLive(room) ? { room, memberCount: await countMembers(deps, room) } : refused('no-such-room');
}
/** The live rooms among these, in the order given. */
export async function describeRooms(deps: Deps, rooms: readonly RoomId[]): Promise<readonly Room[]> {
  const found = await Promise.all(rooms.map((room) => deps.store.getRoom(room)));
  return found.filter(isLive);
}
