import type { Room, StoredMessage } from '../../domain/room.ts';
import { MESSAGE_COUNT_MAX } from '../../protocol/limits.ts';
import type { Message } from '../../protocol/message.ts';
import type { Deps } from '../deps.ts';
import { fillFrame } from './fill-frame.ts';
import { historyPage } from './history-page.ts';
import { readMessages } from './read-messages.ts';

/** How many reads a join may take to find the messages that it asks for among hidden ones. */
const JOIN_READS_MAX = 16;
/** Stands for any seq when the size of a frame is measured. */
export const ANY_SEQ = Number.MAX_SAFE_INTEGER;
/** What a join or a resume hands over. */
export interface MissedMessages {
  readonly seq: number;
  readonly latestSeq: number;
  readonly messages: readonly Message[];
  readonly hidden?: readonly number[];
  readonly complete: boolean;
}
/**
 * The newest messages, oldest first. If not all fit, the newest are left out, so that the client continues from `seq`
 * as it does after a resume. `answer`: all other fields of the answer.
 */
export async function newestMessages(
  deps: Deps,
  room: Room,
  count: number,
  userId: string,
  answer: object,
): Promise<MissedMessages> {
  const query = { timestampMs: 0, order: 'descending', count } as const;
  const { messages, hidden, next } = await historyPage(deps, room, query, JOIN_READS_MAX);
  const missing = count - messages.length;
  // They are too long to be read at once: the client gets the oldest now, by seq.
  if (next !== undefined && missing > 0) {
    return missedMessages(deps, room, Math.max(0, next - 1 - missing), userId, answer);
  }
  const oldestSeq = messages.at(-1)?.seq ?? room.seq + 1;
  const passedOver = hidden
    .filter(({ seq }) => seq > oldestSeq)
    .map((message) => ({ ...message, hidden: true as const }));
  const found = [...messages, ...passedOver].sort((one, other) => one.seq - other.seq);
  const filled = fill(room, found, userId, answer, undefined);
  return { ...filled, complete: handedOf(filled) === Math.max(0, filled.seq + 1 - oldestSeq) };
}
type Handed = Omit<MissedMessages, 'complete'>;
const handedOf = ({ messages, hidden = [] }: Handed): number => messages.length + hidden.length;
/** What came after `afterSeq`, oldest first. */
export async function missedMessages(
  deps: Deps,
  room: Room,
  afterSeq: number,
  userId: string,
  answer: object,
): Promise<MissedMessages> {
  const range = { afterSeq, beforeSeq: room.seq + 1, order: 'ascending', limit: MESSAGE_COUNT_MAX } as const;
  const { messages: found, readTo } = await readMessages(deps, room, range);
  const filled = fill(room, found, userId, answer, readTo);
  return { ...filled, complete: handedOf(filled) === Math.max(0, filled.seq - afterSeq) };
}
function fill(
  room: Room,
  found: readonly StoredMessage[],
  userId: string,
  answer: object,
  readTo: number | undefined,
): Handed {
  const whole = { ...answer, seq: ANY_SEQ, latestSeq: ANY_SEQ, complete: false };
  const { messages, hidden, lastSeq, isTruncated } = fillFrame(whole, found, userId);
  const seq = (isTruncated ? lastSeq : readTo) ?? room.seq;
  return { seq, latestSeq: room.seq, messages, ...(hidden.length > 0 ? { hidden } : {}) };
}
