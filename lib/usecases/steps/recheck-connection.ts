import type { RoomId } from '../../protocol/ids.ts';
import type { Connection } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { disconnectMember } from './disconnect-member.ts';

/**
 * Reads the connection again after a member's row that names it was written: however its end or a leave came in between, no
 * closed connection stays online. Returns its row with the room on it, which a leave in between may have removed;
 * undefined = it is closed, and is no longer in the room.
 */
export async function recheckConnection(
  deps: Deps,
  connection: Connection,
  room: RoomId,
): Promise<Connection | undefined> {
  const again = await deps.store.getConnection(connection);
  if (again !== undefined && again.closedAtMs === undefined) {
    const now = again.rooms.includes(room) ? again : await deps.store.addConnectionRoom(connection, room);
    if (now !== undefined) return now;
  }
  await disconnectMember(deps, room, connection, undefined);
  return undefined;
}
