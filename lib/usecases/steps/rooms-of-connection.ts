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
 * Removes the room from the connection's row, unless the join that added it may still be running: it may yet write the
 * member's row. An extra room on the row does no harm, because the end of the connection finds no member there. A
 * missing one would leave a member online for ever.
 */
export function forgetRoom(deps: Deps, caller: Caller, roomId: RoomId, before?: RoomId): Promise<void> {
  return deps.store.removeConnectionRoom(caller, roomId, deps.now() - SETTLED_MS, before);
}

/**
 * One room at a time: the connection stays in the room that it joined last. Each join writes its member row, then reads
 * `connection`, then the member row of each other room. So of two concurrent joins at least one sees both rows, and
 * both agree on the room that stays. If `joined` is no longer on the connection's row, it was left for another room.
 */
export async function keepLastRoom(deps: Deps, connection: Connection, joined: RoomId): Promise<void> {
  const { rooms } = connection;
  const index = rooms.indexOf(joined);
  for (const former of rooms.slice(0, Math.max(index, 0))) await leaveForAnother(deps, connection, former, joined);
  for (const later of rooms.slice(index + 1)) {
    if (await hasJoined(deps, connection, later)) await leaveForAnother(deps, connection, joined, later);
  }
}

/** Is the connection in this room? Not if the member limit is about to refuse its join: that must end no other one. */
export async function hasJoined(deps: Deps, { userId, connectionId }: Caller, roomId: RoomId): Promise<boolean> {
  const [room, row] = await Promise.all([deps.store.getRoom(roomId), deps.store.getMember(roomId, userId)]);
  if (!isLive(room) || row?.roomEpoch !== room.epoch || !row.connections.includes(connectionId)) return false;
  return !(await isOverMemberLimit(deps, room));
}

/**
 * Leaves the room for another one. The client did not ask for that, so it is notified: if the membership ends, from the
 * table's stream, so that no crash prevents it; if another device of the user stays in the room, from here.
 */
async function leaveForAnother(deps: Deps, caller: Connection, roomId: RoomId, another: RoomId): Promise<void> {
  const room = await deps.store.getRoom(roomId);
  // The condition keeps the room on the row if it is created again and joined later than `another`.
  if (!isLive(room)) return forgetRoom(deps, caller, roomId, another);
  const permit = async (member: Member) => {
    // This device may have left since, while another one stays in the room.
    if (!hasDevice(member, caller.device)) return 'stays' as const;
    await noteActivity(deps, room);
    const { rooms = [] } = (await deps.store.getConnection(caller)) ?? {};
    return rooms.indexOf(roomId) < rooms.indexOf(another) ? ('taken' as const) : ('stays' as const);
  };
  const left = await leave(deps, caller, room, permit, 'notify');
  // If the member's row kept changing, the leave may not have happened: the room stays on the connection's row.
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
