import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  RCIMIWConversationType,
  RCIMIWCustomMessagePolicy,
  type RCIMIWEngine,
  type RCIMIWMessage,
  RCIMIWTimeOrder,
} from '../../lib/client/index.ts';
import type { Message } from '../../lib/protocol/message.ts';
import { joinedAnswer, message, ScriptedEngine } from './scripted-engine.ts';
import type { Inbox, ScriptedServer } from './scripted-server.ts';
import type { VirtualTimers } from './virtual-timers.ts';

const { CHATROOM } = RCIMIWConversationType;

let script: ScriptedEngine;
let server: ScriptedServer;
let engine: RCIMIWEngine;
let told: Inbox<readonly unknown[]>;
let timers: VirtualTimers;

beforeEach(async () => {
  script = await ScriptedEngine.start();
  ({ server, engine, told, timers } = script);
  engine.setOnRemoteMessageRecalledListener(({ messageUId, seq }) => told.put(['recalled', messageUId, seq]));
});

afterEach(() => script.stop());

/** What stands where a message was recalled. */
const notice = (seq: number, more: Partial<Message> = {}): Message =>
  message(seq, { type: 'RC:RcNtf', content: '{"operatorId":"bob"}', recalled: true, ...more });
const pushRecalled = (recalled: Message) => script.push({ event: 'recalled', message: recalled });

/** The next message that the app gets, whole. */
function nextMessage(): Promise<RCIMIWMessage> {
  return new Promise((resolve) => engine.setOnMessageReceivedListener(resolve));
}

describe('a recalled message', () => {
  it('is told once, with what now stands in its place', async () => {
    await script.join({ seq: 1, messages: [message(1)] });
    expect(await told.next()).toEqual(['message', 1, 0, true]);
    const recalled = new Promise((resolve) => engine.setOnRemoteMessageRecalledListener(resolve));
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
    engine.setOnRemoteMessageRecalledListener(({ seq }) => told.put(['recalled', seq]));
    pushRecalled(notice(1));
    script.pushMessages(message(2));
    expect(await told.next()).toEqual(['message', 2, 0, false]);
  });

  it('that was deleted is told as such where the app has had it', async () => {
    await script.join({ seq: 1, messages: [message(1)] });
    expect(await told.next()).toEqual(['message', 1, 0, true]);
    const recalled = new Promise((resolve) => engine.setOnRemoteMessageRecalledListener(resolve));
    pushRecalled(notice(1, { hidden: true }));
    expect(await recalled).toMatchObject({ messageType: 8, messageUId: 'm1', seq: 1, deleted: true });
  });

  it('that was deleted before the app had it is passed over, however often that is told', async () => {
    await script.join();
    script.pushMessages(message(2));
    pushRecalled(notice(2, { hidden: true }));
    pushRecalled(notice(2, { hidden: true }));
    pushRecalled(notice(3, { hidden: true }));
    script.pushMessages(message(1), message(3), message(4));
    expect(await told.next()).toEqual(['message', 1, 1, false]);
    expect(await told.next()).toEqual(['message', 4, 0, false]);
    timers.advance(1000);
    // The next frame is the fence's: nothing is missing.
    await script.fence();
  });

  it('that the app has not had comes as what stands in its place, in its turn', async () => {
    await script.join();
    pushRecalled(notice(2));
    script.pushMessages(message(2));
    engine.setOnMessageReceivedListener(({ seq, messageType }) => told.put([seq, messageType]));
    script.pushMessages(message(1));
    expect(await told.next()).toEqual([1, 2]);
    expect(await told.next()).toEqual([2, 8]);
    script.pushMessages(message(3));
    expect(await told.next()).toEqual([3, 2]);
  });

  it('is one in the history and in what was missed', async () => {
    await script.join({ seq: 1, messages: [notice(1)] });
    expect(await told.next()).toEqual(['message', 1, 0, true]);
    await script.reconnect();
    const missed = nextMessage();
    const { id } = await server.take('join');
    server.send(joinedAnswer(id, { fresh: false, seq: 2, messages: [notice(2, { content: 'no JSON' })] }));
    expect(await missed).toMatchObject({ seq: 2, messageType: 8, operatorId: 'bob', recallTime: 0, admin: false });
    const page = { event: 'answer', code: 0, room: 'r', roomEpoch: 'e1', complete: true } as const;
    const found = new Promise<RCIMIWMessage[]>((resolve) => {
      void engine.getChatRoomMessages('r', 0, RCIMIWTimeOrder.BEFORE, 1, { onSuccess: resolve });
    });
    server.send({ ...page, id: (await server.take('history')).id, messages: [notice(1)] });
    expect(await found).toMatchObject([{ seq: 1, messageType: 8 }]);
  });

  it('of another room by that name, or of one that he has left, is nothing', async () => {
    await script.join({ seq: 1 });
    server.send({ event: 'recalled', room: 'r', roomEpoch: 'e0', message: notice(1) });
    server.send({ event: 'recalled', room: 'other', roomEpoch: 'e1', message: notice(1) });
    await engine.leaveChatRoom('r');
    script.ok((await server.take('leave')).id);
    pushRecalled(notice(1));
    expect(await told.next()).toEqual(['left', 0, 'r']);
    await script.fence();
    await engine.leaveChatRoom('r');
    script.refuse((await server.take('leave')).id, 23406);
    expect(await told.next()).toEqual(['left', 23406, 'r']);
  });

  it('that was pushed before the join was answered is told after it', async () => {
    await script.connect();
    await engine.joinChatRoom('r', 10, true);
    const { id } = await server.take('join');
    pushRecalled(notice(1));
    server.send(joinedAnswer(id, { seq: 1, messages: [message(1)] }));
    expect(await told.next()).toEqual(['joined', 0, 'r']);
    expect(await told.next()).toEqual(['message', 1, 0, true]);
    expect(await told.next()).toEqual(['recalled', 'm1', 1]);
  });
});

