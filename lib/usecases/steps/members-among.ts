import { isEvicted, isMember } from '../../domain/eviction.ts';
import type { Member } from '../../domain/member.ts';
import type { Room } from '../../domain/room.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { Deps } from '../deps.ts';

/**
 * The rows among these that belong to members. The room is read after the rows: it can only have moved on, so no user is
 * shown who is removed by now. But a row that was read before its user resumed must not be judged by a later message
 * (I-M17): a row that seems evicted is read once more, and counts as evicted only if it has not changed.
 */
export async function membersAmong(deps: Deps, roomId: RoomId, rows: readonly Member[]): Promise<readonly Member[]> {
  const room = await deps.store.getRoom(roomId);
  const isIn = (row: Member) => isMember(row, room, deps.settings);
  const suspects = rows.filter((row) => looksEvicted(deps, row, room));
  if (suspects.length === 0) return rows.filter(isIn);
  const again = await deps.store.getMembers(
    roomId,
    suspects.map(({ userId }) => userId),
  );
  const revisions = new Map(suspects.map(({ userId, revision }) => [userId, revision]));
  const changed = again.filter(({ userId, revision }) => revisions.get(userId) !== revision);
  const settled = rows.filter(isIn);
  return changed.length === 0 ? settled : [...settled, ...(await membersAmong(deps, roomId, changed))];
}

const looksEvicted = (deps: Deps, row: Member, room: Room | undefined): boolean =>
  row.membershipId !== undefined && row.roomEpoch === room?.epoch && isEvicted(row, room, deps.settings);
