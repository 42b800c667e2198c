import { beforeEach, describe, expect, it } from 'vitest';
import {
  RCIMIWConversationType,
  RCIMIWCustomMessagePolicy,
  type RCIMIWMessage,
  RCIMIWTimeOrder,
} from '../../lib/client/index.ts';
import type { Message } from '../../lib/protocol/message.ts';
import { useScriptedEngine } from './scripted-engine.ts';
import { joinedAnswer, message } from './server-frames.ts';

const { CHATROOM } = RCIMIWConversationType;

const script = useScriptedEngine();

beforeEach(() => {
  script.engine.setOnRemoteMessageRecalledListener(({ messageUId, seq }) =>
    script.events.put(['recalled', messageUId, seq]),
  );
});

/** The message that replaces a recalled one. */
const notice = (seq: number, more: Partial<Message> = {}): Message =>
  message(seq, { type: 'RC:RcNtf', content: '{"operatorId":"bob"}', recalled: true, ...more });
const pushRecalled = (recalled: Message) => script.push({ event: 'recalled', message: recalled });

/** The next message that the app gets, whole. */
function nextMessage(): Promise<RCIMIWMessage> {
  return new Promise((resolve) => script.engine.setOnMessageReceivedListener(resolve));
}

describe('a recalled message', () => {
  it('is reported once, with its replacement', async () => {
    await script.join({ seq: 1, messages: [message(1)] });
    expect(await script.events.next()).toEqual(['message', 1, 0, true]);
    const recalled = new Promise((resolve) => script.engine.setOnRemoteMessageRecalledListener(resolve));
    const content = { operatorId: 'boss', recallTime: 9, originalObjectName: 'RC:TxtMsg', admin: true, extra: 'why' };
    pushRecalled(notice(1, { content: JSON.stringify(content) }));
    expect(await recalled).toMatchObject({
      messageType: 8,
      messageUId: 'm1',
      targetId: 'r',
      senderUserId: 'bob',
      objectName: 'RC:RcNtf',
      seq: 1,
      operatorId: 'boss',
      recallTime: 9,
      admin: true,
      deleted: false,
      extra: 'why',
    });
    script.engine.setOnRemoteMessageRecalledListener(({ seq }) => script.events.put(['recalled', seq]));
    pushRecalled(notice(1));
    script.pushMessages(message(2));
    expect(await script.events.next()).toEqual(['message', 2, 0, false]);
  });

  it('that is deleted is reported as deleted if the app has it', async () => {
    await script.join({ seq: 1, messages: [message(1)] });
    expect(await script.events.next()).toEqual(['message', 1, 0, true]);
    const recalled = new Promise((resolve) => script.engine.setOnRemoteMessageRecalledListener(resolve));
    pushRecalled(notice(1, { hidden: true }));
    expect(await recalled).toMatchObject({ messageType: 8, messageUId: 'm1', seq: 1, deleted: true });
  });

  it('that is deleted before the app has it is passed over, even if the recall comes twice', async () => {
    await script.join();
    script.pushMessages(message(2));
    pushRecalled(notice(2, { hidden: true }));
    pushRecalled(notice(2, { hidden: true }));
    pushRecalled(notice(3, { hidden: true }));
    script.pushMessages(message(1), message(3), message(4));
    expect(await script.events.next()).toEqual(['message', 1, 1, false]);
    expect(await script.events.next()).toEqual(['message', 4, 0, false]);
    script.timers.advance(1000);
    // The next frame is the flush's: nothing is missing.
    await script.flush();
  });

  it('that the app does not have yet comes as its replacement, in its turn', async () => {
    await script.join();
    pushRecalled(notice(2));
    script.pushMessages(message(2));
    script.engine.setOnMessageReceivedListener(({ seq, messageType }) => script.events.put([seq, messageType]));
    script.pushMessages(message(1));
    expect(await script.events.next()).toEqual([1, 2]);
    expect(await script.events.next()).toEqual([2, 8]);
    script.pushMessages(message(3));
    expect(await script.events.next()).toEqual([3, 2]);
  });

  it('comes as its replacement in history and in missed messages', async () => {
    await script.join({ seq: 1, messages: [notice(1)] });
    expect(await script.events.next()).toEqual(['message', 1, 0, true]);
    await script.reconnect();
    const missed = nextMessage();
    const { id } = await script.server.take('join');
    script.server.send(joinedAnswer(id, { fresh: false, seq: 2, messages: [notice(2, { content: 'no JSON' })] }));
    expect(await missed).toMatchObject({ seq: 2, messageType: 8, operatorId: 'bob', recallTime: 0, admin: false });
    const found = new Promise<RCIMIWMessage[]>((resolve) => {
      void script.engine.getChatRoomMessages('r', 0, RCIMIWTimeOrder.BEFORE, 1, { onSuccess: resolve });
    });
    script.answerPage((await script.server.take('history')).id, [notice(1)]);
    expect(await found).toMatchObject([{ seq: 1, messageType: 8 }]);
  });

  it('of a former room with the same id, or of a room that was left, is ignored', async () => {
    await script.join({ seq: 1 });
    script.server.send({ event: 'recalled', room: 'r', roomEpoch: 'e0', message: notice(1) });
    script.server.send({ event: 'recalled', room: 'other', roomEpoch: 'e1', message: notice(1) });
    await script.engine.leaveChatRoom('r');
    await script.okNext('leave');
    pushRecalled(notice(1));
    expect(await script.events.next()).toEqual(['left', 0, 'r']);
    await script.flush();
    await script.engine.leaveChatRoom('r');
    await script.refuseNext('leave', 23406);
    expect(await script.events.next()).toEqual(['left', 23406, 'r']);
  });

  it('that is pushed before the answer of the join is reported after it', async () => {
    await script.connect();
    await script.engine.joinChatRoom('r', 10, true);
    const { id } = await script.server.take('join');
    pushRecalled(notice(1));
    script.server.send(joinedAnswer(id, { seq: 1, messages: [message(1)] }));
    expect(await script.events.next()).toEqual(['joined', 0, 'r']);
    expect(await script.events.next()).toEqual(['message', 1, 0, true]);
    expect(await script.events.next()).toEqual(['recalled', 'm1', 1]);
  });
});

