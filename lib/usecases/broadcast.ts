import { isLive } from '../domain/room.ts';
import { DAY_MS } from '../domain/time.ts';
import type { RoomId, UserId } from '../protocol/ids.ts';
import type { Broadcast } from '../store/room-store.ts';
import type { Deps } from './deps.ts';
import { fanOut } from './fan-out.ts';
import { walkRooms } from './walk-rooms.ts';

export interface BroadcastRequest {
  readonly fromUserId: UserId;
  readonly type: string;
  readonly content: string;
  /** Does the user in whose name it is get it too? */
  readonly includeSender: boolean;
}

/** A message to everybody who is in a room now. It is in no history, has no seq, keeps no room alive and kicks nobody. */
export async function broadcastMessage(deps: Deps, request: BroadcastRequest): Promise<{ readonly id: string }> {
  const id = deps.randomId();
  await put(deps, { id, ...request, sentAtMs: deps.now(), afterRoom: '' });
  return { id };
}

/**
 * The next rooms of a broadcast, then a word to the stream if there may be more. A run that is repeated tells its rooms
 * again; a client drops a message id that it has seen. A room that fails does not keep others from being told.
 */
export async function continueBroadcast(deps: Deps, broadcast: Broadcast): Promise<void> {
  const afterRoom = await walkRooms(deps, broadcast.afterRoom, async (room) => {
    try {
      await postTo(deps, room, broadcast);
    } catch (fault) {
      deps.onFault('tell a room of a broadcast', fault);
    }
  });
  if (afterRoom !== undefined) await put(deps, { ...broadcast, afterRoom });
}

async function postTo(deps: Deps, roomId: RoomId, broadcast: Broadcast): Promise<void> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room) || room.distributionStopped) return;
  const { id, fromUserId, type, content, sentAtMs, includeSender } = broadcast;
  const message = { seq: 0, messageId: id, clientMessageId: id, senderUserId: fromUserId, type, content, sentAtMs };
  const frame = { event: 'broadcast', room: roomId, roomEpoch: room.epoch, message } as const;
  await fanOut(deps, room, frame, includeSender ? {} : { userId: fromUserId });
}

/** The same end in every run: put again unchanged, the row says nothing new. */
const put = (deps: Deps, broadcast: Broadcast): Promise<void> =>
  deps.store.putBroadcast(broadcast, broadcast.sentAtMs + DAY_MS);
