import type { RoomId } from '../../protocol/ids.ts';
import type { Connection } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';

/** How many of a full connection's rooms are checked: the next ones in each second, so that further tries find all. */
const CHECKED_MAX = 5;

/**
 * May this connection have one more room? Rooms that its user has left or was removed from, and rooms that are gone, may
 * still be on its row: then the new room can replace one of them.
 */
export async function findRoomSlot(
  deps: Deps,
  { userId, connectionId, rooms }: Connection,
  room: RoomId,
): Promise<'free' | 'none' | { readonly instead: RoomId }> {
  const { multipleRooms, maxRoomsPerConnection } = deps.settings;
  const isFree = !multipleRooms || maxRoomsPerConnection === 0 || rooms.length < maxRoomsPerConnection;
  if (isFree || rooms.includes(room)) return 'free';
  const from = (Math.floor(deps.now() / 1000) * CHECKED_MAX) % rooms.length;
  const checked = [...rooms.slice(from), ...rooms.slice(0, from)].slice(0, CHECKED_MAX);
  const rows = await Promise.all(checked.map((one) => deps.store.getMember(one, userId)));
  const instead = checked.find((_, index) => !rows[index]?.connections.includes(connectionId));
  return instead === undefined ? 'none' : { instead };
}
