import { describe, expect, it } from 'vitest';
import { MINUTE_MS } from '../simulation/virtual-timers.ts';
import { token, useScriptedEngine } from './scripted-engine.ts';
import { joinedAnswer, message } from './server-frames.ts';

const script = useScriptedEngine();

describe('a room that is resumed', () => {
  it('is asked for until the server knows the outcome', async () => {
    await script.join();
    await script.reconnect();
    const delaysMs = [1000, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000, 15_000, 15_000];
    for (const delayMs of delaysMs) {
      await script.refuseNext('join', -1, { retryAfterMs: 1000 });
      await script.flush();
      script.timers.advance(delayMs - 1);
      await script.flush();
      script.timers.advance(1);
    }
    await script.answerJoin({ fresh: false, seq: 1, messages: [message(1)] });
    expect(await script.events.next()).toEqual(['message', 1, 0, true]);
  });

  it('can be left before the resume succeeds', async () => {
    await script.join();
    await script.reconnect();
    await script.refuseNext('join', -1);
    await script.flush();
    await script.engine.leaveChatRoom('r');
    await script.okNext('leave');
    expect(await script.events.next()).toEqual(['left', 0, 'r']);
  });

  it('stays for the next connect when the token has expired, which ends the connection', async () => {
    await script.join();
    await script.reconnect();
    const ended = script.reachesStatus(5);
    await script.refuseNext('join', 31020);
    await ended;
    await script.engine.connect(token, 0);
    expect((await script.server.take('join')).resume).toEqual({ roomEpoch: 'e1', membership: 's1', seq: 0 });
  });

  it('has no gap when pushes overtake the answer', async () => {
    await script.join();
    await script.reconnect();
    const { id } = await script.server.take('join');
    script.pushMessages(message(3));
    script.server.send(joinedAnswer(id, { fresh: false, seq: 1, messages: [message(1)] }));
    expect(await script.events.next()).toEqual(['message', 1, 0, true]);
    script.pushMessages(message(2));
    expect(await script.events.next()).toEqual(['message', 2, 1, false]);
    expect(await script.events.next()).toEqual(['message', 3, 0, false]);
  });

  it('has no gap when a repair finds the token expired, which ends the connection', async () => {
    await script.join();
    script.pushMessages(message(2));
    await script.flush();
    const ended = script.reachesStatus(5);
    script.timers.advance(200);
    await script.refuseNext('repair', 31020);
    await ended;
    await script.engine.connect(token, 0);
    const { id, resume } = await script.server.take('join');
    expect(resume?.seq).toBe(0);
    script.server.send(joinedAnswer(id, { fresh: false, seq: 3, messages: [message(1), message(2), message(3)] }));
    expect(await script.events.next()).toEqual(['message', 1, 2, true]);
  });

  it('is not joined again when it is destroyed before the next attempt', async () => {
    await script.join();
    await script.reconnect();
    await script.refuseNext('join', -1);
    await script.flush();
    script.push({ event: 'destroyed', automatic: true });
    expect(await script.events.next()).toEqual(['status', 'r', 2]);
    script.timers.advance(MINUTE_MS);
    await script.flush();
  });

  it('is not joined again when the user is removed during the resume and then the connection is lost', async () => {
    await script.join();
    await script.reconnect();
    await script.server.take('join');
    script.push({ event: 'removed', membership: 's1', reason: 'blocked' });
    expect(await script.events.next()).toEqual(['removed', 'r', 'blocked']);
    await script.reconnect();
    expect((await script.server.take('join')).resume?.membership).toBe('s1');
  });

  it('delays the join of another room until the resume has ended', async () => {
    await script.join();
    await script.engine.joinChatRoom('other', -1, true);
    await script.server.take('join');
    await script.reconnect();
    const resume = await script.server.take('join');
    expect(resume.room).toBe('r');
    await script.flush();
    script.server.send(joinedAnswer(resume.id, { fresh: false }));
    expect((await script.server.take('join')).room).toBe('other');
  });

  it('is found to be destroyed when the server refuses a send for that reason', async () => {
    await script.join();
    await script.sendText('one');
    await script.refuseNext('send', 23410);
    const { id, resume } = await script.server.take('join');
    expect(resume?.membership).toBe('s1');
    script.refuse(id, 23410, { reason: 'destroyed' });
    expect(await script.events.next()).toEqual(['sent', 'one', 23410, 0]);
    expect(await script.events.next()).toEqual(['removed', 'r', 'destroyed']);
  });
});

