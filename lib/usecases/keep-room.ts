import { type Outcome, refused } from '../domain/outcome.ts';
import { isLive } from '../domain/room.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';

/** Exempts a room from automatic destruction: then only a call destroys it. */
export async function keepRoom(deps: Deps, roomId: RoomId): Promise<Outcome<'kept'>> {
  if (!isLive(await deps.store.getRoom(roomId))) return refused('no-such-room');
  const { maxKeptRooms } = deps.settings;
  const added = await deps.store.addToSet('kept-rooms', [roomId], maxKeptRooms);
  if (added === 'full') return refused('too-many-kept-rooms', { why: `at most ${maxKeptRooms} are kept` });
  if (await outlives(deps, roomId)) return 'kept';
  // A room that was destroyed in between must not fill the list, nor be reported as kept.
  await deps.store.removeFromSet('kept-rooms', [roomId]);
  return refused('no-such-room');
}

/** A sweep that read the room before it was kept finds a new version and does not destroy it; a later one finds it kept. */
async function outlives(deps: Deps, roomId: RoomId): Promise<boolean> {
  const room = await deps.store.getRoom(roomId);
  return isLive(room) && (await deps.store.bumpSendPermissionVersion(roomId, room.epoch)) !== undefined;
}

export const stopKeepingRoom = async (deps: Deps, room: RoomId): Promise<Outcome<'stopped'>> =>
  (await deps.store.removeFromSet('kept-rooms', [room])).length > 0 ? 'stopped' : refused('room-not-kept');

export const keptRooms = (deps: Deps): Promise<readonly string[]> => deps.store.readSet('kept-rooms');
