import type { RoomId } from '../domain/ids.ts';
import { isLive } from '../domain/room.ts';
import type { Deps } from './deps.ts';

/** Keeps a room from destroying itself; only a call destroys it then. */
export async function keepRoom(deps: Deps, roomId: RoomId): Promise<'kept' | 'full' | 'no-room'> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return 'no-room';
  const added = await deps.store.addToSet('kept-rooms', [roomId], deps.settings.maxKeptRooms);
  if (added === 'full') return 'full';
  // A room that went meanwhile must not hold a place, nor be promised to stay.
  const now = await deps.store.getRoom(roomId);
  if (isLive(now) && now.epoch === room.epoch) return 'kept';
  await deps.store.removeFromSet('kept-rooms', [roomId]);
  return 'no-room';
}

/** False = it was not kept. */
export const stopKeepingRoom = async (deps: Deps, room: RoomId): Promise<boolean> =>
  (await deps.store.removeFromSet('kept-rooms', [room])).length > 0;

export const keptRooms = (deps: Deps): Promise<readonly string[]> => deps.store.readSet('kept-rooms');
