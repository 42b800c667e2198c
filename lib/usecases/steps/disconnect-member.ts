import { offlineMark } from '../../domain/eviction.ts';
import { type Device, type Member, withoutConnection } from '../../domain/member.ts';
import { isLive } from '../../domain/room.ts';
import type { ConnectionId, RoomId, UserId } from '../../protocol/ids.ts';
import { StoreFault } from '../../store/room-store.ts';
import { ATTEMPTS, type Deps } from '../deps.ts';

/** A connection and whose it is. */
export interface OwnConnection {
  readonly userId: UserId;
  readonly connectionId: ConnectionId;
  readonly device: Device;
}

/**
 * One connection is no longer in one room. The room is read after the drop was noticed: an older seq would bring the kick
 * forward. Acts on this connection only, so a late event of an old connection changes nothing. `silentSinceMs`: it was not
 * noticed before its lease was over. Returns the row as it is then.
 */
export async function disconnectMember(
  deps: Deps,
  roomId: RoomId,
  { userId, connectionId }: OwnConnection,
  silentSinceMs: number | undefined,
): Promise<Member | undefined> {
  const sinceMs = silentSinceMs ?? deps.now();
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const member = await deps.store.getMember(roomId, userId);
    if (member === undefined || !member.connections.includes(connectionId)) return member;
    // Anew with each attempt: the others may have dropped meanwhile, and the mark is theirs then.
    const room = await deps.store.getRoom(roomId);
    if (!isLive(room)) return member;
    const next = withoutConnection(member, connectionId, offlineMark(room, deps.now(), sinceMs));
    const stored = await deps.store.putMember(next, member.revision);
    if (stored !== 'conflict') return stored;
  }
  throw new StoreFault('unable to mark a member offline; the row kept changing');
}
