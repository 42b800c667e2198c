import { CROWDED_ROWS } from '../../domain/delivery.ts';
import type { Member } from '../../domain/member.ts';
import type { Room } from '../../domain/room.ts';
import type { Deps } from '../deps.ts';
import { membersIn } from './member-pages.ts';

/** All members of the room by a consistent read; undefined = it has too many rows. */
export async function smallRoomMembers(deps: Deps, room: Room): Promise<readonly Member[] | undefined> {
  const { members, cursor } = await deps.store.listMembers(room.roomId, undefined, CROWDED_ROWS);
  if (cursor !== undefined) return undefined;
  return membersIn(room, members);
}
