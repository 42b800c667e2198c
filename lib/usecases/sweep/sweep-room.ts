import { roomExpiresAtMs } from '../../domain/room.ts';
import { HOUR_MS } from '../../domain/time.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { Deps } from '../deps.ts';
import { destroyRoom, LOOK_AFTER_MS, removeRows } from '../steps/destroy-room.ts';
import type { SweepResult } from './sweep-member.ts';

/** A room's expiry may be brought forward, so it is checked this often at least. */
const CHECK_MS = HOUR_MS;

/** Checks a room that may have expired, or whose destruction may have been interrupted. */
export async function sweepRoom(deps: Deps, roomId: RoomId): Promise<SweepResult> {
  const room = await deps.store.getRoom(roomId);
  if (room === undefined) return {};
  if (room.destroyedAtMs !== undefined) {
    // The Lambda that has destroyed it may still be removing its rows.
    const finishAtMs = room.destroyedAtMs + LOOK_AFTER_MS;
    if (deps.now() < finishAtMs) return { nextAtMs: finishAtMs };
    await removeRows(deps, room);
    return {};
  }
  const [nowMs, endMs] = [deps.now(), roomExpiresAtMs(room)];
  if (nowMs < endMs) return { nextAtMs: Math.min(endMs, nowMs + CHECK_MS) };
  // Read after the room: a call that keeps the room in between shows here, or changes the version of the send permissions.
  if ((await deps.store.readSet('kept-rooms')).includes(roomId)) return { nextAtMs: nowMs + CHECK_MS };
  const destroyed = await destroyRoom(deps, roomId, true, room);
  return destroyed ? { did: 'destroyed' } : { nextAtMs: nowMs };
}
