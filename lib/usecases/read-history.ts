import type { Room, StoredMessage } from '../domain/room.ts';
import type { MessagesAnswer } from '../protocol/answers.ts';
import type { RequestOf } from '../protocol/client-frames.ts';
import type { RoomId } from '../protocol/ids.ts';
import { MESSAGE_COUNT_MAX } from '../protocol/limits.ts';
import { admitMember } from './check-member.ts';
import type { Caller, Deps, Refusal } from './deps.ts';
import { fillFrame } from './fill-frame.ts';
import { type HistoryPage, historyPage } from './history-page.ts';
import { readMessages } from './read-messages.ts';

export type Messages = Omit<MessagesAnswer, 'event' | 'id'>;

/** As many frames full of text are read for a join, so that it finds all it was asked for past what is hidden. */
const JOIN_READS_MAX = 16;
/** Stands where a number of any size may come, so that a frame is measured with it. */
const ANY_SEQ = Number.MAX_SAFE_INTEGER;

const around = (room: Room) =>
  ({ code: 0, room: room.roomId, roomEpoch: room.epoch, complete: false, next: ANY_SEQ }) as const;

/** Fills a gap that a member's client has seen. */
export async function repair(
  deps: Deps,
  caller: Caller,
  roomId: RoomId,
  afterSeq: number,
  beforeSeq: number,
): Promise<Messages | Refusal> {
  const checked = await admitMember(deps, caller, roomId, { action: 'repair' });
  if (!('room' in checked)) return checked;
  const { room } = checked;
  const end = beforeSeq === 0 ? room.seq + 1 : Math.min(beforeSeq, room.seq + 1);
  const range = { afterSeq, beforeSeq: end, order: 'ascending', limit: MESSAGE_COUNT_MAX } as const;
  const { messages: found, readTo } = await readMessages(deps, room, range);
  const { messages, hidden, lastSeq, isCut } = fillFrame(around(room), found, caller.userId);
  const coveredTo = (isCut ? lastSeq : readTo) ?? end - 1;
  return {
    code: 0,
    room: room.roomId,
    roomEpoch: room.epoch,
    messages,
    ...(hidden.length > 0 ? { hidden } : {}),
    ...(coveredTo < end - 1 ? { next: coveredTo } : {}),
    complete: messages.length + hidden.length === Math.max(0, coveredTo - afterSeq),
  };
}

/** What a member asks of a room's history. */
export type HistoryRequest = RequestOf<'history'>;

/** A page of history by time, or from where an earlier page ended, for a member. */
export async function readHistory(deps: Deps, caller: Caller, request: HistoryRequest): Promise<Messages | Refusal> {
  const checked = await admitMember(deps, caller, request.room, { action: 'history' });
  if (!('room' in checked)) return checked;
  const { room } = checked;
  return historyAnswer(room, caller.userId, await historyPage(deps, room, request));
}

function historyAnswer(room: Room, userId: string, page: HistoryPage): Messages {
  const { messages, lastSeq, isCut } = fillFrame(around(room), page.messages, userId);
  const next = isCut ? lastSeq : page.next;
  return {
    code: 0,
    room: room.roomId,
    roomEpoch: room.epoch,
    messages,
    ...(next === undefined ? {} : { next }),
    // Less than was found fits into no frame.
    complete: isCut || messages.length === page.messages.length,
  };
}

/** What a join or a resume hands over. */
export interface MissedMessages {
  readonly seq: number;
  readonly latestSeq: number;
  readonly messages: Messages['messages'];
  readonly hidden?: readonly number[];
  readonly complete: boolean;
}

/**
 * The newest messages, oldest first: of those that do not fit the newest are left out, so that the client goes on from
 * `seq` as it does after a resume. `answer`: all other fields of it.
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
  // They are too long to be read in one go: the client gets the oldest now, by seq.
  if (next !== undefined && missing > 0) {
    return missedMessages(deps, room, Math.max(0, next - 1 - missing), userId, answer);
  }
  const oldestSeq = messages.at(-1)?.seq ?? room.seq + 1;
  const places = hidden.filter(({ seq }) => seq > oldestSeq).map((message) => ({ ...message, hidden: true as const }));
  const found = [...messages, ...places].sort((one, other) => one.seq - other.seq);
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
  const { messages, hidden, lastSeq, isCut } = fillFrame(whole, found, userId);
  const seq = (isCut ? lastSeq : readTo) ?? room.seq;
  return { seq, latestSeq: room.seq, messages, ...(hidden.length > 0 ? { hidden } : {}) };
}
