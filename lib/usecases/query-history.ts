import { isLive, type Room, type StoredMessage } from '../domain/room.ts';
import type { RoomId } from '../protocol/ids.ts';
import type { Deps } from './deps.ts';
import { type HistoryPage, historyPage } from './steps/history-page.ts';

/** How many messages of one millisecond a page may have beyond `count`; the rest needs the cursor. */
const SAME_TIME_MAX = 1000;
const SAME_TIME_READ = 100;
const PAGES_MAX = 30;

/** A part of a room's history for the app server, times in ms since 1970. */
export interface RoomHistoryQuery {
  readonly startMs: number;
  readonly includeStart: boolean;
  /** Included. */
  readonly endMs: number;
  readonly order: 'ascending' | 'descending';
  readonly count: number;
  /** `next` of the previous page, in the same order. */
  readonly cursor?: number | undefined;
}

export type RoomHistoryPage = Pick<HistoryPage, 'messages' | 'next'>;

/**
 * A page of a room's history. It ends between two milliseconds, so that a caller can continue from the time of its last
 * message; for that it may be longer than `count`. `next` continues whatever the times are. A room that does not exist has
 * no messages.
 */
export async function roomHistory(deps: Deps, roomId: RoomId, query: RoomHistoryQuery): Promise<RoomHistoryPage> {
  const room = await deps.store.getRoom(roomId);
  return isLive(room) ? pageOf(deps, room, query) : { messages: [], next: undefined };
}

async function pageOf(deps: Deps, room: Room, query: RoomHistoryQuery): Promise<RoomHistoryPage> {
  const { order, count, startMs, includeStart, endMs } = query;
  const firstMs = includeStart ? startMs : startMs + 1;
  const timestampMs = order === 'ascending' ? firstMs - 1 : endMs + 1;
  const isPast = ({ sentAtMs }: StoredMessage) => (order === 'ascending' ? sentAtMs > endMs : sentAtMs < firstMs);
  const messages: StoredMessage[] = [];
  let { cursor } = query;
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    // One more message shows whether a millisecond ends here.
    const missing = count - messages.length;
    const wanted = { timestampMs, order, count: missing > 0 ? missing + 1 : SAME_TIME_READ, cursor };
    const page = await historyPage(deps, room, wanted);
    for (const message of page.messages) {
      if (isPast(message)) return { messages, next: undefined };
      if (isFull(messages, message, count)) return { messages, next: messages.at(-1)?.seq };
      messages.push(message);
    }
    if (page.next === undefined) return { messages, next: undefined };
    cursor = page.next;
  }
  return { messages, next: cursor };
}

function isFull(messages: readonly StoredMessage[], next: StoredMessage, count: number): boolean {
  const isTimeOver = messages.at(-1)?.sentAtMs !== next.sentAtMs;
  return messages.length >= count && (isTimeOver || messages.length >= count + SAME_TIME_MAX);
}
