import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RCIMIWEngine, RCIMIWTimeOrder } from '../../lib/client/index.ts';
import { joinedAnswer, message, ScriptedEngine, token, tokenOf } from './scripted-engine.ts';
import type { Inbox, ScriptedServer } from './scripted-server.ts';
import type { VirtualTimers } from './virtual-timers.ts';

let script: ScriptedEngine;
let server: ScriptedServer;
let timers: VirtualTimers;
let engine: RCIMIWEngine;
let told: Inbox<readonly unknown[]>;

beforeEach(async () => {
  script = await ScriptedEngine.start();
  ({ server, timers, engine, told } = script);
});

afterEach(() => script.stop());

describe('connecting', () => {
  it('carries the token as a sub-protocol and tells the user of the token', async () => {
    expect(await script.connect()).toEqual(['connected', 0, 'ann']);
    const [first, second] = await server.connections.next();
    expect([first, second]).toEqual(['doorman.v1', `token.${token}`]);
  });

  it('says which kind of device it is, and which run of it', async () => {
    await script.connect();
    const { searchParams } = new URL(await server.urls.next(), server.url);
    expect(searchParams.get('platform')).toBe('mobile');
    expect(searchParams.get('instance')).toMatch(/^[a-z0-9]{1,16}_1$/);
  });

  it('stops at 401 with the code of an incorrect token', async () => {
    server.refuseWith = 401;
    expect(await script.connect()).toEqual(['connected', 31004, 'ann']);
  });

  it('says that an expired token is expired', async () => {
    server.refuseWith = 401;
    await engine.connect(tokenOf({ sub: 'ann', exp: 1 }), 0, { onConnected: (code) => told.put([code]) });
    expect(await told.next()).toEqual([31020]);
  });

  it('gives up after its time', async () => {
    server.refuseWith = 503;
    const suspended = new Promise<void>((resolve) => {
      engine.setOnConnectionStatusChangedListener((status) => status === 8 && resolve());
    });
    await engine.connect(token, 1, { onConnected: (code) => told.put([code]) });
    await suspended;
    timers.advance(1000);
    expect(await told.next()).toEqual([34006]);
  });

  it('refuses what is no argument, and everything after destroy', async () => {
    expect(await engine.connect('', 0)).toBe(1);
    expect(await engine.joinChatRoom('', 0, true)).toBe(1);
    expect(await engine.joinChatRoom('r', 51, true)).toBe(1);
    expect(await engine.getChatRoomMessages('r', 0, RCIMIWTimeOrder.BEFORE, 0)).toBe(1);
    await engine.destroy();
    expect(await engine.leaveChatRoom('r')).toBe(2);
  });
});

describe('requests', () => {
  it('tell a code where nobody has connected', async () => {
    expect(await engine.leaveChatRoom('r')).toBe(0);
    expect(await told.next()).toEqual(['left', 33001, 'r']);
  });

  it('end with 30003 when no answer comes', async () => {
    await script.connect();
    await engine.leaveChatRoom('r');
    await server.take('leave');
    timers.advance(10_000);
    expect(await told.next()).toEqual(['left', 30003, 'r']);
  });

  it('end with 30001 when the engine is destroyed', async () => {
    await script.connect();
    await engine.leaveChatRoom('r');
    await engine.destroy();
    expect(await told.next()).toEqual(['left', 30001, 'r']);
  });

  it('fetch history', async () => {
    await script.connect();
    await engine.getChatRoomMessages('r', 5, RCIMIWTimeOrder.AFTER, 2, {
      onSuccess: (messages) => told.put(messages.map(({ seq }) => seq)),
    });
    const { id, ...frame } = await server.take('history');
    expect(frame).toEqual({ action: 'history', room: 'r', timestampMs: 5, order: 'ascending', count: 2 });
    server.send({ event: 'answer', id, code: 0, room: 'r', roomEpoch: 'e1', messages: [message(6)], complete: true });
    expect(await told.next()).toEqual([6]);
  });
});

