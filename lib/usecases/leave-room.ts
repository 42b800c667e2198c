import { isDue, offlineMark } from '../domain/eviction.ts';
import type { RoomId } from '../domain/ids.ts';
import { currentMember, type Member, withoutConnection } from '../domain/member.ts';
import { isLive } from '../domain/room.ts';
import { Code } from '../protocol/codes.ts';
import { ATTEMPTS, type Caller, type Deps, type Refusal, refuse } from './deps.ts';
import { claimEnd, kickDue } from './end-membership.ts';

/** LEAVE: out at once; with another device of his in the room only this one goes, unless a setting says otherwise. */
export async function leaveRoom(deps: Deps, caller: Caller, roomId: RoomId): Promise<{ readonly code: 0 } | Refusal> {
  const left = await leave(deps, caller, roomId);
  await deps.store.removeConnectionRoom(caller, roomId);
  return 'code' in left ? left : { code: 0 };
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
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const row = await deps.store.getMember(roomId, caller.userId);
    const member = currentMember(row, roomId, caller.userId, room.epoch);
    if (member.membership === undefined) return refuse(Code.NOT_A_MEMBER, 'unable to leave the room; not a member');
    if (isDue(member, room, deps.settings)) {
      await kickDue(deps, [member]);
      return refuse(Code.NOT_A_MEMBER, 'unable to leave the room; not a member any more', { reason: 'offline' });
    }
    const others = member.connections.some((id) => id !== caller.connectionId);
    if (!others || deps.settings.leaveEndsAllDevices) {
      if (!(await claimEnd(deps, member, 'left', caller.connectionId))) continue;
      return member;
    }
    const next = withoutConnection(member, caller.connectionId, offlineMark(room, deps.now()));
    if ((await deps.store.putMember(next, member.revision)) !== 'conflict') return member;
  }
  return refuse(Code.REQUEST_TOO_FAST, 'unable to leave the room; too much at once', { retryAfterMs: 500 });
}
