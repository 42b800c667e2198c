import { isEvicted, realTimeEvictionAtMs } from '../../domain/eviction.ts';
import { isLive } from '../../domain/room.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { RoomId, UserId } from '../../protocol/ids.ts';
import type { Deps } from '../deps.ts';
import { endMembership } from '../steps/end-membership.ts';

/** What the sweep did about one timer, and when to check again, if ever. */
export interface SweepResult {
  readonly nextAtMs?: number | undefined;
  readonly did?: 'evicted' | 'closed' | 'alive' | 'destroyed';
}
const FIRST_CHECK_MS = 300_000;
const LAST_CHECK_MS = DAY_MS;
/**
 * Checks an offline member. Removes one that a message has evicted (its Lambda died before it did so) or that the
 * real-time service evicts now. Any other member is checked less and less often: only a message can evict them, and its
 * Lambda does.
 */
export async function sweepMember(deps: Deps, roomId: RoomId, user: UserId): Promise<SweepResult> {
  // check:     read revision 7, read the room ---------------------------------------- end 7 -> refused
  // allowlist: -------------------------------- write the room, revision 8 -> answered
  // So the row is read first: who writes the room and then the row invalidates every check that read the old room.
  const member = await deps.store.getMember(roomId, user);
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room) || member?.roomEpoch !== room.epoch || member.offline === undefined) return {};
  const nowMs = deps.now();
  const evictAtMs = realTimeEvictionAtMs(member, room, deps.settings);
  if (isEvicted(member, room, deps.settings) || (evictAtMs !== undefined && evictAtMs <= nowMs)) {
    // Refused: the member has resumed, or another write has ended the membership; the next check finds which.
    return (await endMembership(deps, member, 'offline')) ? { did: 'evicted' } : { nextAtMs: nowMs };
  }
  if (evictAtMs !== undefined) return { nextAtMs: evictAtMs };
  const sinceMs = nowMs - member.offline.atMs;
  return { nextAtMs: nowMs + Math.min(Math.max(sinceMs, FIRST_CHECK_MS), LAST_CHECK_MS) };
}
