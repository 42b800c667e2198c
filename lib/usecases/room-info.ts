import { isRefused, type Outcome } from '../domain/outcome.ts';
import type { InfoAnswer } from '../protocol/answers.ts';
import type { RequestOf } from '../protocol/client-frames.ts';
import { Code } from '../protocol/codes.ts';
import type { Caller, Deps } from './deps.ts';
import { byJoinTime } from './steps/by-join-time.ts';
import { admitMember } from './steps/check-member.ts';
import { membersIn } from './steps/member-pages.ts';
import { membersAmong } from './steps/members-among.ts';

/** So many rows are read for one answer: what a user can make the server read must not grow with the room. */
const ROWS_MAX = 1_000;

/** How many members the room has, and some of them, for a member: by the rule, as the server API lists them (I-M17). */
export async function roomInfo(
  deps: Deps,
  caller: Caller,
  { room: roomId, memberCount, order }: RequestOf<'info'>,
): Promise<Outcome<Omit<InfoAnswer, 'event' | 'id'>>> {
  const checked = await admitMember(deps, caller, roomId, { action: 'info' });
  if (isRefused(checked)) return checked;
  const { room } = checked;
  // Without a cursor these are all of the rows, if there are exactly so many too.
  const { members: rows, cursor } = await deps.store.listMembers(roomId, undefined, ROWS_MAX + 1);
  const members = await membersAmong(deps, roomId, membersIn(room, rows));
  const answer = { code: Code.OK, room: roomId, roomEpoch: room.epoch, total: members.length } as const;
  if (cursor !== undefined) return { ...answer, members: [], more: true };
  return { ...answer, members: byJoinTime(deps, members, order).slice(0, memberCount) };
}
