import { isEvicted, realTimeEvictionAtMs } from '../../domain/eviction.ts';
import { isLive } from '../../domain/room.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { RoomId, UserId } from '../../protocol/ids.ts';
import type { Deps } from '../deps.ts';
import { endMembership } from '../steps/end-membership.ts';

/** What the sweep found of one entry: when to look again, if ever, and what it did. */
export interface SweepResult {
  readonly nextAtMs?: number | undefined;
  readonly did?: 'evicted' | 'closed' | 'alive' | 'destroyed';
}
const FIRST_LOOK_MS = 300_000;
const LAST_LOOK_MS = DAY_MS;
/**
 * A member without a connection: out by the rule and not removed yet (its Lambda died), out by the real-time service, or
 * to be looked at again, ever more seldom: only a message can put him out then, and that message does it.
 */
export async function sweepMember(deps: Deps, roomId: RoomId, user: UserId): Promise<SweepResult> {
  // look:    read revision 7, read the room ---------------------------------------- claim 7 -> refused
  // protect: -------------------------------- write the room, revision 8 -> answered
  // So the row comes first: whoever writes the room and then the row has outdated every look that missed the room.
  const member = await deps.store.getMember(roomId, user);
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room) || member?.roomEpoch !== room.epoch || member.offline === undefined) return {};
  const nowMs = deps.now();
  const kickAtMs = realTimeEvictionAtMs(member, room, deps.settings);
  if (isEvicted(member, room, deps.settings) || (kickAtMs !== undefined && kickAtMs <= nowMs)) {
    // Refused: he is back, or somebody else ended it; the row tells which when it is looked at once more.
    return (await endMembership(deps, member, 'offline')) ? { did: 'evicted' } : { nextAtMs: nowMs };
  }
  if (kickAtMs !== undefined) return { nextAtMs: kickAtMs };
  const sinceMs = nowMs - member.offline.atMs;
  return { nextAtMs: nowMs + Math.min(Math.max(sinceMs, FIRST_LOOK_MS), LAST_LOOK_MS) };
}
