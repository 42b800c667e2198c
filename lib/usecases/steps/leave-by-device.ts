import { isEvicted, offlineMark } from '../../domain/eviction.ts';
import { currentMember, type Member, withoutDevice } from '../../domain/member.ts';
import type { Room } from '../../domain/room.ts';
import { Code } from '../../protocol/codes.ts';
import { ATTEMPTS, type Deps, type Refusal, refuse } from '../deps.ts';
import type { OwnConnection } from './disconnect-member.ts';
import { endMembership, evictMembers } from './end-membership.ts';

/**
 * Returns the member's row as it was, or why there was no leave. `permit` is asked after each reading of the row, when
 * nothing else forbids it: what changes the answer writes that row afterwards.
 */
export async function leave<T>(
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
