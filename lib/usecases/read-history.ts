import type { RoomId } from '../domain/ids.ts';
import type { Room, StoredMessage } from '../domain/room.ts';
import { MESSAGE_COUNT_MAX, type MessagesAnswer } from '../protocol/frames.ts';
import { admitMember } from './check-member.ts';
import type { Caller, Deps, Refusal } from './deps.ts';

/** Room for the answer in one 32 KB frame. */
const ANSWER_BYTES = 30_000;

export interface MissedMessages {
  readonly seq: number;
  readonly messages: readonly StoredMessage[];
  readonly complete: boolean;
}

/** Messages with afterSeq < seq < beforeSeq from the log and the room's tail, each once. The room is read first: what
 * leaves the tail meanwhile is in the log already. */
async function between(
  deps: Deps,
  room: Room,
  afterSeq: number,
  beforeSeq: number,
  order: 'ascending' | 'descending',
  limit: number,
): Promise<StoredMessage[]> {
  const tail = room.tail.filter((message) => message.seq > afterSeq && message.seq < beforeSeq);
  if (order === 'descending') tail.reverse();
  const firstOfTail = room.tail[0]?.seq ?? room.seq + 1;
  const log = {
    room: room.room,
    epoch: room.epoch,
    afterSeq,
    beforeSeq: Math.min(beforeSeq, firstOfTail),
    order,
    limit,
  };
  const needsLog = log.beforeSeq > afterSeq + 1 && (order === 'ascending' || tail.length < limit);
  const logged = needsLog ? await deps.store.readLog(log) : [];
  return (order === 'ascending' ? [...logged, ...tail] : [...tail, ...logged]).slice(0, limit);
}

/** The newest messages, oldest first. */
export async function newestMessages(deps: Deps, room: Room, count: number): Promise<MissedMessages> {
  const messages = (await between(deps, room, 0, room.seq + 1, 'descending', count)).reverse();
  return { seq: room.seq, messages: newestThatFit(messages), complete: true };
}

/** What came after `afterSeq`, oldest first; `complete` false = it does not reach back, or not up to now. */
export async function missedMessages(deps: Deps, room: Room, afterSeq: number): Promise<MissedMessages> {
  const found = await between(deps, room, afterSeq, room.seq + 1, 'ascending', MESSAGE_COUNT_MAX);
  const messages = oldestThatFit(found);
  const reachesBack = afterSeq >= room.seq || messages[0]?.seq === afterSeq + 1;
  const last = messages.at(-1)?.seq ?? afterSeq;
  return { seq: reachesBack ? last : room.seq, messages, complete: reachesBack };
}

export type Messages = Omit<MessagesAnswer, 'event' | 'id'>;

/** Fills a gap that a member's client has seen. */
export async function repair(
  deps: Deps,
  caller: Caller,
  roomId: RoomId,
  afterSeq: number,
  beforeSeq: number,
): Promise<Messages | Refusal> {
  const found = await admitMember(deps, caller, roomId, { action: 'repair' });
  if (!('room' in found)) return found;
  const { room } = found;
  const end = beforeSeq === 0 ? room.seq + 1 : Math.min(beforeSeq, room.seq + 1);
  const messages = oldestThatFit(await between(deps, room, afterSeq, end, 'ascending', MESSAGE_COUNT_MAX));
  const complete = messages.length === Math.max(0, end - 1 - afterSeq);
  return { code: 0, room: room.room, roomEpoch: room.epoch, messages, complete };
}

export interface HistoryRequest {
  readonly room: RoomId;
  readonly timestampMs: number;
  readonly order: 'descending' | 'ascending';
  readonly count: number;
}

/** A page of history by time, for a member. Times never decrease with seq, so a walk by seq can stop early. */
export async function readHistory(deps: Deps, caller: Caller, request: HistoryRequest): Promise<Messages | Refusal> {
  const checked = await admitMember(deps, caller, request.room, { action: 'history' });
  if (!('room' in checked)) return checked;
  const { room } = checked;
  const descending = request.order === 'descending';
  const fits = (message: StoredMessage) =>
    request.timestampMs === 0 ||
    (descending ? message.sentAtMs < request.timestampMs : message.sentAtMs > request.timestampMs);
  const found: StoredMessage[] = [];
  let cursor = descending ? room.seq + 1 : 0;
  while (found.length < request.count) {
    const page = descending
      ? await between(deps, room, 0, cursor, 'descending', 100)
      : await between(deps, room, cursor, room.seq + 1, 'ascending', 100);
    found.push(...page.filter(fits));
    const last = page.at(-1);
    if (last === undefined) break;
    cursor = last.seq;
  }
  const messages = oldestThatFit(found.slice(0, request.count));
  return { code: 0, room: room.room, roomEpoch: room.epoch, messages, complete: true };
}

/** Looks for a message of this user that an earlier attempt may have got into the room since `sinceMs`. */
export async function findSent(
  deps: Deps,
  room: Room,
  userId: string,
  clientMessageId: string,
  sinceMs: number,
): Promise<StoredMessage | undefined> {
  let beforeSeq = room.seq + 1;
  for (;;) {
    const page = await between(deps, room, 0, beforeSeq, 'descending', 100);
    const found = page.find(
      (message) => message.senderUserId === userId && message.clientMessageId === clientMessageId,
    );
    const last = page.at(-1);
    if (found !== undefined || last === undefined || last.sentAtMs < sinceMs) return found;
    beforeSeq = last.seq;
  }
}

const sizeOf = (message: StoredMessage) => message.content.length * 2 + 300;

function oldestThatFit(messages: readonly StoredMessage[]): StoredMessage[] {
  let bytes = 0;
  return messages.filter((message, index) => {
    bytes += sizeOf(message);
    return index === 0 || bytes <= ANSWER_BYTES;
  });
}

const newestThatFit = (messages: readonly StoredMessage[]): StoredMessage[] =>
  oldestThatFit([...messages].reverse()).reverse();
