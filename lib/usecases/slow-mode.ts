import { type Outcome, refused } from '../domain/outcome.ts';
import { isLive } from '../domain/room.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';

/** From now on a member sends one message to the room in `intervalSec`, 1 to SLOW_MODE_MAX_SEC; 0 = as many as they like. */
export async function setSlowMode(deps: Deps, roomId: RoomId, intervalSec: number): Promise<Outcome<'set'>> {
  const room = await deps.store.getRoom(roomId);
  const after = isLive(room) ? await deps.store.setSlowMode(roomId, room.epoch, intervalSec) : undefined;
  return after === undefined ? refused('no-such-room') : 'set';
}

/** The interval in s; 0 = slow mode is off. */
export async function slowModeOf(deps: Deps, roomId: RoomId): Promise<Outcome<number>> {
  const room = await deps.store.getRoom(roomId);
  return isLive(room) ? (room.slowModeSec ?? 0) : refused('no-such-room');
}
