import { isMember } from '../domain/eviction.ts';
import type { RoomId } from '../domain/ids.ts';
import type { Member } from '../domain/member.ts';
import { isLive, type Room } from '../domain/room.ts';
import { Code } from '../protocol/codes.ts';
import { type Caller, type Deps, type Refusal, refuse } from './deps.ts';

/** The room and the caller's row in it, or why he may not; `deed` is what he is then told to be unable to do. */
export async function checkMember(
  deps: Deps,
  caller: Caller,
  roomId: RoomId,
  deed: string,
): Promise<{ readonly room: Room; readonly member: Member } | Refusal> {
  const [room, member] = await Promise.all([deps.store.getRoom(roomId), deps.store.getMember(roomId, caller.userId)]);
  if (!isLive(room)) return refuse(Code.NO_SUCH_ROOM, `unable to ${deed}; the room does not exist`);
  if (isMember(member, room, deps.settings)) return { room, member };
  return refuse(Code.NOT_A_MEMBER, `unable to ${deed}; not a member of the room`);
}
