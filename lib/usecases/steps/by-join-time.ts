import type { Member } from '../../domain/member.ts';
import type { ListedMember } from '../../protocol/answers.ts';
import type { Deps } from '../deps.ts';
import { shown } from './member-sender.ts';

/** Members by the time they joined; two of the same ms in the order of their ids. */
export function byJoinTime(
  deps: Deps,
  members: readonly Member[],
  order: 'ascending' | 'descending',
): readonly ListedMember[] {
  const listed = members
    .map(({ userId, joinedAtMs, sender }) => ({ userId, joinedAtMs, ...shown(deps, sender) }))
    .sort((one, other) => one.joinedAtMs - other.joinedAtMs || (one.userId < other.userId ? -1 : 1));
  return order === 'ascending' ? listed : listed.reverse();
}
