import { newRoom, readMessageId, type StoredMessage } from '../../lib/domain/room.ts';
import type { RoomId } from '../../lib/protocol/ids.ts';
import type { RoomStore } from '../../lib/store/room-store.ts';

/** As many messages as a room's row holds before they go to the log. */
const ROW = 5;
const ROWS_AT_ONCE = 40;
const KEPT_MS = 86_400_000_000;

/** A room that has these messages, numbered from 1, as the use cases would have left them: the newest few in its tail. */
export async function fillRoom(store: RoomStore, room: RoomId, messages: readonly StoredMessage[]): Promise<void> {
  const [first, last] = [messages[0], messages.at(-1)];
  if (first === undefined || last === undefined) throw new Error('unable to fill the room; there are no messages');
  const epoch = '00000001-0000-4000-8000-000000000000';
  const logged = Math.floor((messages.length - 1) / ROW) * ROW;
  const state = newRoom(room, room, epoch, first.sentAtMs, { destroyType: 'idle', destroyAfterMin: 60 });
  await store.createRoom({
    ...state,
    lastActiveAtMs: last.sentAtMs,
    seq: last.seq,
    lastMessageAtMs: last.sentAtMs,
    tail: messages.slice(logged).map((message) => ({
      ...{ seq: message.seq, sentAtMs: message.sentAtMs, message },
      id: readMessageId(message.messageId)?.id ?? '',
    })),
    delivery: { ...state.delivery, deliveredSeq: last.seq },
  });
  const rows = Array.from({ length: logged / ROW }, (_, row) => messages.slice(row * ROW, (row + 1) * ROW));
  for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
    const some = rows.slice(from, from + ROWS_AT_ONCE);
    await Promise.all(some.map((row) => store.appendLog(room, epoch, row, last.sentAtMs + KEPT_MS)));
  }
}
