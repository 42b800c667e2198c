import type { Member } from '../../domain/member.ts';
import type { Room } from '../../domain/room.ts';
import type { Deps } from '../deps.ts';
import { memberPages } from './member-pages.ts';
import { membersAmong } from './members-among.ts';

/** How many members a room has. */
export async function countMembers(deps: Deps, room: Room): Promise<number> {
  return (await membersOf(deps, room)).length;
}
/** Those who are members by the rule, in any order. */
export async function membersOf(deps: Deps, room: Room): Promise<readonly Member[]> {
  const rows: Member[] = [];
  for await (const page of memberPages(deps, room)) rows.push(...page);
  return membersAmong(deps, room.roomId, rows);
}
/** Asked after the member's row is written: are there too many members now? Of two concurrent joins both may be refused. */
export async function isOverMemberLimit(deps: Deps, room: Room): Promise<boolean> {
  const { roomMemberLimit } = deps.settings;
  return roomMemberLimit > 0 && (await countMembers(deps, room)) > roomMemberLimit;
}
/** Did as many members as the limit join before this one? A later member who is being refused does not change that. */
export async function joinedBeyondLimit(deps: Deps, room: Room, { userId, joinedAtMs }: Member): Promise<boolean> {
  const { roomMemberLimit } = deps.settings;
  if (roomMemberLimit === 0) return false;
  const isBefore = (other: Member) =>
    other.joinedAtMs < joinedAtMs || (other.joinedAtMs === joinedAtMs && other.userId < userId);
  return (await membersOf(deps, room)).filter(isBefore).length >= roomMemberLimit;
}
