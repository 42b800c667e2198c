import { isLive, type Room } from '../../domain/room.ts';
import { DAY_MS } from '../../domain/time.ts';
import type { RoomId } from '../../protocol/ids.ts';
import type { Broadcast, WalkPut } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import type { Delivered } from './fan-out.ts';
import { postToRoom } from './post-to-room.ts';
import { isOver, type RoomWork, walkRooms } from './walk-rooms.ts';

/**
 * Posts a broadcast to further rooms until `stopMs`, from the checkpoint of its row: so a run that comes again repeats
 * little. Then writes the row, for the stream if there is more to do. A room that fails holds up no other. A client
 * ignores a message id that it has seen.
 */
export async function continueBroadcast(deps: Deps, id: string, stopMs: number): Promise<void> {
  const broadcast = await deps.store.getBroadcast(id);
  if (broadcast === undefined || isOver(broadcast)) return;
  const work: RoomWork = async (roomId, cursor, pauseMs) => {
    try {
      return await postTo(deps, roomId, broadcast, { cursor, stopMs: pauseMs });
    } catch (fault) {
      deps.onFault('post a broadcast to a room', fault);
      return undefined;
    }
  };
  const note = (walk: object) => putBroadcast(deps, { ...broadcast, ...walk }, 'note');
  const walk = await walkRooms(deps, broadcast, stopMs, { work, note });
  await putBroadcast(deps, { ...broadcast, ...walk }, isOver(walk) ? 'note' : 'continue');
}

async function postTo(
  deps: Deps,
  roomId: RoomId,
  broadcast: Broadcast,
  from: { readonly cursor: string | undefined; readonly stopMs: number },
): Promise<string | undefined> {
  const room = await deps.store.getRoom(roomId);
  if (!isLive(room)) return undefined;
  const delivered = broadcast.notice === undefined ? messageOf(room, broadcast) : noticeOf(room, broadcast.notice);
  return delivered === undefined ? undefined : postToRoom(deps, room, delivered, from);
}

function messageOf(room: Room, broadcast: Broadcast): Delivered | undefined {
  if (room.distributionStopped) return undefined;
  const { id, fromUserId, type, content, sentAtMs, includeSender } = broadcast;
  const message = { seq: 0, messageId: id, clientMessageId: id, senderUserId: fromUserId, type, content, sentAtMs };
  const frame = { event: 'broadcast', room: room.roomId, roomEpoch: room.epoch, message } as const;
  return { frame, exceptUserId: includeSender ? undefined : fromUserId };
}

/** The frame with which members are notified of changes. */
export const noticeOf = (
  room: Room,
  { roomEpoch, changes }: NonNullable<Broadcast['notice']>,
): Delivered | undefined =>
  room.epoch === roomEpoch ? { frame: { event: 'members', room: room.roomId, roomEpoch, changes } } : undefined;

/** The same expiry in every run: a row that is written again unchanged causes no event. */
export const putBroadcast = (deps: Deps, broadcast: Broadcast, put: WalkPut): Promise<void> =>
  deps.store.putBroadcast(broadcast, broadcast.sentAtMs + DAY_MS, put);
