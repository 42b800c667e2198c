import { offlineMark } from '../domain/eviction.ts';
import type { ConnectionId, RoomId, UserId } from '../domain/ids.ts';
import { withoutConnection } from '../domain/member.ts';
import { isLive } from '../domain/room.ts';
import { StoreFault } from '../store/room-store.ts';
import { ATTEMPTS, type Deps } from './deps.ts';

/**
 * One connection is no longer in one room. The room is read after the drop was noticed: an older seq would bring the kick
 * forward. Acts on this connection only, so a late event of an old connection changes nothing.
 */
export async function dropConnection(
  deps: Deps,
  roomId: RoomId,
  userId: UserId,
  connection: ConnectionId,
): Promise<void> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return;
  const mark = offlineMark(room, deps.now());
  if ((await deps.store.markLastConnection(roomId, userId, connection, mark)) === 'marked') return;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const member = await deps.store.getMember(roomId, userId);
    if (member === undefined || !member.connections.includes(connection)) return;
    // The mark of an earlier attempt would be too old if the others dropped meanwhile.
    const now = await deps.store.getRoom(roomId);
    if (!isLive(now)) return;
    const next = withoutConnection(member, connection, offlineMark(now, deps.now()));
    if ((await deps.store.putMember(next, member.revision)) !== 'conflict') return;
  }
  throw new StoreFault('unable to mark a member offline; his row kept changing');
}
