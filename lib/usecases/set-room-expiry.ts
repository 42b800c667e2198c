import { isLive, type RoomExpiry, roomExpiresAtMs } from '../domain/room.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';

/** Says when a room goes by itself. False = no such room. */
export async function setRoomExpiry(deps: Deps, roomId: RoomId, end: RoomExpiry): Promise<boolean> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return false;
  const after = await deps.store.setRoomExpiry(roomId, room.epoch, end);
  if (after === undefined) return false;
  await deps.store.arm(Math.max(roomExpiresAtMs(after), deps.now()), [{ kind: 'room', room: roomId }]);
  return true;
}
