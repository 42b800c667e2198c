import { describe, expect, it } from 'vitest';
import { RCIMIWTimeOrder } from '../../lib/client/index.ts';
import { tokenOf } from '../support/token-of.ts';
import { token, useScriptedEngine } from './scripted-engine.ts';
import { joinedAnswer, message } from './server-frames.ts';

const script = useScriptedEngine();

describe('connecting', () => {
  it('sends the token as a sub-protocol and reports the user of the token', async () => {
    expect(await script.connect()).toEqual(['connected', 0, 'ann']);
    const [first, second] = await script.server.connections.next();
    expect([first, second]).toEqual(['doorman.v1', `token.${token}`]);
  });

  it('sends the platform and the login id', async () => {
    await script.connect();
    const { searchParams } = new URL(await script.server.urls.next(), script.server.url);
    expect(searchParams.get('platform')).toBe('mobile');
    expect(searchParams.get('instance')).toMatch(/^[a-z0-9]{1,16}_1$/);
  });

  it('stops at 401 with the code for an incorrect token', async () => {
    script.server.refuseWith = 401;
    expect(await script.connect()).toEqual(['connected', 31004, 'ann']);
  });

  it('stops with its own code if the token has expired', async () => {
    script.server.refuseWith = 401;
    await script.engine.connect(tokenOf({ sub: 'ann', exp: 1 }), 0, {
      onConnected: (code) => script.events.put([code]),
    });
    expect(await script.events.next()).toEqual([31020]);
  });

  it('gives up after its timeout', async () => {
    script.server.refuseWith = 503;
    const suspended = script.reachesStatus(8);
    await script.engine.connect(token, 1, { onConnected: (code) => script.events.put([code]) });
    await suspended;
    script.timers.advance(1000);
    expect(await script.events.next()).toEqual([34006]);
  });

  it('refuses invalid arguments, and everything after destroy', async () => {
    expect(await script.engine.connect('', 0)).toBe(1);
    expect(await script.engine.joinChatRoom('', 0, true)).toBe(1);
    expect(await script.engine.joinChatRoom('r', 51, true)).toBe(1);
    expect(await script.engine.getChatRoomMessages('r', 0, RCIMIWTimeOrder.BEFORE, 0)).toBe(1);
    await script.engine.destroy();
    expect(await script.engine.leaveChatRoom('r')).toBe(2);
  });
});

describe('requests', () => {
  it('end with a code if the client is not connected', async () => {
    expect(await script.engine.leaveChatRoom('r')).toBe(0);
    expect(await script.events.next()).toEqual(['left', 33001, 'r']);
  });

  it('end with 30003 when no answer comes for 30 s', async () => {
    await script.connect();
    await script.engine.leaveChatRoom('r');
    await script.server.take('leave');
    script.timers.advance(30_000);
    expect(await script.events.next()).toEqual(['left', 30003, 'r']);
  });

  it('end with 30001 when the engine is destroyed', async () => {
    await script.connect();
    await script.engine.leaveChatRoom('r');
    await script.engine.destroy();
    expect(await script.events.next()).toEqual(['left', 30001, 'r']);
  });

  it('fetch history', async () => {
    await script.connect();
    await script.engine.getChatRoomMessages('r', 5, RCIMIWTimeOrder.AFTER, 2, {
      onSuccess: (messages) => script.events.put(messages.map(({ seq }) => seq)),
    });
    const { id, ...frame } = await script.server.take('history');
    expect(frame).toEqual({ action: 'history', room: 'r', timestampMs: 5, order: 'ascending', count: 2 });
    script.answerPage(id, [message(6)]);
    expect(await script.events.next()).toEqual([6]);
  });
});

describe('messages', () => {
  it('arrive in order, each once, those of the join first', async () => {
    await script.join({ seq: 2, messages: [message(1), message(2)] });
    script.pushMessages(message(2), message(3));
    expect(await script.events.next()).toEqual(['message', 1, 1, true]);
    expect(await script.events.next()).toEqual(['message', 2, 0, true]);
    expect(await script.events.next()).toEqual(['message', 3, 0, false]);
  });

  it('I-D5: are fetched when they are missing', async () => {
    await script.join();
    script.pushMessages(message(1));
    script.pushMessages(message(3));
    script.pushMessages(message(4));
    expect(await script.events.next()).toEqual(['message', 1, 0, false]);
    await script.flush();
    script.timers.advance(200);
    const { id, ...frame } = await script.server.take('repair');
    expect(frame).toEqual({ action: 'repair', room: 'r', afterSeq: 1, beforeSeq: 3 });
    script.answerPage(id, [message(2)]);
    expect(await script.events.next()).toEqual(['message', 2, 2, false]);
    expect(await script.events.next()).toEqual(['message', 3, 1, false]);
    expect(await script.events.next()).toEqual(['message', 4, 0, false]);
  });

  it('I-D9: are sent one at a time, and again with the same id after a lost connection', async () => {
    await script.join();
    await script.sendText('one');
    await script.sendText('two');
    const first = await script.server.take('send');
    await script.reconnect();
    const resume = await script.server.take('join');
    expect(resume.resume).toEqual({ roomEpoch: 'e1', membership: 's1', seq: 0 });
    script.server.send(joinedAnswer(resume.id, { fresh: false }));
    const again = await script.server.take('send');
    expect(again.clientMessageId).toBe(first.clientMessageId);
    script.accept(again.id, 1, 1);
    const second = await script.server.take('send');
    expect(second.content).toBe('{"content":"two"}');
    script.accept(second.id, 2, 1);
    script.pushMessages(message(2, { senderUserId: 'ann', clientMessageId: second.clientMessageId }), message(3));
    expect(await script.events.next()).toEqual(['sent', 'one', 0, 1]);
    expect(await script.events.next()).toEqual(['sent', 'two', 0, 2]);
    expect(await script.events.next()).toEqual(['message', 3, 0, false]);
  });

  it('are sent again when the server says when', async () => {
    await script.join();
    await script.sendText('one');
    const first = await script.server.take('send');
    script.refuse(first.id, 20604, { retryAfterMs: 100 });
    script.pushMessages(message(1));
    await script.events.next();
    script.timers.advance(100);
    expect((await script.server.take('send')).clientMessageId).toBe(first.clientMessageId);
  });
});

