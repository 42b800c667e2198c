import type { MessageRank } from '../domain/quota.ts';
import { broadcastMessage } from '../usecases/broadcast-message.ts';
import { recallMessage } from '../usecases/recall-message.ts';
import { resumeDistribution, stopDistribution } from '../usecases/stop-distribution.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { many, one, optional, withDefault } from './fields.ts';
import { bytes, choice, flag, integer, type Kind, roomId, userId, wrong } from './kinds.ts';
import { messageContent, messageFields } from './message-fields.ts';
import { EXTRA_BYTES_MAX } from './notices.ts';
import { onceAMinute, publishTo } from './publish.ts';
import { room } from './room-users.ts';
import { list, object, string } from './schema.ts';
import { served } from './served.ts';

const MESSAGE_UID_LENGTH_MAX = 80;
const ROOMS_MAX = 20;
const CHATROOM = '4';

const publish = endpoint({
  path: '/message/chatroom/publish.json',
  about:
    'Sends a message to rooms as a user, who need not be a member and does not become online. Mutes do not apply. After ' +
    'an error, `messageUIDs` lists the rooms that have the message.',
  fields: {
    ...messageFields,
    toChatroomId: many(roomId, ROOMS_MAX, 'the rooms'),
    priority: withDefault(
      choice<MessageRank>({ '0': 'normal', '1': 'allowlisted', '2': 'normal', '3': 'low' }),
      '0',
      "how much of the room's quota it may use up: 1 = half as much again, 3 = half, else all",
    ),
    isPersisted: withDefault(flag, '1', '0 = it is pushed and kept in no history'),
  },
  answer: {
    messageUIDs: list(object({ chatroomId: string('the room'), messageUID: string('the message') }), 'for each room'),
  },
  run: async ({ deps }, { toChatroomId, fromUserId, msgRandom, ...given }) => {
    const message = messageContent(given.objectName, given.content);
    const publication = {
      ...{ fromUserId, ...message, includeSender: given.isIncludeSender },
      ...{ rank: given.priority, isKept: given.isPersisted },
    };
    return onceAMinute(deps, { by: 'publish', fromUserId, msgRandom }, async () => {
      const messageUIDs: { chatroomId: string; messageUID: string }[] = [];
      for (const room of new Set(toChatroomId)) {
        // Earlier rooms have the message by now: the caller must know which, so that a retry does not repeat it.
        const done = messageUIDs.length > 0 ? { messageUIDs } : {};
        messageUIDs.push({ chatroomId: room, messageUID: await publishTo(deps, room, publication, done) });
      }
      return { messageUIDs };
    });
  },
});

const broadcast = endpoint({
  path: '/message/chatroom/broadcast.json',
  about:
    'Sends a message to everybody who is in a room now, soon after the answer. It is in no history, extends the life of ' +
    'no room and evicts nobody.',
  callsPerSec: 1,
  fields: messageFields,
  run: async ({ deps }, { fromUserId, objectName, content, isIncludeSender: includeSender, msgRandom }) => {
    const request = { fromUserId, ...messageContent(objectName, content), includeSender };
    await onceAMinute(deps, { by: 'broadcast', fromUserId, msgRandom }, () => broadcastMessage(deps, request));
    return {};
  },
});

const chatroomOnly: Kind<string> = {
  rule: `${CHATROOM}, a chatroom; nothing else is recalled here`,
  schema: { type: 'string', enum: [CHATROOM] },
  parse: (name, value) => {
    if (value !== CHATROOM) throw wrong(name, chatroomOnly.rule);
    return value;
  },
};

const recall = endpoint({
  path: '/message/recall.json',
  about: 'Recalls a message: a note of type `RC:RcNtf` takes its place, also in the history.',
  fields: {
    fromUserId: one(userId, 'who recalls it'),
    conversationType: one(chatroomOnly, 'where it is'),
    targetId: one(roomId, 'the room'),
    messageUID: one(bytes(MESSAGE_UID_LENGTH_MAX), 'the message'),
    sentTime: optional(integer(0, 999_999_999_999_999), 'without effect: the message names its time'),
    isAdmin: withDefault(flag, '0', '1 = the note says that an administrator recalled it'),
    isDelete: withDefault(flag, '0', '1 = no note takes its place: clients remove it'),
    disablePush: optional(flag, 'without effect: there is no push'),
    extra: withDefault(bytes(EXTRA_BYTES_MAX), '', "the app's text in the note"),
  },
  run: async ({ deps }, { fromUserId, targetId, messageUID, isAdmin, isDelete, extra }) => {
    const recalled = { room: targetId, messageId: messageUID, byUserId: fromUserId, isAdmin, isDelete, extra };
    served(await recallMessage(deps, recalled), 'recall the message');
    return {};
  },
});

const stop = endpoint({
  path: '/chatroom/message/stopDistribution.json',
  about: 'Messages of the room are accepted and kept, and no longer pushed.',
  fields: room,
  run: async ({ deps }, { chatroomId }) => {
    served(await stopDistribution(deps, chatroomId), 'stop the distribution');
    return {};
  },
});

const resume = endpoint({
  path: '/chatroom/message/resumeDistribution.json',
  about:
    'Messages of the room are pushed again. Clients then fetch those that they missed. In a room that does not exist ' +
    'nothing is stopped.',
  fields: room,
  run: async ({ deps }, { chatroomId }) => {
    await resumeDistribution(deps, chatroomId);
    return {};
  },
});

export const messageEndpoints: readonly Endpoint[] = [publish, broadcast, recall, stop, resume];