describe('a removal', () => {
  it('that overtakes the answer of the join is reported after it', async () => {
    await script.connect();
    await script.engine.joinChatRoom('r', 10, true);
    const { id } = await script.server.take('join');
    script.push({ event: 'removed', membership: 'old', reason: 'blocked' });
    script.push({ event: 'removed', membership: 's1', reason: 'blocked' });
    script.server.send(joinedAnswer(id));
    expect(await script.events.next()).toEqual(['joined', 0, 'r']);
    expect(await script.events.next()).toEqual(['removed', 'r', 'blocked']);
  });

  it('that overtakes the answer of a resume is handled once', async () => {
    await script.join();
    await script.reconnect();
    const { id } = await script.server.take('join');
    script.push({ event: 'removed', membership: 's1', reason: 'offline' });
    expect(await script.events.next()).toEqual(['removed', 'r', 'offline']);
    script.refuse(id, 23406, { reason: 'offline' });
    await script.answerJoin({ membership: 's2' });
    expect(await script.events.next()).toEqual(['joined', 0, 'r']);
  });

  it('counts even if the answer of the resume is older', async () => {
    await script.join();
    await script.reconnect();
    const { id } = await script.server.take('join');
    script.push({ event: 'removed', membership: 's1', reason: 'blocked' });
    script.server.send(joinedAnswer(id, { fresh: false, seq: 1, messages: [message(1)] }));
    expect(await script.events.next()).toEqual(['removed', 'r', 'blocked']);
    await script.flush();
    await script.engine.leaveChatRoom('r');
    await script.refuseNext('leave', 23406);
    expect(await script.events.next()).toEqual(['left', 23406, 'r']);
  });

  it('is reported once, although the answer of another join is older, and that join goes on', async () => {
    await script.join();
    await script.engine.joinChatRoom('r', 10, true);
    const { id } = await script.server.take('join');
    script.push({ event: 'removed', membership: 's1', reason: 'offline' });
    expect(await script.events.next()).toEqual(['removed', 'r', 'offline']);
    script.server.send(joinedAnswer(id, { fresh: false }));
    await script.flush();
    script.timers.advance(500);
    const again = await script.server.take('join');
    expect(again.resume).toBeUndefined();
    script.server.send(joinedAnswer(again.id, { membership: 's2' }));
    expect(await script.events.next()).toEqual(['joined', 0, 'r']);
  });

  it('lets the waiting operations continue', async () => {
    await script.join();
    await script.reconnect();
    await script.refuseNext('join', -1);
    await script.flush();
    await script.sendText('one');
    script.push({ event: 'removed', membership: 's1', reason: 'blocked' });
    expect(await script.events.next()).toEqual(['removed', 'r', 'blocked']);
    await script.refuseNext('send', 23406);
    expect(await script.events.next()).toEqual(['sent', 'one', 23406, 0]);
  });

  it.each(['left', 'blocked', 'destroyed'] as const)('for the reason %s is final', async (reason) => {
    await script.join();
    await script.reconnect();
    await script.refuseNext('join', 23406, { reason });
    expect(await script.events.next()).toEqual(['removed', 'r', reason]);
    await script.flush();
  });

  it('as offline is followed by a new join even after a disconnect', async () => {
    await script.join();
    await script.reconnect();
    await script.refuseNext('join', 23406, { reason: 'offline' });
    expect(await script.events.next()).toEqual(['removed', 'r', 'offline']);
    await script.server.take('join');
    await script.engine.disconnect(false);
    await script.engine.connect(token, 0);
    const { id, resume } = await script.server.take('join');
    expect(resume).toBeUndefined();
    script.server.send(joinedAnswer(id, { membership: 's2' }));
    expect(await script.events.next()).toEqual(['joined', 0, 'r']);
  });
});

describe('a room that is destroyed', () => {
  it('before the answer of the join is reported after it', async () => {
    await script.connect();
    await script.engine.joinChatRoom('r', 10, true);
    const { id } = await script.server.take('join');
    script.push({ event: 'destroyed', automatic: true });
    script.server.send(joinedAnswer(id));
    expect(await script.events.next()).toEqual(['joined', 0, 'r']);
    expect(await script.events.next()).toEqual(['status', 'r', 2]);
  });

  it('before the older answer of another join is joined as a new one', async () => {
    await script.join();
    await script.engine.joinChatRoom('r', 10, true);
    const { id } = await script.server.take('join');
    script.push({ event: 'destroyed', automatic: false });
    expect(await script.events.next()).toEqual(['status', 'r', 1]);
    script.server.send(joinedAnswer(id, { fresh: false }));
    await script.flush();
    script.timers.advance(500);
    await script.answerJoin({ roomEpoch: 'e2', membership: 's2' });
    expect(await script.events.next()).toEqual(['joined', 0, 'r']);
  });
});

describe('an operation under way', () => {
  it('succeeds when the second attempt finds it done', async () => {
    await script.join({ hasEntries: true });
    await script.answerEntries({ a: '1' }, 1);
    const onChatRoomEntryRemoved = (code: number) => script.events.put(['entry removed', code]);
    await script.engine.removeChatRoomEntry('r', 'a', false, { onChatRoomEntryRemoved });
    await script.server.take('removeEntries');
    await script.reconnect();
    await script.answerJoin({ fresh: false, hasEntries: true });
    // The entries are read again at the same time.
    const frames = [await script.server.frames.next(), await script.server.frames.next()];
    const again = frames.find(({ action }) => action === 'removeEntries');
    script.refuse(again?.id ?? '', 23427);
    expect(await script.events.next()).toEqual(['entry removed', 0]);
  });

  it('is repeated on a new connection when the server treats the old one as closed', async () => {
    await script.join();
    await script.sendText('one');
    const first = await script.server.take('send');
    await script.server.connections.next();
    const suspended = script.reachesStatus(8);
    script.refuse(first.id, 30001);
    await suspended;
    script.timers.advance(500);
    await script.server.connections.next();
    await script.answerJoin({ fresh: false });
    const again = await script.server.take('send');
    expect(again.clientMessageId).toBe(first.clientMessageId);
    script.accept(again.id, 1, 1);
    expect(await script.events.next()).toEqual(['sent', 'one', 0, 1]);
  });
});
