import { isEvicted, offlineMark } from '../../domain/eviction.ts';
import { currentMember, type Device, type Member, withoutDevice } from '../../domain/member.ts';
import { type Outcome, refused } from '../../domain/outcome.ts';
import type { Room } from '../../domain/room.ts';
import type { Deps } from '../deps.ts';
import { decideOn, tooMuchAtOnce } from './decide-on.ts';
import type { OwnConnection } from './disconnect-member.ts';
import { endMembership } from './end-membership.ts';

/** A leave that was made. */
export interface LeftRoom {
  /** The row before the leave. */
  readonly member: Member;
  /** Other devices of the user stay in the room: the membership goes on. */
  readonly devicesStay: boolean;
}

/**
 * Leaves the room by one device. `permit` is asked after each read of the row, when nothing else forbids the leave: a write
 * that changes its answer later changes that row too, so the leave's own write is refused then. `notice`: 'answer' = the
 * connection gets an answer; 'notify' = it is notified like the others.
 */
export function leave<T>(
  deps: Deps,
  own: OwnConnection,
  room: Room,
  permit: (member: Member) => Promise<'taken' | T>,
  notice: 'answer' | 'notify',
): Promise<Outcome<LeftRoom> | T> {
  const attempt = async (): Promise<Outcome<LeftRoom> | T | 'conflict'> => {
    const row = await deps.store.getMember(room.roomId, own.userId);
    const member = currentMember(row, room.roomId, own.userId, room.epoch);
    if (member.membershipId === undefined) return refused('not-a-member');
    if (isEvicted(member, room, deps.settings)) {
      const isEnded = await endMembership(deps, member, 'offline');
      return isEnded ? refused('membership-ended', { endReason: 'offline' }) : 'conflict';
    }
    const permitted = await permit(member);
    if (permitted !== 'taken') return permitted;
    return leaveOnce(deps, own, room, member, notice);
  };
  return decideOn(deps, attempt, tooMuchAtOnce);
}

async function leaveOnce(
  deps: Deps,
  own: OwnConnection,
  room: Room,
  member: Member,
  notice: 'answer' | 'notify',
): Promise<LeftRoom | 'conflict'> {
  const nowMs = deps.now();
  const device = member.devices[own.connectionId] ?? own.device;
  const rest = await withoutDeviceNow(deps, room, member, device);
  if (rest === undefined || deps.settings.leaveEndsAllDevices) {
    const except = notice === 'answer' ? own.connectionId : undefined;
    return (await endMembership(deps, member, 'left', except)) ? { member, devicesStay: false } : 'conflict';
  }
  if ((await deps.store.putMember(rest, member.revision)) === 'conflict') return 'conflict';
  // Only disconnected devices are left in the room: the member is offline from now on.
  if (rest.offline !== undefined) {
    await deps.store.arm(nowMs, [{ kind: 'member', room: room.roomId, userId: own.userId }]);
  }
  return { member, devicesStay: true };
}

/**
 * The mark of a leave after which only disconnected devices stay. The room is read after the member's row: with an older seq
 * a message that another device still received would count against the member (I-M2).
 */
async function withoutDeviceNow(deps: Deps, room: Room, member: Member, device: Device): Promise<Member | undefined> {
  const rest = withoutDevice(member, device, offlineMark(room, deps.now(), deps.now()));
  if (rest?.offline === undefined) return rest;
  const newest = (await deps.store.getRoom(room.roomId)) ?? room;
  return withoutDevice(
    member,
    device,
    offlineMark(newest.epoch === room.epoch ? newest : room, deps.now(), deps.now()),
  );
}
