import { isEvicted } from '../../domain/eviction.ts';
import { hasDevice, type Member, withConnection } from '../../domain/member.ts';
import { notIn, type Outcome, refused } from '../../domain/outcome.ts';
import type { Room } from '../../domain/room.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { Connection } from '../../store/room-store.ts';
import type { Caller, Deps } from '../deps.ts';
import { endMembership } from './end-membership.ts';
import { joining } from './member-sender.ts';
import { recheckConnection } from './recheck-connection.ts';
import { hasJoined, keepLastRoom } from './rooms-of-connection.ts';

/**
 * A frame from a connection that is not on the member's row (a wrong 410, a mark set too soon) resumes the membership of
 * its device, if that device is in the room. It ends no other membership: with one room at a time, a connection that is in
 * another room resumes nothing. Reads only.
 */
export async function mayResume(deps: Deps, room: RoomId, member: Member, connection: Connection): Promise<boolean> {
  return hasDevice(member, connection.device) && !(await isElsewhere(deps, connection, room));
}

/** Writes the resume; 'again' = the member's row has changed since it was read. */
export async function resumeMembership(
  deps: Deps,
  caller: Caller,
  room: Room,
  member: Member,
): Promise<Outcome<'again' | undefined>> {
  const connection = await deps.store.addConnectionRoom(caller, room.roomId, deps.now());
  if (connection === undefined) return refused('connection-closed');
  if (!(await mayResume(deps, room.roomId, member, connection))) return notIn();
  const next = withConnection(member, joining(deps, caller, connection));
  const stored = await deps.store.putMember(next, member.revision);
  if (stored === 'conflict') return 'again';
  if (await wasEvicted(deps, room, member)) {
    await endMembership(deps, stored, 'offline', caller.connectionId);
    return refused('membership-ended', { endReason: 'offline' });
  }
  const again = await recheckConnection(deps, connection, room.roomId);
  if (again === undefined) return refused('connection-closed');
  // As after a join: with one room at a time, the connection stays in only one.
  if (!deps.settings.multipleRooms) await keepLastRoom(deps, again, room.roomId);
  return undefined;
}

/** I-M13: has a message evicted the member before the write that resumed the membership, or along with it? */
async function wasEvicted(deps: Deps, room: Room, before: Member): Promise<boolean> {
  const now = await deps.store.getRoom(room.roomId);
  return now?.epoch === room.epoch && isEvicted(before, now, deps.settings);
}

/** With one room at a time: is the connection in another room? */
export async function isElsewhere(deps: Deps, connection: Connection, room: RoomId): Promise<boolean> {
  if (deps.settings.multipleRooms) return false;
  for (const other of connection.rooms) {
    if (other !== room && (await hasJoined(deps, connection, other))) return true;
  }
  return false;
}