describe('recalling', () => {
  const received = async (): Promise<RCIMIWMessage> => {
    const next = nextMessage();
    await script.join({ seq: 1, messages: [message(1)] });
    return next;
  };

  it('asks the server and is not told of its own recall', async () => {
    const given = await received();
    const outcome = new Promise((resolve) => {
      const onMessageRecalled = (code: number, recalled: RCIMIWMessage) => resolve([code, recalled]);
      void engine.recallMessage(given, { onMessageRecalled });
    });
    const { id, ...frame } = await server.take('recall');
    expect(frame).toEqual({ action: 'recall', room: 'r', messageId: 'm1' });
    pushRecalled(notice(1));
    script.ok(id);
    expect(await outcome).toEqual([0, given]);
    pushRecalled(notice(1));
    pushRecalled(notice(0, { messageId: 'other' }));
    expect(await told.next()).toEqual(['recalled', 'other', 0]);
  });

  it('tells that it was refused, to the listener where there is no callback', async () => {
    const given = await received();
    engine.setOnMessageRecalledListener((code, { messageUId }) => told.put(['outcome', code, messageUId]));
    await engine.recallMessage(given);
    script.refuse((await server.take('recall')).id, 25107);
    expect(await told.next()).toEqual(['outcome', 25107, 'm1']);
    // Whose message it is may recall it still.
    pushRecalled(notice(1));
    expect(await told.next()).toEqual(['recalled', 'm1', 1]);
  });

  it('refuses what was never sent, and everything after destroy', async () => {
    const unsent = await engine.createTextMessage(CHATROOM, 'r', '', 'hi');
    expect(await engine.recallMessage(unsent)).toBe(1);
    const sent = { ...unsent, messageUId: 'm1' };
    expect(await engine.recallMessage({ ...sent, conversationType: RCIMIWConversationType.GROUP })).toBe(1);
    expect(await engine.recallMessage(sent, { onMessageRecalled: (code) => told.put([code]) })).toBe(0);
    expect(await told.next()).toEqual([33001]);
    await engine.destroy();
    expect(await engine.recallMessage(sent)).toBe(2);
  });
});

describe('a message to all rooms', () => {
  const broadcast = (messageId: string, room = 'r', roomEpoch = 'e1') =>
    server.send({ event: 'broadcast', room, roomEpoch, message: message(0, { messageId }) });

  it('is handed over once, and moves no seq', async () => {
    await script.join();
    broadcast('b1');
    broadcast('b1');
    broadcast('b2', 'r', 'e0');
    broadcast('b3', 'other');
    script.pushMessages(message(1));
    expect(await told.next()).toEqual(['message', 0, 0, false]);
    expect(await told.next()).toEqual(['message', 1, 0, false]);
  });

  it('is for members', async () => {
    await script.join();
    await engine.leaveChatRoom('r');
    script.ok((await server.take('leave')).id);
    broadcast('b1');
    expect(await told.next()).toEqual(['left', 0, 'r']);
    await engine.joinChatRoom('r', 10, true);
    broadcast('b2');
    server.send(joinedAnswer((await server.take('join')).id));
    broadcast('b2');
    broadcast('b3');
    expect(await told.next()).toEqual(['joined', 0, 'r']);
    // What came before he was in counts once he is.
    expect(await told.next()).toEqual(['message', 0, 0, false]);
    expect(await told.next()).toEqual(['message', 0, 0, false]);
    script.pushMessages(message(1));
    expect(await told.next()).toEqual(['message', 1, 0, false]);
  });

  it('is known again among the last 1,000', async () => {
    await script.join();
    for (let index = 0; index <= 1000; index += 1) broadcast(`b${index}`);
    for (let index = 0; index <= 1000; index += 1) expect(await told.next()).toEqual(['message', 0, 0, false]);
    broadcast('b1');
    script.pushMessages(message(1));
    expect(await told.next()).toEqual(['message', 1, 0, false]);
    broadcast('b0');
    expect(await told.next()).toEqual(['message', 0, 0, false]);
  });
});

