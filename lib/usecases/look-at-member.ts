import { isDue, realTimeKickAt } from '../domain/eviction.ts';
import type { RoomId, UserId } from '../domain/ids.ts';
import { isLive } from '../domain/room.ts';
import type { Deps } from './deps.ts';
import { claimEnd } from './end-membership.ts';

/** What the sweep found of one entry: when to look again, if ever, and what it did. */
export interface Look {
  readonly nextAtMs?: number | undefined;
  readonly did?: 'kicked' | 'closed' | 'revived' | 'destroyed';
}

const FIRST_LOOK_MS = 300_000;
const LAST_LOOK_MS = 86_400_000;

/**
 * A member without a connection: out by the rule and not removed yet (its Lambda died), out by the real-time service, or
 * to be looked at again, ever more seldom: only a message can put him out then, and that message does it.
 */
export async function lookAtMember(deps: Deps, roomId: RoomId, user: UserId): Promise<Look> {
  const [room, member] = await Promise.all([deps.store.getRoom(roomId), deps.store.getMember(roomId, user)]);
  if (!isLive(room) || member?.roomEpoch !== room.epoch || member.offline === undefined) return {};
  const nowMs = deps.now();
  const kickAtMs = realTimeKickAt(member, room, deps.settings);
  if (isDue(member, room, deps.settings) || (kickAtMs !== undefined && kickAtMs <= nowMs)) {
    // Refused: he is back, or somebody else ended it; the row tells which when it is looked at once more.
    return (await claimEnd(deps, member, 'offline')) ? { did: 'kicked' } : { nextAtMs: nowMs };
  }
  if (kickAtMs !== undefined) return { nextAtMs: kickAtMs };
  const sinceMs = nowMs - member.offline.atMs;
  return { nextAtMs: nowMs + Math.min(Math.max(sinceMs, FIRST_LOOK_MS), LAST_LOOK_MS) };
}
