import { roomExpiresAtMs } from '../../domain/room.ts';
import { HOUR_MS } from '../../domain/time.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { Deps } from '../deps.ts';
import { destroyRoom, LOOK_AFTER_MS, tidyUp } from '../steps/destroy-room.ts';
import type { SweepResult } from './sweep-member.ts';

/** A room's end may be brought forward, so it is looked at this often at least. */
const LOOK_MS = HOUR_MS;

/** A room whose time may have come, or that somebody has destroyed half-way. */
export async function sweepRoom(deps: Deps, roomId: RoomId): Promise<SweepResult> {
  const room = await deps.store.getRoom(roomId);
  if (room === undefined) return {};
  if (room.destroyedAtMs !== undefined) {
    // Whoever has destroyed it is perhaps at work still.
    const finishAtMs = room.destroyedAtMs + LOOK_AFTER_MS;
    if (deps.now() < finishAtMs) return { nextAtMs: finishAtMs };
    await tidyUp(deps, room);
    return {};
  }
  const [nowMs, endMs] = [deps.now(), roomExpiresAtMs(room)];
  if (nowMs < endMs) return { nextAtMs: Math.min(endMs, nowMs + LOOK_MS) };
  // After the room: who keeps it in between is seen here, or in the fence.
  if ((await deps.store.readSet('kept-rooms')).includes(roomId)) return { nextAtMs: nowMs + LOOK_MS };
  const destroyed = await destroyRoom(deps, roomId, true, room);
  return destroyed ? { did: 'destroyed' } : { nextAtMs: nowMs };
}
