import type { RoomId } from '../domain/ids.ts';
import { hasDevice, type Member, withConnection } from '../domain/member.ts';
import type { Room } from '../domain/room.ts';
import { Code } from '../protocol/codes.ts';
import type { Connection } from '../store/room-store.ts';
import { type Caller, type Deps, type Refusal, refuse } from './deps.ts';
import { dropConnection } from './drop-connection.ts';
import { hasJoined, keepLastRoom } from './leave-room.ts';

/**
 * A frame from a connection that the member's row does not know (a 410 that was wrong, a mark set too soon) is a come-back of its
 * device, if that is in the room; it moves nobody, so with one room at a time it is none of a connection that is in another
 * room. Returns the row that the frame is to write; after that `isStillIn` looks once more. `connection`: perhaps a moment old.
 */
export async function revive(
  deps: Deps,
  caller: Caller,
  { room }: Room,
  member: Member,
  connection: Connection,
): Promise<Member | Refusal> {
  if (!hasDevice(member, connection.device) || (await isElsewhere(deps, connection, room))) return notIn();
  const added = await deps.store.addConnectionRoom(caller, room);
  if (added === undefined) return refuse(Code.DISCONNECTED, 'unable to send the message; the connection is closed');
  return withConnection(member, added);
}

const notIn = () => refuse(Code.NOT_A_MEMBER, 'unable to send the message; this connection has not joined the room');

async function isElsewhere(deps: Deps, connection: Connection, room: RoomId): Promise<boolean> {
  if (deps.settings.multipleRooms) return false;
  for (const other of connection.rooms) {
    if (other !== room && (await hasJoined(deps, connection, other))) return true;
  }
  return false;
}

/**
 * As for a join: looked at once more after the row was written, so that neither an end nor a leave in between leaves a ghost,
 * and of two rooms at once one is left. False = the connection is closed.
 */
export async function isStillIn(deps: Deps, caller: Caller, { room }: Room): Promise<boolean> {
  const connection = await deps.store.getConnection(caller);
  if (connection === undefined) return false;
  const isOpen = connection.closedAtMs === undefined;
  const isThere = isOpen && connection.rooms.includes(room);
  const now = isOpen && !isThere ? await deps.store.addConnectionRoom(caller, room) : connection;
  if (!isOpen || now === undefined) {
    await dropConnection(deps, room, connection, undefined);
    return false;
  }
  if (!deps.settings.multipleRooms) await keepLastRoom(deps, now, room);
  return true;
}
