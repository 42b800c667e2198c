import { hasDevice, type Member, withConnection } from '../../domain/member.ts';
import type { Room } from '../../domain/room.ts';
import { Code } from '../../protocol/codes.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { Connection } from '../../store/room-store.ts';
import { type Caller, type Deps, type Refusal, refuse } from '../deps.ts';
import { recheckConnection } from './recheck-connection.ts';
import { hasJoined, keepLastRoom } from './rooms-of-connection.ts';

/**
 * A frame from a connection that the member's row does not know (a 410 that was wrong, a mark set too soon) is a come-back
 * of its device, if that is in the room. It moves nobody: with one room at a time it is none of a connection that is in
 * another room. Reads only.
 */
export async function mayResume(deps: Deps, room: RoomId, member: Member, connection: Connection): Promise<boolean> {
  return hasDevice(member, connection.device) && !(await isElsewhere(deps, connection, room));
}

/** Writes the come-back; 'again' = the member's row has changed since it was read. */
export async function resumeMembership(
  deps: Deps,
  caller: Caller,
  room: Room,
  member: Member,
): Promise<Refusal | 'again' | undefined> {
  const connection = await deps.store.addConnectionRoom(caller, room.roomId);
  if (connection === undefined) return closed();
  if (!(await mayResume(deps, room.roomId, member, connection))) return notIn();
  const next = withConnection(member, connection);
  if ((await deps.store.putMember(next, member.revision)) === 'conflict') return 'again';
  const again = await recheckConnection(deps, connection, room.roomId);
  if (again === undefined) return closed();
  // As for a join: of two rooms at once one is left.
  if (!deps.settings.multipleRooms) await keepLastRoom(deps, again, room.roomId);
  return undefined;
}

const closed = () => refuse(Code.DISCONNECTED, 'unable to send the message; the connection is closed');

export const notIn = () =>
  refuse(Code.NOT_A_MEMBER, 'unable to send the message; this connection has not joined the room');

async function isElsewhere(deps: Deps, connection: Connection, room: RoomId): Promise<boolean> {
  if (deps.settings.multipleRooms) return false;
  for (const other of connection.rooms) {
    if (other !== room && (await hasJoined(deps, connection, other))) return true;
  }
  return false;
}
