import { isEvicted } from '../domain/eviction.ts';
import { type Outcome, refused } from '../domain/outcome.ts';
import { isLive } from '../domain/room.ts';
import type { RoomId, UserId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';
import { endMembership, evictMembers } from './steps/end-membership.ts';
import { invalidateConcurrentSweeps } from './steps/invalidate-sweeps.ts';

/**
 * ALLOWLIST: these users are not evicted by KICK-*. The room's row notes the room's position, so a member who was evicted
 * before stays evicted (case 15), whatever runs concurrently; ending that membership here only makes it visible at once. A
 * sweep that decided before this write fails its condition.
 */
export async function addToAllowlist(deps: Deps, roomId: RoomId, users: readonly UserId[]): Promise<Outcome<'added'>> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return refused('no-such-room');
  const listed = new Set([...Object.keys(room.allowlistedSince), ...users]);
  if (listed.size > deps.settings.maxAllowlistedUsers) return full(deps);
  for (const user of users) {
    const after = await deps.store.addToAllowlist(roomId, room.epoch, user, deps.settings.maxAllowlistedUsers);
    if (after === 'full') return full(deps);
    if (after === undefined) return refused('no-such-room');
    const member = await deps.store.getMember(roomId, user);
    if (member?.roomEpoch !== after.epoch) continue;
    if (isEvicted(member, after, deps.settings)) await evictMembers(deps, [member]);
    else await invalidateConcurrentSweeps(deps, member);
  }
  return 'added';
}

const full = ({ settings }: Deps) => refused('list-full', { why: `it holds at most ${settings.maxAllowlistedUsers}` });

/**
 * Delisting an offline member evicts nobody: the next message decides. So it would also bring back a member who was evicted
 * before they were allowlisted and whose row is still there: that membership is ended first (I-M13).
 */
export async function removeFromAllowlist(
  deps: Deps,
  roomId: RoomId,
  users: readonly UserId[],
): Promise<Outcome<'removed'>> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return refused('no-such-room');
  for (const user of users) {
    const member = Object.hasOwn(room.allowlistedSince, user) ? await deps.store.getMember(roomId, user) : undefined;
    if (member?.roomEpoch === room.epoch && isEvicted(member, room, deps.settings))
      await endMembership(deps, member, 'offline');
    await deps.store.removeFromAllowlist(roomId, room.epoch, user);
    // The real-time service has to check the member now.
    await deps.store.arm(deps.now(), [{ kind: 'member', room: roomId, userId: user }]);
  }
  return 'removed';
}

export async function allowlist(deps: Deps, roomId: RoomId): Promise<Outcome<readonly string[]>> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return refused('no-such-room');
  return Object.keys(room.allowlistedSince).sort((a, b) => (a < b ? -1 : 1));
}
