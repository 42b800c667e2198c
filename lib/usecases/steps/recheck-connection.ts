import type { RoomId } from '../../protocol/ids.ts';
import type { Connection } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { disconnectMember } from './disconnect-member.ts';

/**
 * Reads the connection again after a member's row that names it was written: however its end came in between, no closed
 * connection stays online. undefined = it is closed, and is no longer in the room.
 */
export async function recheckConnection(
  deps: Deps,
  connection: Connection,
  room: RoomId,
): Promise<Connection | undefined> {
  const again = await deps.store.getConnection(connection);
  if (again !== undefined && again.closedAtMs === undefined) return again;
  await disconnectMember(deps, room, connection, undefined);
  return undefined;
}
