import type { Room, StoredMessage } from '../../domain/room.ts';
import { historyMs } from '../../domain/time.ts';
import type { HistoryFrame } from '../../protocol/client-frames.ts';
import { MARK_EVERY } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { lifeOf } from './life-of.ts';
import { readMessages } from './read-messages.ts';

/** How many reads a page may take to get past hidden messages or long texts; then it ends short, with a cursor. */
const READS_MAX = 4;

/** Which messages of a room's history. */
export type HistoryQuery = Pick<HistoryFrame, 'timestampMs' | 'order' | 'count' | 'cursor'>;

export interface HistoryPage {
  /** In the order asked for; none that is hidden. */
  readonly messages: readonly StoredMessage[];
  /** The transient and the hidden messages that the page passed over. */
  readonly hidden: readonly StoredMessage[];
  /** The cursor of the next page; undefined = this is the end. */
  readonly next: number | undefined;
}

/**
 * A page of history. Times never decrease with seq, and marks in the log say where a time begins, so a page costs the
 * same wherever it begins. The cursor distinguishes messages of one millisecond.
 */
export async function historyPage(
  deps: Deps,
  room: Room,
  query: HistoryQuery,
  readsMax: number = READS_MAX,
): Promise<HistoryPage> {
  const { order, count } = query;
  const isUp = order === 'ascending';
  const end = isUp ? room.seq + 1 : 0;
  const messages: StoredMessage[] = [];
  const hidden: StoredMessage[] = [];
  let cursor = query.cursor ?? (await startOf(deps, room, query));
  for (let reads = 0; reads < readsMax && messages.length < count; reads += 1) {
    const range = isUp ? { afterSeq: cursor, beforeSeq: end } : { afterSeq: 0, beforeSeq: cursor };
    // A search by time lands a few messages off at most.
    const limit = count - messages.length + (reads === 0 && query.cursor === undefined ? MARK_EVERY : 0);
    const found = await readMessages(deps, room, { ...range, order, limit });
    const shown = found.messages.filter((message) => isShown(message) && isInTime(message, query));
    const taken = shown.slice(0, count - messages.length);
    messages.push(...taken);
    hidden.push(...found.messages.filter((message) => !isShown(message)));
    const readTo = taken.length < shown.length ? taken.at(-1)?.seq : found.readTo;
    if (readTo === undefined) return { messages, hidden, next: undefined };
    cursor = readTo;
  }
  return { messages, hidden, next: isUp ? below(cursor, room.seq) : above(cursor, 1) };
}

const below = (seq: number, end: number) => (seq < end ? seq : undefined);
const above = (seq: number, end: number) => (seq > end ? seq : undefined);

/** Transient and hidden messages are in no history, even while they are in the tail. */
const isShown = ({ transient, hidden }: StoredMessage): boolean => transient !== true && hidden !== true;

function isInTime({ sentAtMs }: StoredMessage, { timestampMs, order, cursor }: HistoryQuery): boolean {
  if (timestampMs === 0 || cursor !== undefined) return true;
  return order === 'descending' ? sentAtMs < timestampMs : sentAtMs > timestampMs;
}

/** A seq at which the page may begin: what lies between it and the requested time is passed over. */
async function startOf(deps: Deps, room: Room, { timestampMs, order }: HistoryQuery): Promise<number> {
  if (order === 'ascending') return timestampMs === 0 ? 0 : lastUpTo(deps, room, timestampMs);
  return timestampMs === 0 ? room.seq + 1 : firstFrom(deps, room, timestampMs);
}

/** The seq of a message that was sent at that time or later, with at most a few such messages before it. */
async function firstFrom(deps: Deps, room: Room, atMs: number): Promise<number> {
  const [first] = room.tail;
  if (first !== undefined && first.sentAtMs < atMs) {
    return room.tail.find(({ sentAtMs }) => sentAtMs >= atMs)?.seq ?? room.seq + 1;
  }
  return (await deps.store.markFrom(lifeOf(room), atMs)) ?? first?.seq ?? room.seq + 1;
}

/**
 * The seq of a message that was sent by that time, with at most a few such messages after it; 0 = there may be none.
 */
async function lastUpTo(deps: Deps, room: Room, atMs: number): Promise<number> {
  const [first] = room.tail;
  if (first !== undefined && first.sentAtMs <= atMs) {
    return room.tail.findLast(({ sentAtMs }) => sentAtMs <= atMs)?.seq ?? 0;
  }
  const mark = await deps.store.markBefore(lifeOf(room), atMs + 1);
  if (mark !== undefined) return mark;
  // Messages as old as this are not kept, so there is no need to read through expired rows.
  const keptFromMs = deps.now() - historyMs(deps.settings);
  const oldest = await deps.store.markFrom(lifeOf(room), Math.max(atMs + 1, keptFromMs));
  return Math.max(0, (oldest ?? 0) - MARK_EVERY - 1);
}
