import type { Member } from '../../domain/member.ts';
import type { RoomLife } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';

/** The rows of the room's present epoch, page by page: of members, or also of users who are only blocked or muted. */
export async function* memberPages(
  deps: Deps,
  room: RoomLife,
  which: 'members' | 'every row' = 'members',
): AsyncGenerator<readonly Member[]> {
  let cursor: string | undefined;
  do {
    const page = await deps.store.listMembers(room.roomId, cursor);
    yield page.members.filter(
      (member) => member.roomEpoch === room.epoch && (which === 'every row' || member.membershipId !== undefined),
    );
    cursor = page.cursor;
  } while (cursor !== undefined);
}
