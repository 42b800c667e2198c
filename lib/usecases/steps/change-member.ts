import { isWorthKeeping, type Member } from '../../domain/member.ts';
import { type Outcome, refused } from '../../domain/outcome.ts';
import { isLive, type Room } from '../../domain/room.ts';
import type { RoomId, UserId } from '../../protocol/ids.ts';
import type { Deps } from '../deps.ts';
import { decideOn, keptChanging } from './decide-on.ts';
import { memberPages } from './member-pages.ts';
import { rowInRoom } from './row-in-room.ts';

/** A user who is blocked or muted in a room. */
export interface RestrictedInRoom {
  readonly userId: string;
  /** ms since 1970 */
  readonly untilMs: number;
}

/** Changes what outlives a membership, for a member or not; a change that returns its argument writes nothing. */
export const changeMember = (deps: Deps, room: Room, user: UserId, change: (member: Member) => Member): Promise<void> =>
  decideOn(
    deps,
    async () => {
      const row = await deps.store.getMember(room.roomId, user);
      const before = await rowInRoom(deps, room, user, row);
      if (before === undefined) return undefined;
      const next = change(before);
      const isKept = isWorthKeeping(next, deps.now());
      if (next === before || (!isKept && row === undefined)) return undefined;
      const outcome = isKept
        ? await deps.store.putMember(next, before.revision)
        : await deps.store.deleteMember(row ?? before);
      return outcome === 'conflict' ? 'conflict' : undefined;
    },
    keptChanging('change what holds for the user'),
  );

/** The rows of a live room for which `holds` is true, whether of members or not. */
export async function rowsOf(
  deps: Deps,
  roomId: RoomId,
  holds: (member: Member) => boolean,
): Promise<Outcome<readonly Member[]>> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return refused('no-such-room');
  const found: Member[] = [];
  for await (const rows of memberPages(deps, room, 'every row')) found.push(...rows.filter(holds));
  return found;
}
