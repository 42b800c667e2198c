import { isDue, offlineMark } from '../domain/eviction.ts';
import type { RoomId } from '../domain/ids.ts';
import { currentMember, type Member, withoutDevice } from '../domain/member.ts';
import { isLive, type Room } from '../domain/room.ts';
import { Code } from '../protocol/codes.ts';
import { ATTEMPTS, type Caller, type Deps, type Refusal, refuse } from './deps.ts';
import { claimEnd, kickDue } from './end-membership.ts';
import { noteActivity } from './note-activity.ts';
import { tellOwnDevices } from './tell-own-devices.ts';

/** LEAVE: out at once; with another device of his in the room only this one goes, unless a setting says otherwise. */
export async function leaveRoom(deps: Deps, caller: Caller, roomId: RoomId): Promise<{ readonly code: 0 } | Refusal> {
  const left = await leave(deps, caller, roomId);
  await deps.store.removeConnectionRoom(caller, roomId);
  if ('code' in left) return left;
  if (deps.settings.multiLoginSync) await tellOwnDevices(deps, caller, roomId, 'left');
  return { code: 0 };
}

/** A join has moved the caller out of this room: his client has not asked for it, so it is told. */
export async function leaveForAnother(deps: Deps, caller: Caller, roomId: RoomId): Promise<void> {
  const left = await leave(deps, caller, roomId);
  await deps.store.removeConnectionRoom(caller, roomId);
  if ('code' in left) return;
  const { roomEpoch, membership = '' } = left;
  await deps.push.post(caller.connectionId, { event: 'removed', room: roomId, roomEpoch, membership, reason: 'left' });
}

/** Returns the member as he was, or why he could not leave. */
async function leave(deps: Deps, caller: Caller, roomId: RoomId): Promise<Member | Refusal> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return refuse(Code.NO_SUCH_ROOM, 'unable to leave the room; it does not exist');
  await noteActivity(deps, room);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const row = await deps.store.getMember(roomId, caller.userId);
    const member = currentMember(row, roomId, caller.userId, room.epoch);
    if (member.membership === undefined) return refuse(Code.NOT_A_MEMBER, 'unable to leave the room; not a member');
    if (isDue(member, room, deps.settings)) {
      await kickDue(deps, [member]);
      return refuse(Code.NOT_A_MEMBER, 'unable to leave the room; not a member any more', { reason: 'offline' });
    }
    if (await leaveOnce(deps, caller, room, member)) return member;
  }
  return refuse(Code.REQUEST_TOO_FAST, 'unable to leave the room; too much at once', { retryAfterMs: 500 });
}

/** False = the row has changed meanwhile. */
async function leaveOnce(deps: Deps, caller: Caller, room: Room, member: Member): Promise<boolean> {
  const nowMs = deps.now();
  const device = member.devices[caller.connectionId] ?? (await deps.store.getConnection(caller))?.device ?? '';
  const rest = withoutDevice(member, device, offlineMark(room, nowMs, nowMs));
  if (rest === undefined || deps.settings.leaveEndsAllDevices) {
    return claimEnd(deps, member, 'left', caller.connectionId);
  }
  if ((await deps.store.putMember(rest, member.revision)) === 'conflict') return false;
  // Only devices without a connection are left in the room: he is offline from now on.
  if (rest.offline !== undefined) {
    await deps.store.arm(nowMs, [{ kind: 'member', room: room.room, userId: caller.userId }]);
  }
  return true;
}
