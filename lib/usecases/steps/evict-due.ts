import { isEvicted } from '../../domain/eviction.ts';
import type { Member } from '../../domain/member.ts';
import type { Room } from '../../domain/room.ts';
import type { UserId } from '../../protocol/ids.ts';
import type { Deps } from '../deps.ts';
import { evictMembers } from './end-membership.ts';
import { lifeOf } from './life-of.ts';

/** Pages of offline members that one pass reads: those who are evicted come first, but for allowlisted ones. */
const PAGES_MAX = 4;

/**
 * Ends the memberships that the room's messages have evicted: a bounded number of them. Reads the list of
 * offline members, after `from`, up to the first who is not evicted, so those who stay cost nothing. Returns the cursor
 * after which there may be others: a caller that goes on from there comes to an end, whatever is left in the list.
 */
export async function evictDue(deps: Deps, room: Room, from: string): Promise<string | undefined> {
  const due: UserId[] = [];
  let cursor = from;
  let isAtEnd = false;
  for (let pages = 0; pages < PAGES_MAX && !isAtEnd; pages += 1) {
    const { members, next } = await deps.store.listOffline(lifeOf(room), cursor);
    const evicted = members.filter(({ userId, seq, atMs }) =>
      isEvicted({ userId, offline: { seq, atMs, sinceMs: atMs } }, room, deps.settings),
    );
    due.push(...evicted.map(({ userId }) => userId));
    const isStaying = members.some(
      ({ userId }) => !Object.hasOwn(room.allowlistedSince, userId) && !evicted.some((one) => one.userId === userId),
    );
    isAtEnd = next === undefined || isStaying;
    cursor = next ?? cursor;
  }
  if (due.length > 0) await evictMembers(deps, await stillEvicted(deps, room, due));
  return isAtEnd ? undefined : cursor;
}

/** The list is eventually consistent: the rows themselves decide. */
async function stillEvicted(deps: Deps, room: Room, users: readonly UserId[]): Promise<readonly Member[]> {
  const rows = await deps.store.getMembers(room.roomId, users);
  return rows.filter((row) => row.roomEpoch === room.epoch && isEvicted(row, room, deps.settings));
}
