import { hasDevice, type Member } from '../../domain/member.ts';
import { isRefused } from '../../domain/outcome.ts';
import { isLive } from '../../domain/room.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { Connection } from '../../store/room-store.ts';
import type { Caller, Deps } from '../deps.ts';
import { SETTLED_MS } from './disconnect-from-rooms.ts';
import { leave } from './leave-by-device.ts';
import { isOverMemberLimit } from './member-limit.ts';
import { noteActivity } from './note-activity.ts';

/**
 * Removes the room from the connection's row, unless a join that has added it may still be running and write the member's
 * row. A room too many on the row does no harm: the end of the connection finds no member there. One too few leaves a
 * member online for ever.
 */
export function forgetRoom(deps: Deps, caller: Caller, roomId: RoomId, before?: RoomId): Promise<void> {
  return deps.store.removeConnectionRoom(caller, roomId, deps.now() - SETTLED_MS, before);
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
  if (!isLive(room)) return forgetRoom(deps, caller, roomId, another);
  const permit = async (member: Member) => {
    // This device may have been removed since, while another one is in the room.
    if (!hasDevice(member, caller.device)) return 'stays' as const;
    await noteActivity(deps, room);
    const { rooms = [] } = (await deps.store.getConnection(caller)) ?? {};
    return rooms.indexOf(roomId) < rooms.indexOf(another) ? ('taken' as const) : ('stays' as const);
  };
  const left = await leave(deps, caller, room, permit, 'notify');
  // Of a leave that kept finding a changed row nothing is known.
  if (left === 'stays' || (isRefused(left) && left.reason === 'too-much-at-once')) return;
  await forgetRoom(deps, caller, roomId, another);
  if (isRefused(left) || !left.devicesStay) return;
  const { roomEpoch, membershipId = '' } = left.member;
  await deps.push.post(caller.connectionId, {
    event: 'removed',
    room: roomId,
    roomEpoch,
    membership: membershipId,
    reason: 'left',
  });
}