describe('messages', () => {
  it('come in order, each once, those of the join first', async () => {
    await script.join({ seq: 2, messages: [message(1), message(2)] });
    script.pushMessages(message(2), message(3));
    expect(await told.next()).toEqual(['message', 1, 1, true]);
    expect(await told.next()).toEqual(['message', 2, 0, true]);
    expect(await told.next()).toEqual(['message', 3, 0, false]);
  });

  it('I-D5: are asked for when they are missing', async () => {
    await script.join();
    script.pushMessages(message(1));
    script.pushMessages(message(3));
    script.pushMessages(message(4));
    expect(await told.next()).toEqual(['message', 1, 0, false]);
    await script.fence();
    timers.advance(200);
    const { id, ...frame } = await server.take('repair');
    expect(frame).toEqual({ action: 'repair', room: 'r', afterSeq: 1, beforeSeq: 3 });
    const page = { event: 'answer', code: 0, room: 'r', roomEpoch: 'e1', complete: true } as const;
    server.send({ ...page, id, messages: [message(2)] });
    expect(await told.next()).toEqual(['message', 2, 2, false]);
    expect(await told.next()).toEqual(['message', 3, 1, false]);
    expect(await told.next()).toEqual(['message', 4, 0, false]);
  });

  it('I-D9: are sent one at a time, and again with the same id after a drop', async () => {
    await script.join();
    await script.sendText('one');
    await script.sendText('two');
    const first = await server.take('send');
    await script.reconnect();
    const resume = await server.take('join');
    expect(resume.resume).toEqual({ roomEpoch: 'e1', membership: 's1', seq: 0 });
    server.send(joinedAnswer(resume.id, { fresh: false }));
    const again = await server.take('send');
    expect(again.clientMessageId).toBe(first.clientMessageId);
    const sent = { event: 'answer', code: 0, room: 'r', roomEpoch: 'e1', messageId: 'm', sentAtMs: 1 } as const;
    server.send({ ...sent, id: again.id, seq: 1 });
    const second = await server.take('send');
    expect(second.content).toBe('{"content":"two"}');
    server.send({ ...sent, id: second.id, seq: 2 });
    script.pushMessages(message(2, { senderUserId: 'ann', clientMessageId: second.clientMessageId }), message(3));
    expect(await told.next()).toEqual(['sent', 'one', 0, 1]);
    expect(await told.next()).toEqual(['sent', 'two', 0, 2]);
    expect(await told.next()).toEqual(['message', 3, 0, false]);
  });

  it('are sent again when the server says when', async () => {
    await script.join();
    await script.sendText('one');
    const first = await server.take('send');
    server.send({ event: 'answer', id: first.id, code: 20604, message: 'too fast', retryAfterMs: 100 });
    script.pushMessages(message(1));
    await told.next();
    timers.advance(100);
    expect((await server.take('send')).clientMessageId).toBe(first.clientMessageId);
  });
});

describe('coming back', () => {
  it('hands over what was missed, and asks for nothing more where that is all', async () => {
    await script.join();
    await script.reconnect();
    const { id } = await server.take('join');
    server.send(joinedAnswer(id, { fresh: false, seq: 2, messages: [message(1), message(2)] }));
    expect(await told.next()).toEqual(['message', 1, 1, true]);
    expect(await told.next()).toEqual(['message', 2, 0, true]);
    timers.advance(1000);
    // The next frame is the fence's.
    await script.fence();
  });

  it('tells the kick, joins afresh by itself and tells what is lost', async () => {
    await script.join();
    await script.reconnect();
    const { id } = await server.take('join');
    server.send({ event: 'answer', id, code: 23406, message: 'kicked', reason: 'offline' });
    expect(await told.next()).toEqual(['removed', 'r', 'offline']);
    const again = await server.take('join');
    expect([again.messageCount, again.resume]).toEqual([10, undefined]);
    server.send(joinedAnswer(again.id, { membership: 's2', seq: 40, messages: [message(40)] }));
    expect(await told.next()).toEqual(['joined', 0, 'r']);
    expect(await told.next()).toEqual(['gap', 'r', 0, 40]);
    expect(await told.next()).toEqual(['message', 40, 0, true]);
  });

  it('tells that he is blocked and does not join again', async () => {
    await script.join();
    await script.reconnect();
    const { id } = await server.take('join');
    server.send({ event: 'answer', id, code: 23409, message: 'blocked', reason: 'blocked' });
    expect(await told.next()).toEqual(['removed', 'r', 'blocked']);
    await engine.leaveChatRoom('r');
    // The next frame is the leave: no join came before it.
    await server.take('leave');
  });
});

describe('a room', () => {
  it('is forgotten when he is removed; a notice of another membership is nothing', async () => {
    await script.join();
    const removed = { event: 'removed', room: 'r', roomEpoch: 'e1', reason: 'blocked' } as const;
    server.send({ ...removed, membership: 'old' });
    server.send({ ...removed, membership: 's1' });
    script.pushMessages(message(1));
    server.send({ ...removed, membership: 's1' });
    expect(await told.next()).toEqual(['removed', 'r', 'blocked']);
    await engine.leaveChatRoom('r');
    const { id } = await server.take('leave');
    server.send({ event: 'answer', id, code: 23406, message: 'not a member' });
    expect(await told.next()).toEqual(['left', 23406, 'r']);
  });

  it('tells its end, and each change of members once', async () => {
    await script.join();
    const change = { userId: 'bob', change: 'joined', membership: 'b1', atMs: 1 } as const;
    const frame = { event: 'members', room: 'r', roomEpoch: 'e1', changes: [change] } as const;
    server.send(frame);
    server.send(frame);
    server.send({ event: 'destroyed', room: 'r', roomEpoch: 'e1', automatic: true });
    expect(await told.next()).toEqual(['members', 'r', [{ userId: 'bob', actionType: 1 }]]);
    expect(await told.next()).toEqual(['status', 'r', 2]);
  });

  it('is left once even if the first answer was lost', async () => {
    await script.join();
    await engine.leaveChatRoom('r');
    await server.take('leave');
    await script.reconnect();
    const { id } = await server.take('leave');
    server.send({ event: 'answer', id, code: 23406, message: 'not a member' });
    expect(await told.next()).toEqual(['left', 0, 'r']);
  });
});
