import { type Outcome, refused } from '../domain/outcome.ts';
import { isLive, type RoomExpiry, roomExpiresAtMs } from '../domain/room.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';

/** Sets when a room expires. */
export async function setRoomExpiry(deps: Deps, roomId: RoomId, end: RoomExpiry): Promise<Outcome<'set'>> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return refused('no-such-room');
  const after = await deps.store.setRoomExpiry(roomId, room.epoch, end);
  if (after === undefined) return refused('no-such-room');
  await deps.store.arm(Math.max(roomExpiresAtMs(after), deps.now()), [{ kind: 'room', room: roomId }]);
  return 'set';
}
