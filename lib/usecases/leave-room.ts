import { isDue, offlineMark } from '../domain/eviction.ts';
import type { RoomId } from '../domain/ids.ts';
import { currentMember, withoutConnection } from '../domain/member.ts';
import { isLive } from '../domain/room.ts';
import { Code } from '../protocol/codes.ts';
import { ATTEMPTS, type Caller, type Deps, type Refusal, refuse } from './deps.ts';
import { announceEnds, claimEnd, kickDue } from './end-membership.ts';

/** LEAVE: out at once; with another device of his in the room only this one goes, unless a setting says otherwise. */
export async function leaveRoom(deps: Deps, caller: Caller, roomId: RoomId): Promise<{ readonly code: 0 } | Refusal> {
  const outcome = await leave(deps, caller, roomId);
  await deps.store.removeConnectionRoom(caller.connectionId, roomId);
  return outcome;
}

async function leave(deps: Deps, caller: Caller, roomId: RoomId): Promise<{ readonly code: 0 } | Refusal> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return refuse(Code.NO_SUCH_ROOM, 'unable to leave the room; it does not exist');
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const row = await deps.store.getMember(roomId, caller.userId);
    const member = currentMember(row, roomId, caller.userId, room.epoch);
    if (member.membership === undefined) return refuse(Code.NOT_A_MEMBER, 'unable to leave the room; not a member');
    if (isDue(member, room, deps.settings)) {
      await kickDue(deps, room, [member]);
      return refuse(Code.NOT_A_MEMBER, 'unable to leave the room; not a member any more', { reason: 'offline' });
    }
    const others = member.connections.some((id) => id !== caller.connectionId);
    if (!others || deps.settings.leaveEndsAllDevices) {
      if (!(await claimEnd(deps, member))) continue;
      await announceEnds(deps, room, [member], 'left');
      return { code: 0 };
    }
    const next = withoutConnection(member, caller.connectionId, offlineMark(room, deps.now()));
    if ((await deps.store.putMember(next, member.revision)) !== 'conflict') return { code: 0 };
  }
  return refuse(Code.REQUEST_TOO_FAST, 'unable to leave the room; too much at once', { retryAfterMs: 500 });
}