describe('reconnecting', () => {
  it('delivers the missed messages, and asks for no more if that is all', async () => {
    await script.join();
    await script.reconnect();
    const { id } = await script.server.take('join');
    script.server.send(joinedAnswer(id, { fresh: false, seq: 2, messages: [message(1), message(2)] }));
    expect(await script.events.next()).toEqual(['message', 1, 1, true]);
    expect(await script.events.next()).toEqual(['message', 2, 0, true]);
    script.timers.advance(1000);
    // The next frame is the flush's.
    await script.flush();
  });

  it('reports the eviction, joins again and reports the lost messages', async () => {
    await script.join();
    await script.reconnect();
    const { id } = await script.server.take('join');
    script.refuse(id, 23406, { reason: 'offline' });
    expect(await script.events.next()).toEqual(['removed', 'r', 'offline']);
    const again = await script.server.take('join');
    expect([again.messageCount, again.resume]).toEqual([10, undefined]);
    script.server.send(joinedAnswer(again.id, { membership: 's2', seq: 40, messages: [message(40)] }));
    expect(await script.events.next()).toEqual(['joined', 0, 'r']);
    expect(await script.events.next()).toEqual(['gap', 'r', 0, 40]);
    expect(await script.events.next()).toEqual(['message', 40, 0, true]);
  });

  it('reports that the user is blocked and does not join again', async () => {
    await script.join();
    await script.reconnect();
    const { id } = await script.server.take('join');
    script.refuse(id, 23409, { reason: 'blocked' });
    expect(await script.events.next()).toEqual(['removed', 'r', 'blocked']);
    await script.engine.leaveChatRoom('r');
    // The next frame is the leave: no join came before it.
    await script.server.take('leave');
  });
});

describe('a room', () => {
  it('is forgotten when the user is removed; the end of an older membership is ignored', async () => {
    await script.join();
    const removed = { event: 'removed', room: 'r', roomEpoch: 'e1', reason: 'blocked' } as const;
    script.server.send({ ...removed, membership: 'old' });
    script.server.send({ ...removed, membership: 's1' });
    script.pushMessages(message(1));
    script.server.send({ ...removed, membership: 's1' });
    expect(await script.events.next()).toEqual(['removed', 'r', 'blocked']);
    await script.engine.leaveChatRoom('r');
    const { id } = await script.server.take('leave');
    script.refuse(id, 23406);
    expect(await script.events.next()).toEqual(['left', 23406, 'r']);
  });

  it('reports its end, and each change of members once', async () => {
    await script.join();
    const change = { userId: 'bob', change: 'joined', membership: 'b1', atMs: 1 } as const;
    const frame = { event: 'members', room: 'r', roomEpoch: 'e1', changes: [change] } as const;
    script.server.send(frame);
    script.server.send(frame);
    script.server.send({ event: 'destroyed', room: 'r', roomEpoch: 'e1', automatic: true });
    expect(await script.events.next()).toEqual(['members', 'r', [{ userId: 'bob', actionType: 1 }]]);
    expect(await script.events.next()).toEqual(['status', 'r', 2]);
  });

  it('says who has joined and left, where the server does', async () => {
    await script.join();
    const about = { userId: 'bob', membership: 'b1', atMs: 1, sender: { name: 'Bob', portrait: 'p' } };
    const changes = [
      { ...about, change: 'joined' },
      { ...about, change: 'left', reason: 'left', sender: { name: 'Bobby' } },
    ] as const;
    script.server.send({ event: 'members', room: 'r', roomEpoch: 'e1', changes });
    const actions = [
      { userId: 'bob', actionType: 1, name: 'Bob', portrait: 'p' },
      { userId: 'bob', actionType: 2, name: 'Bobby' },
    ];
    expect(await script.events.next()).toEqual(['members', 'r', actions]);
  });

  it('is left once even if the first answer is lost', async () => {
    await script.join();
    await script.engine.leaveChatRoom('r');
    await script.server.take('leave');
    await script.reconnect();
    const { id } = await script.server.take('leave');
    script.refuse(id, 23406);
    expect(await script.events.next()).toEqual(['left', 0, 'r']);
  });
});
