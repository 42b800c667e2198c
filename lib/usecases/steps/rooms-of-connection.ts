import { hasDevice, type Member } from '../../domain/member.ts';
import { isRefused } from '../../domain/outcome.ts';
import { isLive } from '../../domain/room.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { Connection } from '../../store/room-store.ts';
import type { Caller, Deps } from '../deps.ts';
import { disconnectMember } from './disconnect-member.ts';
import { leave } from './leave-by-device.ts';
import { isOverMemberLimit } from './member-limit.ts';
import { noteActivity } from './note-activity.ts';

/**
 * Removes the room from the connection's row, unless the user is in the room by this connection: a join may have written
 * the member's row in between. A join that has not written it yet finds the room missing and adds it again. A room too many
 * on the row does no harm: the end of the connection finds no member there. One too few leaves a member online for ever.
 */
export async function forgetRoom(deps: Deps, caller: Caller, roomId: RoomId): Promise<void> {
  const connection = await takeOff(deps, caller, roomId);
  // A join of another room may have read the row while this one was missing.
  if (connection !== undefined && !deps.settings.multipleRooms) await keepLastRoom(deps, connection, roomId);
}
/** Returns the connection's row if the room is on it again. */
async function takeOff(deps: Deps, caller: Caller, roomId: RoomId, before?: RoomId): Promise<Connection | undefined> {
  const { userId, connectionId } = caller;
  await deps.store.removeConnectionRoom(caller, roomId, before);
  const row = await deps.store.getMember(roomId, userId);
  if (!row?.connections.includes(connectionId)) return undefined;
  const connection = await deps.store.addConnectionRoom(caller, roomId);
  if (connection === undefined) {
    const device = row.devices[connectionId] ?? connectionId;
    await disconnectMember(deps, roomId, { userId, connectionId, device }, undefined);
  }
  return connection;
}
/**
 * One room at a time: the connection stays in the room that it joined last. `connection` is read after the member row of
 * `joined` was written, and the row of another room after that: so of two concurrent joins at least one sees both rows, and
 * both know which room stays. A room that is no longer on the connection's row was left for another room.
 */
export async function keepLastRoom(deps: Deps, connection: Connection, joined: RoomId): Promise<void> {
  const { rooms } = connection;
  const index = rooms.indexOf(joined);
  for (const former of rooms.slice(0, Math.max(index, 0))) await leaveForAnother(deps, connection, former, joined);
  for (const later of rooms.slice(index + 1)) {
    if (await hasJoined(deps, connection, later)) await leaveForAnother(deps, connection, joined, later);
  }
}
/** Is the connection in this room? A join that the member limit is about to refuse ends no other membership. */
export async function hasJoined(deps: Deps, { userId, connectionId }: Caller, roomId: RoomId): Promise<boolean> {
  const [room, row] = await Promise.all([deps.store.getRoom(roomId), deps.store.getMember(roomId, userId)]);
  if (!isLive(room) || row?.roomEpoch !== room.epoch || !row.connections.includes(connectionId)) return false;
  return !(await isOverMemberLimit(deps, room));
}
/**
 * A join of another room ends this one. The client has not asked for that, so it is notified: by the table's stream where
 * the membership ends, so that no crash prevents it; here where another device of the user stays in the room.
 */
async function leaveForAnother(deps: Deps, caller: Connection, roomId: RoomId, another: RoomId): Promise<void> {
  const room = await deps.store.getRoom(roomId);
  // If the room is created again, a join of it comes after `another`.
  if (!isLive(room)) return deps.store.removeConnectionRoom(caller, roomId, another);
  const permit = async (member: Member) => {
    // This device may have been removed since, while another one is in the room.
    if (!hasDevice(member, caller.device)) return 'stays' as const;
    await noteActivity(deps, room);
    const { rooms = [] } = (await deps.store.getConnection(caller)) ?? {};
    return rooms.indexOf(roomId) < rooms.indexOf(another) ? ('taken' as const) : ('stays' as const);
  };
  const left = await leave(deps, caller, room, permit, 'notify');
  // A join of this room may be about to write: the room stays on the connection's row, so that the connection's end
  // finds it.
  if (left === 'stays' || isRefused(left)) return;
  // A join of this room that came in between checks both rooms itself.
  await takeOff(deps, caller, roomId, another);
  if (!left.devicesStay) return;
  const { roomEpoch, membershipId = '' } = left.member;
  await deps.push.post(caller.connectionId, {
    event: 'removed',
    room: roomId,
    roomEpoch,
    membership: membershipId,
    reason: 'left',
  });
}