describe('a custom message', () => {
  const { NORMAL } = RCIMIWCustomMessagePolicy;

  it('travels as its identifier and the JSON of its fields', async () => {
    await script.join();
    const fields = new Map([
      ['gift', 'rose'],
      ['constructor', 'x'],
    ]);
    const made = await engine.createCustomMessage(CHATROOM, 'r', '', NORMAL, 'app:gift', fields);
    expect(made).toMatchObject({ messageType: 1, identifier: 'app:gift', policy: 1 });
    await engine.sendMessage(made);
    const { type, content } = await server.take('send');
    expect(type).toBe('app:gift');
    expect(JSON.parse(content)).toEqual({ gift: 'rose', constructor: 'x' });
    const next = nextMessage();
    script.pushMessages(message(1, { type, content }));
    expect(await next).toMatchObject({ messageType: 1, identifier: 'app:gift', fields: { gift: 'rose' } });
  });

  it('takes a plain object of texts and nothing else', async () => {
    const made = await engine.createCustomMessage(CHATROOM, 'r', '', NORMAL, 'app:gift', { gift: 'rose' });
    expect(made.fields).toEqual({ gift: 'rose' });
    await expect(
      engine.createCustomMessage(CHATROOM, 'r', '', NORMAL, 'app:gift', { gift: 1 } as never),
    ).rejects.toThrow('unable to make the message; its fields must be texts');
  });

  it.each([
    ['other than texts', 'app:gift', '{"count":3}', 0],
    ['no JSON', 'app:gift', 'rose', 0],
    ['a type of RongCloud', 'RC:ImgMsg', '{"content":"x"}', 0],
  ])('is not made of %s', async (_what, type, content, messageType) => {
    await script.join();
    const next = nextMessage();
    script.pushMessages(message(1, { type, content }));
    expect(await next).toMatchObject({ messageType, objectName: type, content });
  });
});

describe('sending', () => {
  it.each([23408, 23409])('is over with %i, whatever the server says of later', async (code) => {
    await script.join();
    await script.sendText('one');
    script.refuse((await server.take('send')).id, code, { retryAfterMs: 100 });
    expect(await told.next()).toEqual(['sent', 'one', code, 0]);
  });

  it('finds out that he is blocked by the refusal', async () => {
    await script.join();
    await script.sendText('one');
    script.refuse((await server.take('send')).id, 23409);
    expect(await told.next()).toEqual(['sent', 'one', 23409, 0]);
    script.refuse((await server.take('join')).id, 23409);
    expect(await told.next()).toEqual(['removed', 'r', 'blocked']);
  });

  it.each([
    ['too long', '"'.repeat(16_000), 30016],
    ['half a character', 'rose \ud83d', 34205],
  ])('refuses by itself what is %s, and goes on', async (_what, content, code) => {
    await script.join();
    const made = await engine.createTextMessage(CHATROOM, 'r', '', 'one');
    const onMessageSent = (outcome: number) => told.put(['sent', outcome]);
    expect(await engine.sendMessage({ ...made, content }, { onMessageSent })).toBe(0);
    expect(await told.next()).toEqual(['sent', code]);
    await script.sendText('two');
    expect((await server.take('send')).content).toBe('{"content":"two"}');
  });

  it('is done where the second attempt finds it done, though he was put out meanwhile', async () => {
    await script.join();
    const made = await engine.createTextMessage(CHATROOM, 'r', '', 'one');
    const onMessageSent = (code: number, { messageUId, seq }: RCIMIWMessage) =>
      told.put(['sent', code, messageUId, seq]);
    await engine.sendMessage(made, { onMessageSent });
    const first = await server.take('send');
    await script.reconnect();
    script.refuse((await server.take('join')).id, 23409, { reason: 'blocked' });
    const again = await server.take('send');
    expect(again.clientMessageId).toBe(first.clientMessageId);
    const place = { room: 'r', roomEpoch: 'e1', seq: 7, messageId: 'm7', sentAtMs: 9 };
    server.send({ event: 'answer', id: again.id, code: 0, ...place });
    expect(await told.next()).toEqual(['removed', 'r', 'blocked']);
    expect(await told.next()).toEqual(['sent', 0, 'm7', 7]);
    await script.fence();
  });

  it('by a connection that is not in the room is refused, and brings him in again if he is a member', async () => {
    await script.join({ seq: 1, messages: [message(1)] });
    expect(await told.next()).toEqual(['message', 1, 0, true]);
    await script.sendText('one');
    script.refuse((await server.take('send')).id, 23406);
    expect(await told.next()).toEqual(['sent', 'one', 23406, 0]);
    const { id, resume } = await server.take('join');
    expect(resume).toEqual({ roomEpoch: 'e1', membership: 's1', seq: 1 });
    server.send(joinedAnswer(id, { fresh: false, seq: 2, messages: [message(2)] }));
    expect(await told.next()).toEqual(['message', 2, 0, true]);
    await script.sendText('two');
    await server.take('send');
  });
});
