import type { Reason, Refused } from '../domain/outcome.ts';
import type { RefusalAnswer } from '../protocol/answers.ts';
import type { ClientAction } from '../protocol/client-frames.ts';
import { Code } from '../protocol/codes.ts';

/** The code that a client gets for each reason of a refusal. */
export const CLIENT_CODES: Readonly<Record<Reason, Code>> = {
  'account-cancelled': Code.ACCOUNT_CANCELLED,
  blocked: Code.BLOCKED,
  'connection-closed': Code.DISCONNECTED,
  'entries-done-in-part': Code.ENTRIES_DONE_IN_PART,
  'entry-of-another-user': Code.ENTRY_OF_ANOTHER_USER,
  'list-full': Code.INVALID_PARAMETER,
  'logged-in-already': Code.OTHER_DEVICE_CONNECTED,
  'logged-in-elsewhere': Code.KICKED_BY_OTHER_DEVICE,
  'membership-ended': Code.NOT_A_MEMBER,
  'message-of-another-user': Code.MESSAGE_OF_ANOTHER_USER,
  muted: Code.MUTED,
  'no-such-entry': Code.NO_SUCH_ENTRY,
  'no-such-message': Code.NO_SUCH_MESSAGE,
  'no-such-room': Code.NO_SUCH_ROOM,
  'not-a-member': Code.NOT_A_MEMBER,
  'outcome-unknown': Code.UNKNOWN,
  'no-hook-answer': Code.REFUSED_BY_HOOK,
  'page-too-far': Code.INVALID_PARAMETER,
  'refused-by-hook': Code.REFUSED_BY_HOOK,
  'room-flooded': Code.SEND_TOO_FAST,
  'room-full': Code.ROOM_FULL,
  'room-not-kept': Code.INVALID_PARAMETER,
  'room-too-large': Code.REQUEST_TOO_FAST,
  'slow-mode': Code.SLOW_MODE,
  'token-expired': Code.TOKEN_EXPIRED,
  'too-many-entries': Code.TOO_MANY_ENTRIES,
  'too-many-kept-rooms': Code.INVALID_PARAMETER,
  'too-many-requests': Code.REQUEST_TOO_FAST,
  'too-many-rooms': Code.REQUEST_TOO_FAST,
  'too-many-sends': Code.SEND_TOO_FAST,
  'too-much-at-once': Code.REQUEST_TOO_FAST,
  'user-blocked': Code.USER_BLOCKED,
};

/** What a refusal says that the server was unable to do. */
const OPERATIONS: Readonly<Record<ClientAction, string>> = {
  join: 'join the room',
  leave: 'leave the room',
  send: 'send the message',
  history: 'read the history',
  repair: 'read what is missing',
  recall: 'recall the message',
  setEntries: 'set the entries',
  removeEntries: 'remove the entries',
  getEntries: 'read the entries',
  info: 'describe the room',
  signal: 'signal',
  ping: 'answer',
  beat: 'note the heartbeat',
};

export function refusalAnswer(action: ClientAction, refusal: Refused): Omit<RefusalAnswer, 'event' | 'id'> {
  const { endReason, retryAfterMs, note, faults } = refusal.detail;
  return {
    code: CLIENT_CODES[refusal.reason],
    message: `unable to ${OPERATIONS[action]}; ${refusal.why}`,
    ...(endReason === undefined ? {} : { reason: endReason }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(note === undefined ? {} : { note }),
    ...(faults === undefined ? {} : { errors: codesOf(faults) }),
  };
}

const codesOf = (faults: Readonly<Record<string, Reason>>): Readonly<Record<string, Code>> =>
  Object.fromEntries(Object.entries(faults).map(([key, reason]) => [key, CLIENT_CODES[reason]]));
