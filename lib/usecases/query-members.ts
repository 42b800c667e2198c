import { type Outcome, refused } from '../domain/outcome.ts';
import { isLive } from '../domain/room.ts';
import type { ListedMember } from '../protocol/answers.ts';
import type { RoomId, UserId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';
import { byJoinTime } from './steps/by-join-time.ts';
import { membersOf } from './steps/member-limit.ts';
import { membersAmong } from './steps/members-among.ts';

/** For each user: are they a member? By the rule, even if the row of an evicted member is still there (I-M17). */
export async function areMembers(deps: Deps, roomId: RoomId, users: readonly UserId[]): Promise<readonly boolean[]> {
  const rows = await deps.store.getMembers(roomId, [...new Set(users)]);
  const inside = new Set((await membersAmong(deps, roomId, rows)).map(({ userId }) => userId));
  return users.map((user) => inside.has(user));
}

export interface MemberList {
  readonly total: number;
  readonly members: readonly ListedMember[];
}
/** The members by join time, and how many there are. */
export async function queryMembers(
  deps: Deps,
  roomId: RoomId,
  count: number,
  order: 'ascending' | 'descending',
): Promise<Outcome<MemberList>> {
  const before = await deps.store.getRoom(roomId);
  if (!isLive(before)) return refused('no-such-room');
  const members = byJoinTime(deps, await membersOf(deps, before), order);
  return { total: members.length, members: members.slice(0, count) };
}
