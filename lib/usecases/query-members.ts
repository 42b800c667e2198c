import { isMember } from '../domain/eviction.ts';
import type { Member } from '../domain/member.ts';
import { isLive, type Room } from '../domain/room.ts';
import type { RoomId, UserId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';
import { memberPages } from './fan-out.ts';

/** For each user: is he in the room? By the rule, even where a kicked row is still there (I-M17). */
export async function areMembers(deps: Deps, roomId: RoomId, users: readonly UserId[]): Promise<readonly boolean[]> {
  const rows = await deps.store.getMembers(roomId, [...new Set(users)]);
  // The room is read after the rows: it can only have moved on, so nobody is shown who is out by now.
  const room = await deps.store.getRoom(roomId);
  const inside = new Set(rows.filter((row) => isMember(row, room, deps.settings)).map((row) => row.userId));
  return users.map((user) => inside.has(user));
}

export interface MemberList {
  readonly total: number;
  readonly members: readonly { readonly userId: string; readonly joinedAtMs: number }[];
}

/** The members by join time, and how many there are. */
export async function queryMembers(
  deps: Deps,
  roomId: RoomId,
  count: number,
  order: 'ascending' | 'descending',
): Promise<MemberList | undefined> {
  const before = await deps.store.getRoom(roomId);
  if (!isLive(before)) return undefined;
  const rows = [];
  for await (const page of memberPages(deps, before)) rows.push(...page);
  const room = await deps.store.getRoom(roomId);
  const members = rows
    .filter((row) => isMember(row, room, deps.settings))
    .map(({ userId, joinedAtMs }) => ({ userId, joinedAtMs }))
    .sort((a, b) => a.joinedAtMs - b.joinedAtMs || (a.userId < b.userId ? -1 : 1));
  if (order === 'descending') members.reverse();
  return { total: members.length, members: members.slice(0, count) };
}

/** How many members a room has. */
export async function countMembers(deps: Deps, room: Room): Promise<number> {
  return (await membersOf(deps, room)).length;
}

async function membersOf(deps: Deps, room: Room): Promise<readonly Member[]> {
  const rows: Member[] = [];
  for await (const page of memberPages(deps, room)) rows.push(...page);
  const now = await deps.store.getRoom(room.roomId);
  return rows.filter((row) => isMember(row, now, deps.settings));
}

/** Looked at after his row is written: are there as many others already? Of two at once for one place both may be refused. */
export async function isOverMemberLimit(deps: Deps, room: Room): Promise<boolean> {
  const { roomMemberLimit } = deps.settings;
  return roomMemberLimit > 0 && (await countMembers(deps, room)) > roomMemberLimit;
}

/** Have as many come before him? That does not change while somebody who came later is being refused. */
export async function joinedBeyondLimit(deps: Deps, room: Room, { userId, joinedAtMs }: Member): Promise<boolean> {
  const { roomMemberLimit } = deps.settings;
  if (roomMemberLimit === 0) return false;
  const isBefore = (other: Member) =>
    other.joinedAtMs < joinedAtMs || (other.joinedAtMs === joinedAtMs && other.userId < userId);
  return (await membersOf(deps, room)).filter(isBefore).length >= roomMemberLimit;
}
