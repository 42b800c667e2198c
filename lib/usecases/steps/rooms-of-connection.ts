import { hasDevice } from '../../domain/member.ts';
import { isLive } from '../../domain/room.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { Connection } from '../../store/room-store.ts';
import type { Caller, Deps } from '../deps.ts';
import { disconnectMember } from './disconnect-member.ts';
import { leave } from './leave-by-device.ts';
import { isOverMemberLimit } from './member-limit.ts';
import { noteActivity } from './note-activity.ts';

/**
 * Takes the room off the connection's row, unless he is in by this connection: a join may have written his row in between,
 * or, where it has not yet, it finds the room missing and adds it again. A room too many on it does no harm, because who
 * ends the connection finds him not there; one too few would leave him online for ever.
 */
export async function forgetRoom(deps: Deps, caller: Caller, roomId: RoomId): Promise<void> {
  const connection = await takeOff(deps, caller, roomId);
  // A join of another room may have looked while this one was missing.
  if (connection !== undefined && !deps.settings.multipleRooms) await keepLastRoom(deps, connection, roomId);
}
/** Returns the connection's row where the room is on it again. */
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
 * One room at a time: of those that a connection has joined, the last one. `connection` is read after the member row of
 * `joined` was written, and the row of another room after that: so of two joins at once one at least sees both rows,
 * and both know which room is to stay. One that is not on the connection any more has been left for another.
 */
export async function keepLastRoom(deps: Deps, connection: Connection, joined: RoomId): Promise<void> {
  const { rooms } = connection;
  const place = rooms.indexOf(joined);
  for (const former of rooms.slice(0, Math.max(place, 0))) await leaveForAnother(deps, connection, former, joined);
  for (const later of rooms.slice(place + 1)) {
    if (await hasJoined(deps, connection, later)) await leaveForAnother(deps, connection, joined, later);
  }
}
/** Is it in this room? A join that is refused in the end moves nobody. */
export async function hasJoined(deps: Deps, { userId, connectionId }: Caller, roomId: RoomId): Promise<boolean> {
  const [room, row] = await Promise.all([deps.store.getRoom(roomId), deps.store.getMember(roomId, userId)]);
  if (!isLive(room) || row?.roomEpoch !== room.epoch || !row.connections.includes(connectionId)) return false;
  return !(await isOverMemberLimit(deps, room));
}
/** A join has moved the caller out of this room: his client has not asked for it, so it is told. */
async function leaveForAnother(deps: Deps, caller: Connection, roomId: RoomId, another: RoomId): Promise<void> {
  const room = await deps.store.getRoom(roomId);
  // Whoever joins this room when it is made anew has asked for it after `another`.
  if (!isLive(room)) return deps.store.removeConnectionRoom(caller, roomId, another);
  const left = await leave(deps, caller, room, async (member) => {
    // He may have been put out of it since, and be in by another device.
    if (!hasDevice(member, caller.device)) return 'stays';
    await noteActivity(deps, room);
    const { rooms = [] } = (await deps.store.getConnection(caller)) ?? {};
    return rooms.indexOf(roomId) < rooms.indexOf(another) ? 'taken' : 'stays';
  });
  // A join of this room may be about to write its row: it stays on the connection's, for whoever ends that.
  if (left === 'stays' || 'code' in left) return;
  // A join of this room that came in between looks at both by itself.
  await takeOff(deps, caller, roomId, another);
  const { roomEpoch, membershipId = '' } = left;
  await deps.push.post(caller.connectionId, {
    event: 'removed',
    room: roomId,
    roomEpoch,
    membership: membershipId,
    reason: 'left',
  });
}