describe('recalling', () => {
  const received = async (): Promise<RCIMIWMessage> => {
    const next = nextMessage();
    await script.join({ seq: 1, messages: [message(1)] });
    return next;
  };

  it('asks the server, and gets no event for its own recall', async () => {
    const given = await received();
    const outcome = new Promise((resolve) => {
      const onMessageRecalled = (code: number, recalled: RCIMIWMessage) => resolve([code, recalled]);
      void script.engine.recallMessage(given, { onMessageRecalled });
    });
    const { id, ...frame } = await script.server.take('recall');
    expect(frame).toEqual({ action: 'recall', room: 'r', messageId: 'm1' });
    pushRecalled(notice(1));
    script.ok(id);
    expect(await outcome).toEqual([0, given]);
    pushRecalled(notice(1));
    pushRecalled(notice(0, { messageId: 'other' }));
    expect(await script.events.next()).toEqual(['recalled', 'other', 0]);
  });

  it('reports a refusal, to the listener if there is no callback', async () => {
    const given = await received();
    script.engine.setOnMessageRecalledListener((code, { messageUId }) =>
      script.events.put(['outcome', code, messageUId]),
    );
    await script.engine.recallMessage(given);
    await script.refuseNext('recall', 25107);
    expect(await script.events.next()).toEqual(['outcome', 25107, 'm1']);
    // The sender may still recall it.
    pushRecalled(notice(1));
    expect(await script.events.next()).toEqual(['recalled', 'm1', 1]);
  });

  it('refuses a message that was never sent, and everything after destroy', async () => {
    const unsent = await script.engine.createTextMessage(CHATROOM, 'r', '', 'hi');
    expect(await script.engine.recallMessage(unsent)).toBe(1);
    const sent = { ...unsent, messageUId: 'm1' };
    expect(await script.engine.recallMessage({ ...sent, conversationType: RCIMIWConversationType.GROUP })).toBe(1);
    expect(await script.engine.recallMessage(sent, { onMessageRecalled: (code) => script.events.put([code]) })).toBe(0);
    expect(await script.events.next()).toEqual([33001]);
    await script.engine.destroy();
    expect(await script.engine.recallMessage(sent)).toBe(2);
  });
});

describe('a message to all rooms', () => {
  const broadcast = (messageId: string, room = 'r', roomEpoch = 'e1') =>
    script.server.send({ event: 'broadcast', room, roomEpoch, message: message(0, { messageId }) });

  it('is delivered once, and does not advance the seq', async () => {
    await script.join();
    broadcast('b1');
    broadcast('b1');
    broadcast('b2', 'r', 'e0');
    broadcast('b3', 'other');
    script.pushMessages(message(1));
    expect(await script.events.next()).toEqual(['message', 0, 0, false]);
    expect(await script.events.next()).toEqual(['message', 1, 0, false]);
  });

  it('is for members', async () => {
    await script.join();
    await script.engine.leaveChatRoom('r');
    await script.okNext('leave');
    broadcast('b1');
    expect(await script.events.next()).toEqual(['left', 0, 'r']);
    await script.engine.joinChatRoom('r', 10, true);
    broadcast('b2');
    await script.answerJoin();
    broadcast('b2');
    broadcast('b3');
    expect(await script.events.next()).toEqual(['joined', 0, 'r']);
    // A broadcast before the answer of the join counts after it.
    expect(await script.events.next()).toEqual(['message', 0, 0, false]);
    expect(await script.events.next()).toEqual(['message', 0, 0, false]);
    script.pushMessages(message(1));
    expect(await script.events.next()).toEqual(['message', 1, 0, false]);
  });

  it('is recognized among the last 1,000', async () => {
    await script.join();
    for (let index = 0; index <= 1000; index += 1) broadcast(`b${index}`);
    for (let index = 0; index <= 1000; index += 1) expect(await script.events.next()).toEqual(['message', 0, 0, false]);
    broadcast('b1');
    script.pushMessages(message(1));
    expect(await script.events.next()).toEqual(['message', 1, 0, false]);
    broadcast('b0');
    expect(await script.events.next()).toEqual(['message', 0, 0, false]);
  });
});

