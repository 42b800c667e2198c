import { isLive } from '../../domain/room.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { Broadcast } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { fanOut } from './fan-out.ts';
import { walkRooms } from './walk-rooms.ts';

/**
 * Posts a broadcast to the next rooms, then writes its row for the stream if there may be more. A repeated run posts to its
 * rooms again; a client ignores a message id that it has seen. A room that fails holds up no other.
 */
export async function continueBroadcast(deps: Deps, broadcast: Broadcast): Promise<void> {
  const afterRoom = await walkRooms(deps, broadcast.afterRoom, async (room) => {
    try {
      await postTo(deps, room, broadcast);
    } catch (fault) {
      deps.onFault('post a broadcast to a room', fault);
    }
  });
  if (afterRoom !== undefined) await putBroadcast(deps, { ...broadcast, afterRoom });
}
async function postTo(deps: Deps, roomId: RoomId, broadcast: Broadcast): Promise<void> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room) || room.distributionStopped) return;
  const { id, fromUserId, type, content, sentAtMs, includeSender } = broadcast;
  const message = { seq: 0, messageId: id, clientMessageId: id, senderUserId: fromUserId, type, content, sentAtMs };
  const frame = { event: 'broadcast', room: roomId, roomEpoch: room.epoch, message } as const;
  await fanOut(deps, room, frame, includeSender ? {} : { userId: fromUserId });
}
/** The same expiry in every run: a row that is written again unchanged causes no event. */
export const putBroadcast = (deps: Deps, broadcast: Broadcast): Promise<void> =>
  deps.store.putBroadcast(broadcast, broadcast.sentAtMs + DAY_MS);
