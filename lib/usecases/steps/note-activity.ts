import { ACTIVITY_MS, type Room } from '../../domain/room.ts';
import type { Deps } from '../deps.ts';

/**
 * A user is about to join or leave: the room is not idle. Noted before it happens, so no room expires in between (I-R2).
 * false = the room is gone.
 */
export async function noteActivity(deps: Deps, room: Room): Promise<boolean> {
  const nowMs = deps.now();
  if (nowMs - room.lastActiveAtMs < ACTIVITY_MS) return true;
  return (await deps.store.noteActivity(room.roomId, room.epoch, nowMs)) !== undefined;
}
