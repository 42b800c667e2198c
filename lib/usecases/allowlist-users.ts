import { isEvicted } from '../domain/eviction.ts';
import { isLive } from '../domain/room.ts';
import type { RoomId, UserId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';
import { evictMembers } from './steps/end-membership.ts';
import { invalidateConcurrentSweeps } from './steps/invalidate-sweeps.ts';

/**
 * ALLOWLIST: protects from KICK-*. The room's row notes where the room stood, so who was due by then stays out (case 15)
 * whatever runs at the same time; settling him first only makes it visible at once. A sweep that found him past his grace
 * before it is refused.
 */
export async function addToAllowlist(
  deps: Deps,
  roomId: RoomId,
  users: readonly UserId[],
): Promise<'ok' | 'full' | 'no-room'> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return 'no-room';
  const listed = new Set([...Object.keys(room.allowlistedSince), ...users]);
  if (listed.size > deps.settings.maxAllowlistedUsers) return 'full';
  for (const user of users) {
    const after = await deps.store.addToAllowlist(roomId, room.epoch, user, deps.settings.maxAllowlistedUsers);
    if (after === 'full') return 'full';
    if (after === undefined) return 'no-room';
    const member = await deps.store.getMember(roomId, user);
    if (member?.roomEpoch !== after.epoch) continue;
    if (isEvicted(member, after, deps.settings)) await evictMembers(deps, [member]);
    else await invalidateConcurrentSweeps(deps, member);
  }
  return 'ok';
}

/** Off the list while offline: the next message decides, not the removal. False = no such room. */
export async function removeFromAllowlist(deps: Deps, roomId: RoomId, users: readonly UserId[]): Promise<boolean> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return false;
  for (const user of users) {
    await deps.store.removeFromAllowlist(roomId, room.epoch, user);
    // The real-time service looks at him now.
    await deps.store.arm(deps.now(), [{ kind: 'member', room: roomId, userId: user }]);
  }
  return true;
}

export async function allowlist(deps: Deps, roomId: RoomId): Promise<readonly string[] | undefined> {
  const room = await deps.store.getRoom(roomId);
  return isLive(room) ? Object.keys(room.allowlistedSince).sort((a, b) => (a < b ? -1 : 1)) : undefined;
}
