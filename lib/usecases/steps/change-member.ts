import { currentMember, isWorthKeeping, type Member } from '../../domain/member.ts';
import { isLive, type Room } from '../../domain/room.ts';
import type { RoomId, UserId } from '../../protocol/ids.ts';
import { StoreFault } from '../../store/room-store.ts';
import { ATTEMPTS, type Deps } from '../deps.ts';
import { memberPages } from './member-pages.ts';

/** Changes what outlives a membership, whether he is a member or not; a change that returns its argument writes nothing. */
export async function changeMember(
  deps: Deps,
  room: Room,
  user: UserId,
  change: (member: Member) => Member,
): Promise<void> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const row = await deps.store.getMember(room.roomId, user);
    const before = currentMember(row, room.roomId, user, room.epoch);
    const next = change(before);
    const isKept = isWorthKeeping(next, deps.now());
    if (next === before || (!isKept && row === undefined)) return;
    const outcome = isKept
      ? await deps.store.putMember(next, before.revision)
      : await deps.store.deleteMember(row ?? before);
    if (outcome !== 'conflict') return;
  }
  throw new StoreFault('unable to change what holds for the user; his row kept changing');
}

/** The rows of a live room of which this holds, whether of members or not; undefined = no such room. */
export async function rowsOf(
  deps: Deps,
  roomId: RoomId,
  holds: (member: Member) => boolean,
): Promise<readonly Member[] | undefined> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return undefined;
  const found: Member[] = [];
  for await (const rows of memberPages(deps, room, 'every row')) found.push(...rows.filter(holds));
  return found;
}
