import { currentMember, type Member } from '../../domain/member.ts';
import type { Room } from '../../domain/room.ts';
import type { UserId } from '../../protocol/ids.ts';
import type { Deps } from '../deps.ts';

/**
 * The user's row as of this room, for a write. A row of another epoch counts as empty only if it is older: if the room,
 * read again after the row, still has its epoch, no later epoch can have written the row (I-R1, I-M11, I-B1).
 * undefined = the room was destroyed, and may have been created again.
 */
export async function rowInRoom(
  deps: Deps,
  room: Room,
  user: UserId,
  row: Member | undefined,
): Promise<Member | undefined> {
  const isCurrent = row === undefined || row.roomEpoch === room.epoch;
  if (!isCurrent && (await deps.store.getRoom(room.roomId))?.epoch !== room.epoch) return undefined;
  return currentMember(row, room.roomId, user, room.epoch);
}
