import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RCIMIWEngine } from '../../lib/client/index.ts';
import type { VirtualTimers } from '../simulation/virtual-timers.ts';
import { joinedAnswer, message, ScriptedEngine, token } from './scripted-engine.ts';
import type { Inbox, ScriptedServer } from './scripted-server.ts';

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

const MINUTE_MS = 60_000;
const page = { event: 'answer', code: 0, room: 'r', roomEpoch: 'e1', complete: true } as const;

describe('a room that is resumed', () => {
  it('is asked for until the server can tell, however often', async () => {
    await script.join();
    await script.reconnect();
    const delaysMs = [1000, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000, 15_000, 15_000];
    for (const delayMs of delaysMs) {
      script.refuse((await server.take('join')).id, -1, { retryAfterMs: 1000 });
      await script.fence();
      timers.advance(delayMs - 1);
      await script.fence();
      timers.advance(1);
    }
    server.send(joinedAnswer((await server.take('join')).id, { fresh: false, seq: 1, messages: [message(1)] }));
    expect(await told.next()).toEqual(['message', 1, 0, true]);
  });

  it('is left all the same', async () => {
    await script.join();
    await script.reconnect();
    script.refuse((await server.take('join')).id, -1);
    await script.fence();
    await engine.leaveChatRoom('r');
    script.ok((await server.take('leave')).id);
    expect(await told.next()).toEqual(['left', 0, 'r']);
  });

  it('is kept for the next connect where the token has expired, and the connection ends', async () => {
    await script.join();
    await script.reconnect();
    const ended = new Promise<void>((resolve) => {
      engine.setOnConnectionStatusChangedListener((status) => status === 5 && resolve());
    });
    script.refuse((await server.take('join')).id, 31020);
    await ended;
    await engine.connect(token, 0);
    expect((await server.take('join')).resume).toEqual({ roomEpoch: 'e1', membership: 's1', seq: 0 });
  });

  it('has no gap where messages came after the answer was made', async () => {
    await script.join();
    await script.reconnect();
    const { id } = await server.take('join');
    script.pushMessages(message(3));
    server.send(joinedAnswer(id, { fresh: false, seq: 1, messages: [message(1)] }));
    expect(await told.next()).toEqual(['message', 1, 0, true]);
    script.pushMessages(message(2));
    expect(await told.next()).toEqual(['message', 2, 1, false]);
    expect(await told.next()).toEqual(['message', 3, 0, false]);
  });

  it('has no gap where the token had expired when it asked for what is missing, and the connection ends', async () => {
    await script.join();
    script.pushMessages(message(2));
    await script.fence();
    const ended = new Promise<void>((resolve) => {
      engine.setOnConnectionStatusChangedListener((status) => status === 5 && resolve());
    });
    timers.advance(200);
    script.refuse((await server.take('repair')).id, 31020);
    await ended;
    await engine.connect(token, 0);
    const { id, resume } = await server.take('join');
    expect(resume?.seq).toBe(0);
    server.send(joinedAnswer(id, { fresh: false, seq: 3, messages: [message(1), message(2), message(3)] }));
    expect(await told.next()).toEqual(['message', 1, 2, true]);
  });

  it('is not joined afresh where it turns out to be destroyed before the next attempt', async () => {
    await script.join();
    await script.reconnect();
    script.refuse((await server.take('join')).id, -1);
    await script.fence();
    script.push({ event: 'destroyed', automatic: true });
    expect(await told.next()).toEqual(['status', 'r', 2]);
    timers.advance(MINUTE_MS);
    await script.fence();
  });

  it('is not joined afresh where he was put out while it was under way and the connection is lost then', async () => {
    await script.join();
    await script.reconnect();
    await server.take('join');
    script.push({ event: 'removed', membership: 's1', reason: 'blocked' });
    expect(await told.next()).toEqual(['removed', 'r', 'blocked']);
    await script.reconnect();
    expect((await server.take('join')).resume?.membership).toBe('s1');
  });

  it('lets those wait who want to join another one', async () => {
    await script.join();
    await engine.joinChatRoom('other', -1, true);
    await server.take('join');
    await script.reconnect();
    const resume = await server.take('join');
    expect(resume.room).toBe('r');
    await script.fence();
    server.send(joinedAnswer(resume.id, { fresh: false }));
    expect((await server.take('join')).room).toBe('other');
  });

  it('is known to be gone when a change in it is refused for that', async () => {
    await script.join();
    await script.sendText('one');
    script.refuse((await server.take('send')).id, 23410);
    const { id, resume } = await server.take('join');
    expect(resume?.membership).toBe('s1');
    script.refuse(id, 23410, { reason: 'destroyed' });
    expect(await told.next()).toEqual(['sent', 'one', 23410, 0]);
    expect(await told.next()).toEqual(['removed', 'r', 'destroyed']);
  });
});

