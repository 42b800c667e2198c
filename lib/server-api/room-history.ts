import type { StoredMessage } from '../domain/room.ts';
import { roomHistory } from '../usecases/query-history.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { one, optional, withDefault } from './fields.ts';
import { choice, flag, integer, milliseconds, roomId, userId } from './kinds.ts';
import { badParameter } from './refused-call.ts';
import { list, object, string, truth, whole } from './schema.ts';

const PAGE_MAX = 100;

/** RongCloud's name of each, in its form; a message has no expansion here. */
const shown = (room: string, { senderUserId, messageId, sentAtMs, type, content }: StoredMessage) => ({
  targetId: room,
  fromUserId: senderUserId,
  messageUID: messageId,
  msgTime: sentAtMs,
  objectName: type,
  content,
  expansion: false,
  extraContent: '',
});

const query = endpoint({
  path: '/v3/message/chatroom/query.json',
  about:
    "A page of the room's history, by time. It ends between two times, so it may be longer than asked by the rest of a " +
    'millisecond, and a loop that goes on after the time of the last message loses none. A room that does not exist has ' +
    'no history. Messages that were not to be kept, or were deleted, are not in it.',
  body: 'json',
  fields: {
    userId: one(userId, 'the user who asks; the history is the same for all'),
    targetId: one(roomId, 'the room'),
    startTime: one(milliseconds, 'from this time on, or after it'),
    endTime: one(milliseconds, 'up to this time, which is included'),
    includeStart: withDefault(flag, 'false', 'whether messages of startTime itself are included'),
    pageSize: withDefault(integer(1, PAGE_MAX), '20', 'how many messages'),
    order: withDefault(
      choice({ '1': 'ascending', '2': 'descending' } as const),
      '1',
      "Doorman's own: 1: oldest first, 2: newest first",
    ),
    cursor: optional(integer(0, 999_999_999_999), "Doorman's own: `next` of the page before, in the same order"),
    busChannel: optional(userId, 'without effect: rooms have no channels'),
  },
  answer: {
    data: list(
      object({
        targetId: string('the room'),
        fromUserId: string('the sender'),
        messageUID: string('the message'),
        msgTime: whole('when it was sent, in ms since 1970'),
        objectName: string('its type'),
        content: string('the message itself'),
        expansion: truth('always false'),
        extraContent: string('always empty'),
      }),
      'the messages',
    ),
    hasMore: truth('there are more in this time; false = this is the end'),
    next: whole('the cursor of the next page; 0 = there is none'),
  },
  run: async ({ deps }, { targetId, startTime, endTime, includeStart, pageSize, order, cursor }) => {
    if (endTime < startTime) throw badParameter('unable to read the history; endTime must not be before startTime');
    const asked = {
      startMs: startTime,
      endMs: endTime,
      includeStart,
      order,
      count: pageSize,
      cursor: cursor || undefined,
    };
    const { messages, next } = await roomHistory(deps, targetId, asked);
    return { data: messages.map((message) => shown(targetId, message)), hasMore: next !== undefined, next: next ?? 0 };
  },
});

export const roomHistoryEndpoints: readonly Endpoint[] = [query];
