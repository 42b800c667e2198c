import type { JoinedAnswer } from '../../lib/protocol/answers.ts';
import type { Message } from '../../lib/protocol/message.ts';

/** A text of the user bob, sent at the ms of its seq. */
export const message = (seq: number, more: Partial<Message> = {}): Message => ({
  seq,
  messageId: `m${seq}`,
  clientMessageId: `c${seq}`,
  senderUserId: 'bob',
  type: 'RC:TxtMsg',
  content: JSON.stringify({ content: `text ${seq}` }),
  sentAtMs: seq,
  ...more,
});

/** The answer to a join of the room `r`. Unless `more` says otherwise, it has all that was asked for. */
export const joinedAnswer = (id: string, more: Partial<JoinedAnswer> = {}): JoinedAnswer => ({
  event: 'answer',
  id,
  code: 0,
  room: 'r',
  roomEpoch: 'e1',
  membership: 's1',
  joinedAtMs: 1,
  fresh: true,
  seq: 0,
  latestSeq: more.seq ?? 0,
  messages: [],
  complete: true,
  hasEntries: false,
  ...more,
});
