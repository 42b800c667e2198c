import type { RoomId } from '../../protocol/ids.ts';
import type { Connection } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';

/** So many of a full connection's rooms are looked at, the first joined first. */
const LOOKED_AT = 5;

/**
 * Is there place for one more room on this connection? Rooms that its user was put out of, and such as are gone, may stand
 * on its row still: then one of them can be taken off for it.
 */
export async function findRoomSlot(
  deps: Deps,
  { userId, connectionId, rooms }: Connection,
  room: RoomId,
): Promise<'free' | 'none' | { readonly instead: RoomId }> {
  const { multipleRooms, maxRoomsPerConnection } = deps.settings;
  const isFree = !multipleRooms || maxRoomsPerConnection === 0 || rooms.length < maxRoomsPerConnection;
  if (isFree || rooms.includes(room)) return 'free';
  const first = rooms.slice(0, LOOKED_AT);
  const rows = await Promise.all(first.map((one) => deps.store.getMember(one, userId)));
  const instead = first.find((_, index) => !rows[index]?.connections.includes(connectionId));
  return instead === undefined ? 'none' : { instead };
}
