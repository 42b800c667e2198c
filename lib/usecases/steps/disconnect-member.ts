import { offlineMark } from '../../domain/eviction.ts';
import { type Device, type Member, withoutConnection } from '../../domain/member.ts';
import { isLive } from '../../domain/room.ts';
import type { ConnectionId, RoomId, UserId } from '../../protocol/ids.ts';
import type { Deps } from '../deps.ts';
import { decideOn, keptChanging } from './decide-on.ts';
import { forgetRow } from './end-membership.ts';

/** A connection, its user and its device. */
export interface OwnConnection {
  readonly userId: UserId;
  readonly connectionId: ConnectionId;
  readonly device: Device;
}

/**
 * Removes one connection from one room. The room is read after the disconnect is noticed: an older seq would bring the
 * eviction forward. Acts on this connection only, so a late event of an old connection changes nothing. `silentSinceMs`:
 * the disconnect was not noticed before the lease had expired. Returns the row after it.
 */
export async function disconnectMember(
  deps: Deps,
  roomId: RoomId,
  { userId, connectionId }: OwnConnection,
  silentSinceMs: number | undefined,
): Promise<Member | undefined> {
  const sinceMs = silentSinceMs ?? deps.now();
  const disconnect = async () => {
    const member = await deps.store.getMember(roomId, userId);
    if (member === undefined || !member.connections.includes(connectionId)) return member;
    // Read in each attempt: the other connections may be lost by now, and then this one sets the mark.
    const room = await deps.store.getRoom(roomId);
    if (!isLive(room) || room.epoch !== member.roomEpoch) {
      // A join wrote this row after the room's end had removed the others (I-L1).
      await forgetRow(deps, member);
      return undefined;
    }
    const next = withoutConnection(member, connectionId, offlineMark(room, deps.now(), sinceMs));
    return deps.store.putMember(next, member.revision);
  };
  return decideOn<Member | undefined, never>(deps, disconnect, keptChanging('mark a member offline'));
}
