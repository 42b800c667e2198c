import { isRefused, type Outcome } from '../domain/outcome.ts';
import type { Room } from '../domain/room.ts';
import type { MessagesAnswer } from '../protocol/answers.ts';
import type { RequestOf } from '../protocol/client-frames.ts';
import type { RoomId } from '../protocol/ids.ts';
import { MESSAGE_COUNT_MAX } from '../protocol/limits.ts';
import type { Caller, Deps } from './deps.ts';
import { admitMember } from './steps/check-member.ts';
import { fillFrame } from './steps/fill-frame.ts';
import { type HistoryPage, historyPage } from './steps/history-page.ts';
import { ANY_SEQ } from './steps/missed-messages.ts';
import { readMessages } from './steps/read-messages.ts';

export type Messages = Omit<MessagesAnswer, 'event' | 'id'>;
const around = (room: Room) =>
  ({ code: 0, room: room.roomId, roomEpoch: room.epoch, complete: false, next: ANY_SEQ }) as const;
/** Fills a gap that a member's client has found. */
export async function repair(
  deps: Deps,
  caller: Caller,
  roomId: RoomId,
  afterSeq: number,
  beforeSeq: number,
): Promise<Outcome<Messages>> {
  const checked = await admitMember(deps, caller, roomId, { action: 'repair' });
  if (isRefused(checked)) return checked;
  const { room } = checked;
  const end = beforeSeq === 0 ? room.seq + 1 : Math.min(beforeSeq, room.seq + 1);
  const range = { afterSeq, beforeSeq: end, order: 'ascending', limit: MESSAGE_COUNT_MAX } as const;
  const { messages: found, readTo } = await readMessages(deps, room, range);
  const { messages, hidden, lastSeq, isTruncated } = fillFrame(around(room), found, caller.userId);
  const coveredTo = (isTruncated ? lastSeq : readTo) ?? end - 1;
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
/** A member's request for a page of history. */
export type HistoryRequest = RequestOf<'history'>;
/** A page of history for a member: by time, or from where an earlier page ended. */
export async function readHistory(deps: Deps, caller: Caller, request: HistoryRequest): Promise<Outcome<Messages>> {
  const checked = await admitMember(deps, caller, request.room, { action: 'history' });
  if (isRefused(checked)) return checked;
  const { room } = checked;
  return historyAnswer(room, caller.userId, await historyPage(deps, room, request));
}
function historyAnswer(room: Room, userId: string, page: HistoryPage): Messages {
  const { messages, lastSeq, isTruncated } = fillFrame(around(room), page.messages, userId);
  const next = isTruncated ? lastSeq : page.next;
  return {
    code: 0,
    room: room.roomId,
    roomEpoch: room.epoch,
    messages,
    ...(next === undefined ? {} : { next }),
    // If fewer messages are shown than were found, the others fit in no frame and are lost.
    complete: isTruncated || messages.length === page.messages.length,
  };
}