describe('a custom message', () => {
  const { NORMAL } = RCIMIWCustomMessagePolicy;

  it('is sent as its identifier and the JSON of its fields', async () => {
    await script.join();
    const fields = new Map([
      ['gift', 'rose'],
      ['constructor', 'x'],
    ]);
    const made = await script.engine.createCustomMessage(CHATROOM, 'r', '', NORMAL, 'app:gift', fields);
    expect(made).toMatchObject({ messageType: 1, identifier: 'app:gift', policy: 1 });
    await script.engine.sendMessage(made);
    const { type, content } = await script.server.take('send');
    expect(type).toBe('app:gift');
    expect(JSON.parse(content)).toEqual({ gift: 'rose', constructor: 'x' });
    const next = nextMessage();
    script.pushMessages(message(1, { type, content }));
    expect(await next).toMatchObject({ messageType: 1, identifier: 'app:gift', fields: { gift: 'rose' } });
  });

  it('takes an object of texts and nothing else', async () => {
    const made = await script.engine.createCustomMessage(CHATROOM, 'r', '', NORMAL, 'app:gift', { gift: 'rose' });
    expect(made.fields).toEqual({ gift: 'rose' });
    const wrong = { gift: 1 } as never;
    const unsendable = await script.engine.createCustomMessage(CHATROOM, 'r', '', NORMAL, 'app:gift', wrong);
    expect(await script.engine.sendMessage(unsendable)).toBe(1);
  });

  it.each([
    ['other than texts', 'app:gift', '{"count":3}', 0],
    ['no JSON', 'app:gift', 'rose', 0],
    ['a type of RongCloud', 'RC:SightMsg', '{"content":"x"}', 0],
  ])('is not made from %s', async (_what, type, content, messageType) => {
    await script.join();
    const next = nextMessage();
    script.pushMessages(message(1, { type, content }));
    expect(await next).toMatchObject({ messageType, objectName: type, content });
  });
});

describe('sending', () => {
  it.each([23408, 23409])('is refused for good with %i, even if the server names a delay', async (code) => {
    await script.join();
    await script.sendText('one');
    await script.refuseNext('send', code, { retryAfterMs: 100 });
    expect(await script.events.next()).toEqual(['sent', 'one', code, 0]);
  });

  it('finds out by a refusal that the user is blocked', async () => {
    await script.join();
    await script.sendText('one');
    await script.refuseNext('send', 23409);
    expect(await script.events.next()).toEqual(['sent', 'one', 23409, 0]);
    await script.refuseNext('join', 23409);
    expect(await script.events.next()).toEqual(['removed', 'r', 'blocked']);
  });

  it.each([
    ['too long', '"'.repeat(16_000), 30016],
    ['malformed', 'rose \ud83d', 34205],
  ])('refuses content that is %s without asking the server', async (_what, content, code) => {
    await script.join();
    const raw = { conversationType: CHATROOM, targetId: 'r', objectName: 'app:raw', content };
    const onMessageSent = (outcome: number) => script.events.put(['sent', outcome]);
    expect(await script.engine.sendMessage(raw, { onMessageSent })).toBe(0);
    expect(await script.events.next()).toEqual(['sent', code]);
    await script.sendText('two');
    expect((await script.server.take('send')).content).toBe('{"content":"two"}');
  });

  it('succeeds when the second attempt finds it done, even if the user was removed in between', async () => {
    await script.join();
    const made = await script.engine.createTextMessage(CHATROOM, 'r', '', 'one');
    const onMessageSent = (code: number, { messageUId, seq }: RCIMIWMessage) =>
      script.events.put(['sent', code, messageUId, seq]);
    await script.engine.sendMessage(made, { onMessageSent });
    const first = await script.server.take('send');
    await script.reconnect();
    await script.refuseNext('join', 23409, { reason: 'blocked' });
    const again = await script.server.take('send');
    expect(again.clientMessageId).toBe(first.clientMessageId);
    script.accept(again.id, 7, 9);
    expect(await script.events.next()).toEqual(['removed', 'r', 'blocked']);
    expect(await script.events.next()).toEqual(['sent', 0, 'm7', 7]);
    await script.flush();
  });

  it('on a connection that is not in the room is refused, and resumes the membership if there is one', async () => {
    await script.join({ seq: 1, messages: [message(1)] });
    expect(await script.events.next()).toEqual(['message', 1, 0, true]);
    await script.sendText('one');
    await script.refuseNext('send', 23406);
    expect(await script.events.next()).toEqual(['sent', 'one', 23406, 0]);
    const { id, resume } = await script.server.take('join');
    expect(resume).toEqual({ roomEpoch: 'e1', membership: 's1', seq: 1 });
    script.server.send(joinedAnswer(id, { fresh: false, seq: 2, messages: [message(2)] }));
    expect(await script.events.next()).toEqual(['message', 2, 0, true]);
    await script.sendText('two');
    await script.server.take('send');
  });
});
