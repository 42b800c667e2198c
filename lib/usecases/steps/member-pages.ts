import type { Member } from '../../domain/member.ts';
import type { RoomLife } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';

/** Those of a room's rows that are of members of its present epoch; evicted members are among them. */
export const membersIn = ({ epoch }: Pick<RoomLife, 'epoch'>, rows: readonly Member[]): readonly Member[] =>
  rows.filter(({ roomEpoch, membershipId }) => roomEpoch === epoch && membershipId !== undefined);

/** The rows of the room's present epoch, page by page: of members, or also of users who are only blocked or muted. */
export async function* memberPages(
  deps: Deps,
  room: RoomLife,
  which: 'members' | 'every row' = 'members',
): AsyncGenerator<readonly Member[]> {
  let cursor: string | undefined;
  do {
    const page = await deps.store.listMembers(room.roomId, cursor);
    yield which === 'members'
      ? membersIn(room, page.members)
      : page.members.filter(({ roomEpoch }) => roomEpoch === room.epoch);
    cursor = page.cursor;
  } while (cursor !== undefined);
}
