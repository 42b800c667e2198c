import { isLive } from '../domain/room.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';

/** Keeps a room from destroying itself; only a call destroys it then. */
export async function keepRoom(deps: Deps, roomId: RoomId): Promise<'kept' | 'full' | 'no-room'> {
  if (!isLive(await deps.store.getRoom(roomId))) return 'no-room';
  const added = await deps.store.addToSet('kept-rooms', [roomId], deps.settings.maxKeptRooms);
  if (added === 'full') return 'full';
  if (await outlives(deps, roomId)) return 'kept';
  // A room that went meanwhile must not hold a place, nor be promised to stay.
  await deps.store.removeFromSet('kept-rooms', [roomId]);
  return 'no-room';
}

/** Whoever has looked at the room before it was kept, and would end it now, finds another fence; who looks later finds it kept. */
async function outlives(deps: Deps, roomId: RoomId): Promise<boolean> {
  const room = await deps.store.getRoom(roomId);
  return isLive(room) && (await deps.store.bumpSendPermissionVersion(roomId, room.epoch)) !== undefined;
}

/** False = it was not kept. */
export const stopKeepingRoom = async (deps: Deps, room: RoomId): Promise<boolean> =>
  (await deps.store.removeFromSet('kept-rooms', [room])).length > 0;

export const keptRooms = (deps: Deps): Promise<readonly string[]> => deps.store.readSet('kept-rooms');
