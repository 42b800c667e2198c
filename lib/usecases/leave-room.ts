import { isEvicted, offlineMark } from '../domain/eviction.ts';
import { currentMember, hasDevice, type Member, withoutDevice } from '../domain/member.ts';
import { isLive, type Room } from '../domain/room.ts';
import { Code } from '../protocol/codes.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Connection } from '../store/room-store.ts';
import { ATTEMPTS, type Caller, type Deps, type Refusal, refuse } from './deps.ts';
import { disconnectMember, type OwnConnection } from './drop-connection.ts';
import { endMembership, evictMembers } from './end-membership.ts';
import { noteActivity } from './note-activity.ts';
import { isOverMemberLimit } from './query-members.ts';
import { inTurn } from './take-turn.ts';
import { notifyOwnDevices } from './tell-own-devices.ts';

/** LEAVE: out at once; with another device of his in the room only this one goes, unless a setting says otherwise. */
export const leaveRoom = (deps: Deps, caller: Caller, roomId: RoomId): Promise<Left | Refusal> =>
  inTurn(deps, caller, { action: 'leave' }, async (turn): Promise<Left | 'again' | Refusal> => {
    const room = await deps.store.getRoom(roomId);
    if (!isLive(room)) return refuse(Code.NO_SUCH_ROOM, 'unable to leave the room; it does not exist');
    const left = await leave(deps, turn.connection, room, async () => {
      const taken = await turn.take();
      if (taken === 'taken') await noteActivity(deps, room);
      return taken;
    });
    if (left === 'again' || 'code' in left) return left;
    await forgetRoom(deps, caller, roomId);
    if (deps.settings.multiLoginSync) await notifyOwnDevices(deps, turn.connection, roomId, 'left');
    return { code: Code.OK };
  });

type Left = { readonly code: 0 };

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

/**
 * Returns the member's row as it was, or why there was no leave. `permit` is asked after each reading of the row, when
 * nothing else forbids it: what changes the answer writes that row afterwards.
 */
async function leave<T>(
  deps: Deps,
  own: OwnConnection,
  room: Room,
  permit: (member: Member) => Promise<'taken' | T>,
): Promise<Member | Refusal | T> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const row = await deps.store.getMember(room.roomId, own.userId);
    const member = currentMember(row, room.roomId, own.userId, room.epoch);
    if (member.membershipId === undefined) return refuse(Code.NOT_A_MEMBER, 'unable to leave the room; not a member');
    if (isEvicted(member, room, deps.settings)) {
      await evictMembers(deps, [member]);
      return refuse(Code.NOT_A_MEMBER, 'unable to leave the room; not a member any more', { reason: 'offline' });
    }
    const permitted = await permit(member);
    if (permitted !== 'taken') return permitted;
    if (await leaveOnce(deps, own, room, member)) return member;
  }
  return refuse(Code.REQUEST_TOO_FAST, 'unable to leave the room; too much at once', { retryAfterMs: 500 });
}

/** False = the row has changed meanwhile. */
async function leaveOnce(deps: Deps, own: OwnConnection, room: Room, member: Member): Promise<boolean> {
  const nowMs = deps.now();
  const device = member.devices[own.connectionId] ?? own.device;
  const rest = withoutDevice(member, device, offlineMark(room, nowMs, nowMs));
  if (rest === undefined || deps.settings.leaveEndsAllDevices) {
    return endMembership(deps, member, 'left', own.connectionId);
  }
  if ((await deps.store.putMember(rest, member.revision)) === 'conflict') return false;
  // Only devices without a connection are left in the room: he is offline from now on.
  if (rest.offline !== undefined) {
    await deps.store.arm(nowMs, [{ kind: 'member', room: room.roomId, userId: own.userId }]);
  }
  return true;
}
