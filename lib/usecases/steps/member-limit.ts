import { isMember } from '../../domain/eviction.ts';
import type { Member } from '../../domain/member.ts';
import type { Room } from '../../domain/room.ts';
import type { Deps } from '../deps.ts';
import { memberPages } from './member-pages.ts';

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