describe('a removal', () => {
  it('that overtakes the answer of the join is told after it', async () => {
    await script.connect();
    await engine.joinChatRoom('r', 10, true);
    const { id } = await server.take('join');
    script.push({ event: 'removed', membership: 'old', reason: 'blocked' });
    script.push({ event: 'removed', membership: 's1', reason: 'blocked' });
    server.send(joinedAnswer(id));
    expect(await told.next()).toEqual(['joined', 0, 'r']);
    expect(await told.next()).toEqual(['removed', 'r', 'blocked']);
  });

  it('that overtakes the answer of a come-back is dealt with once', async () => {
    await script.join();
    await script.reconnect();
    const { id } = await server.take('join');
    script.push({ event: 'removed', membership: 's1', reason: 'offline' });
    expect(await told.next()).toEqual(['removed', 'r', 'offline']);
    script.refuse(id, 23406, { reason: 'offline' });
    server.send(joinedAnswer((await server.take('join')).id, { membership: 's2' }));
    expect(await told.next()).toEqual(['joined', 0, 'r']);
  });

  it('of which the answer of the come-back did not know yet counts all the same', async () => {
    await script.join();
    await script.reconnect();
    const { id } = await server.take('join');
    script.push({ event: 'removed', membership: 's1', reason: 'blocked' });
    server.send(joinedAnswer(id, { fresh: false, seq: 1, messages: [message(1)] }));
    expect(await told.next()).toEqual(['removed', 'r', 'blocked']);
    await script.fence();
    await engine.leaveChatRoom('r');
    script.refuse((await server.take('leave')).id, 23406);
    expect(await told.next()).toEqual(['left', 23406, 'r']);
  });

  it('of which the answer of another join did not know yet is told after it', async () => {
    await script.join();
    await engine.joinChatRoom('r', 10, true);
    const { id } = await server.take('join');
    script.push({ event: 'removed', membership: 's1', reason: 'offline' });
    expect(await told.next()).toEqual(['removed', 'r', 'offline']);
    server.send(joinedAnswer(id, { fresh: false }));
    expect(await told.next()).toEqual(['joined', 0, 'r']);
    expect(await told.next()).toEqual(['removed', 'r', 'offline']);
    server.send(joinedAnswer((await server.take('join')).id, { membership: 's2' }));
    expect(await told.next()).toEqual(['joined', 0, 'r']);
  });

  it('lets what waits go on', async () => {
    await script.join();
    await script.reconnect();
    script.refuse((await server.take('join')).id, -1);
    await script.fence();
    await script.sendText('one');
    script.push({ event: 'removed', membership: 's1', reason: 'blocked' });
    expect(await told.next()).toEqual(['removed', 'r', 'blocked']);
    script.refuse((await server.take('send')).id, 23406);
    expect(await told.next()).toEqual(['sent', 'one', 23406, 0]);
  });

  it.each(['left', 'blocked', 'destroyed'] as const)('for the reason %s is final', async (reason) => {
    await script.join();
    await script.reconnect();
    script.refuse((await server.take('join')).id, 23406, { reason });
    expect(await told.next()).toEqual(['removed', 'r', reason]);
    await script.fence();
  });

  it('as offline is made good after a disconnect too', async () => {
    await script.join();
    await script.reconnect();
    script.refuse((await server.take('join')).id, 23406, { reason: 'offline' });
    expect(await told.next()).toEqual(['removed', 'r', 'offline']);
    await server.take('join');
    await engine.disconnect(false);
    await engine.connect(token, 0);
    const { id, resume } = await server.take('join');
    expect(resume).toBeUndefined();
    server.send(joinedAnswer(id, { membership: 's2' }));
    expect(await told.next()).toEqual(['joined', 0, 'r']);
  });
});

describe('a room that is destroyed', () => {
  it('before the answer of the join is told after it', async () => {
    await script.connect();
    await engine.joinChatRoom('r', 10, true);
    const { id } = await server.take('join');
    script.push({ event: 'destroyed', automatic: true });
    server.send(joinedAnswer(id));
    expect(await told.next()).toEqual(['joined', 0, 'r']);
    expect(await told.next()).toEqual(['status', 'r', 2]);
  });

  it('before the answer of another join, which did not know it yet, is over after that', async () => {
    await script.join();
    await engine.joinChatRoom('r', 10, true);
    const { id } = await server.take('join');
    script.push({ event: 'destroyed', automatic: false });
    expect(await told.next()).toEqual(['status', 'r', 1]);
    server.send(joinedAnswer(id, { fresh: false }));
    expect(await told.next()).toEqual(['joined', 0, 'r']);
    expect(await told.next()).toEqual(['removed', 'r', 'destroyed']);
  });
});

describe('what was under way', () => {
  it('has succeeded where a second attempt finds it done', async () => {
    await script.join({ hasEntries: true });
    await script.answerEntries({ a: '1' }, 1);
    const onChatRoomEntryRemoved = (code: number) => told.put(['entry removed', code]);
    await engine.removeChatRoomEntry('r', 'a', false, { onChatRoomEntryRemoved });
    await server.take('removeEntries');
    await script.reconnect();
    server.send(joinedAnswer((await server.take('join')).id, { fresh: false, hasEntries: true }));
    // The attributes are read again at the same time.
    const frames = [await server.frames.next(), await server.frames.next()];
    const again = frames.find(({ action }) => action === 'removeEntries');
    script.refuse(again?.id ?? '', 23427);
    expect(await told.next()).toEqual(['entry removed', 0]);
  });

  it('is asked again on another connection where the server takes this one for closed', async () => {
    await script.join();
    await script.sendText('one');
    const first = await server.take('send');
    await server.connections.next();
    const suspended = new Promise<void>((resolve) => {
      engine.setOnConnectionStatusChangedListener((status) => status === 8 && resolve());
    });
    script.refuse(first.id, 30001);
    await suspended;
    timers.advance(500);
    await server.connections.next();
    server.send(joinedAnswer((await server.take('join')).id, { fresh: false }));
    const again = await server.take('send');
    expect(again.clientMessageId).toBe(first.clientMessageId);
    server.send({ ...page, id: again.id, seq: 1, messageId: 'm1', sentAtMs: 1 });
    expect(await told.next()).toEqual(['sent', 'one', 0, 1]);
  });
});
