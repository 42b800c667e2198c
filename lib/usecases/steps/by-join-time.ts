import type { Member } from '../../domain/member.ts';
import type { ListedMember } from '../../protocol/answers.ts';

/** Members by the time they joined; two of the same ms in the order of their ids. */
export function byJoinTime(members: readonly Member[], order: 'ascending' | 'descending'): readonly ListedMember[] {
  const listed = members
    .map(({ userId, joinedAtMs }) => ({ userId, joinedAtMs }))
    .sort((one, other) => one.joinedAtMs - other.joinedAtMs || (one.userId < other.userId ? -1 : 1));
  return order === 'ascending' ? listed : listed.reverse();
}
