import { Code } from '../protocol/codes.ts';
import { publishMessage } from '../usecases/publish-message.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { flag, integer, many, one, optional, roomId, text, userId } from './fields.ts';
import { ApiCode, RefusedCall } from './refused-call.ts';

/** As for clients, so that every message fits a frame. */
const CONTENT_BYTES_MAX = 28_672;
const objectName = { pattern: /^[A-Za-z0-9:_.-]{1,32}$/, rule: '1 to 32 of A-Z a-z 0-9 : _ . -' };

const publish = endpoint({
  path: '/message/chatroom/publish.json',
  about: 'Sends a message to rooms in the name of a user, who need not be a member and does not become online by it.',
  fields: {
    fromUserId: one(userId, 'the sender'),
    toChatroomId: many(roomId, 20, 'the rooms'),
    objectName: one(text(32, objectName), 'the type of the message'),
    content: one(text(CONTENT_BYTES_MAX), 'the message'),
    isPersisted: optional(flag, 'without effect: every message is kept'),
    isIncludeSender: optional(flag, '1 = the sender gets it too if he is in the room'),
    priority: optional(integer(0, 9), 'without effect'),
  },
  answer: 'messageUIDs: chatroomId and messageUID of each message',
  run: async ({ deps }, { fromUserId, toChatroomId, objectName: type, content, isIncludeSender }) => {
    const messageUIDs: { chatroomId: string; messageUID: string }[] = [];
    for (const room of new Set(toChatroomId)) {
      const outcome = await publishMessage(deps, {
        room,
        fromUserId,
        type,
        content,
        includeSender: isIncludeSender === true,
      });
      if ('code' in outcome) {
        // Earlier rooms have the message by now: the caller must know, lest he sends it to them again.
        throw refusal(outcome.code, `${outcome.message} (${room})`, messageUIDs.length > 0 ? { messageUIDs } : {});
      }
      messageUIDs.push({ chatroomId: room, messageUID: outcome.messageId });
    }
    return { messageUIDs };
  },
});

function refusal(code: number, message: string, more: Readonly<Record<string, unknown>>): RefusedCall {
  const tooFast = code === Code.REQUEST_TOO_FAST || code === Code.SEND_TOO_FAST;
  return tooFast
    ? new RefusedCall(429, ApiCode.TOO_FAST, message, more)
    : new RefusedCall(400, ApiCode.BAD_PARAMETER, message, more);
}

export const messageEndpoints: readonly Endpoint[] = [publish];
