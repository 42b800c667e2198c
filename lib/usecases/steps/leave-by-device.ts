import { isEvicted, offlineMark } from '../../domain/eviction.ts';
import { currentMember, type Member, withoutDevice } from '../../domain/member.ts';
import { type Outcome, refused } from '../../domain/outcome.ts';
import type { Room } from '../../domain/room.ts';
import type { Deps } from '../deps.ts';
import { decideOn } from './decide-on.ts';
import type { OwnConnection } from './disconnect-member.ts';
import { endMembership, evictMembers } from './end-membership.ts';

/**
 * Returns the member's row as it was. `permit` is asked after each read of the row, when nothing else forbids the leave:
 * whatever changes its answer later writes that row too, so the leave's own write is refused then.
 */
export function leave<T>(
  deps: Deps,
  own: OwnConnection,
  room: Room,
  permit: (member: Member) => Promise<'taken' | T>,
): Promise<Outcome<Member> | T> {
  const attempt = async (): Promise<Outcome<Member> | T | 'conflict'> => {
    const row = await deps.store.getMember(room.roomId, own.userId);
    const member = currentMember(row, room.roomId, own.userId, room.epoch);
    if (member.membershipId === undefined) return refused('not-a-member');
    if (isEvicted(member, room, deps.settings)) {
      await evictMembers(deps, [member]);
      return refused('membership-ended', { endReason: 'offline' });
    }
    const permitted = await permit(member);
    if (permitted !== 'taken') return permitted;
    return (await leaveOnce(deps, own, room, member)) ? member : 'conflict';
  };
  return decideOn(deps, attempt, () => refused('too-much-at-once', { retryAfterMs: 500 }));
}
/** false = the row has changed since. */
async function leaveOnce(deps: Deps, own: OwnConnection, room: Room, member: Member): Promise<boolean> {
  const nowMs = deps.now();
  const device = member.devices[own.connectionId] ?? own.device;
  const rest = withoutDevice(member, device, offlineMark(room, nowMs, nowMs));
  if (rest === undefined || deps.settings.leaveEndsAllDevices) {
    return endMembership(deps, member, 'left', own.connectionId);
  }
  if ((await deps.store.putMember(rest, member.revision)) === 'conflict') return false;
  // Only disconnected devices are left in the room: the member is offline from now on.
  if (rest.offline !== undefined) {
    await deps.store.arm(nowMs, [{ kind: 'member', room: room.roomId, userId: own.userId }]);
  }
  return true;
}
