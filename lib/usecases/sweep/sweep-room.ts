import { isLive, type Room, roomExpiresAtMs } from '../../domain/room.ts';
import { HOUR_MS } from '../../domain/time.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { DestroyedRoomTimer } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { destroyRoom, FINISH_AFTER_MS, removeRows } from '../steps/destroy-room.ts';
import type { SweepResult } from './sweep-member.ts';

/** A room's expiry may be brought forward, so it is checked this often at least. */
const CHECK_MS = HOUR_MS;

/** Checks a room that may have expired, or whose destruction may have been interrupted. */
export async function sweepRoom(deps: Deps, roomId: RoomId): Promise<SweepResult> {
  const room = await deps.store.getRoom(roomId);
  if (room === undefined) return {};
  if (!isLive(room)) return finishDestruction(deps, room);
  const [nowMs, endMs] = [deps.now(), roomExpiresAtMs(room)];
  if (nowMs < endMs) return { nextAtMs: Math.min(endMs, nowMs + CHECK_MS) };
  // Read after the room: a call that keeps the room shows here, or else its new version refuses the destruction.
  if ((await deps.store.readSet('kept-rooms')).includes(roomId)) return { nextAtMs: nowMs + CHECK_MS };
  const destroyed = await destroyRoom(deps, roomId, true, room);
  return destroyed ? { did: 'destroyed' } : { nextAtMs: nowMs };
}

/**
 * Removes the rows that a destroyed room may still have: a call that ran during the removal may have written one after
 * it, and the room's own row is gone by now. A live room of that epoch was not destroyed after all.
 */
export async function sweepDestroyedRoom(
  deps: Deps,
  { room: roomId, epoch }: DestroyedRoomTimer,
): Promise<SweepResult> {
  const room = await deps.store.getRoom(roomId);
  if (room?.epoch === epoch) return isLive(room) ? {} : finishDestruction(deps, room);
  await removeRows(deps, { roomId, epoch });
  return {};
}

async function finishDestruction(deps: Deps, room: Room): Promise<SweepResult> {
  // The Lambda that destroyed the room may still be removing its rows.
  const finishAtMs = (room.destroyedAtMs ?? 0) + FINISH_AFTER_MS;
  if (deps.now() < finishAtMs) return { nextAtMs: finishAtMs };
  await removeRows(deps, room);
  return {};
}
