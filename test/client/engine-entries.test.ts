import { describe, expect, it } from 'vitest';
import { tokenOf } from '../support/token-of.ts';
import { joinedAnswer } from './server-frames.ts';
import { useRoomEntries } from './use-room-entries.ts';

const { script, joinWith, joinEmpty, pushEntries } = useRoomEntries();

describe('the entries of a room', () => {
  it('are read page by page after the join, then reported', async () => {
    await script.join({ hasEntries: true });
    expect(await script.answerEntries({ a: '1' }, 5, { nextAfterKey: 'a' })).toBe('');
    expect(await script.answerEntries({ constructor: '2' }, 5)).toBe('a');
    const whole = { a: '1', constructor: '2' };
    expect(await script.events.next()).toEqual(['changed', 0, 'r', whole]);
    expect(await script.events.next()).toEqual(['synced', 'r']);
    expect(await script.allEntries()).toEqual({ a: '1', constructor: '2' });
  });

  it('come with the first push if the room had none', async () => {
    await joinEmpty();
    pushEntries(1, 'set', { a: '1' });
    expect(await script.events.next()).toEqual(['changed', 0, 'r', { a: '1' }]);
    pushEntries(2, 'remove', { a: '' });
    expect(await script.events.next()).toEqual(['changed', 1, 'r', { a: '1' }]);
    expect(await script.allEntries()).toEqual({});
  });

  it('are not lost if they are pushed before the answer of the join or during the read', async () => {
    await script.connect();
    await script.engine.joinChatRoom('r', 10, true);
    const { id } = await script.server.take('join');
    pushEntries(6, 'set', { b: '6' });
    script.server.send(joinedAnswer(id, { hasEntries: true }));
    await script.events.next();
    pushEntries(7, 'set', { c: '7' });
    await script.answerEntries({ a: '1' }, 5);
    const whole = { a: '1', b: '6', c: '7' };
    expect(await script.events.next()).toEqual(['changed', 0, 'r', whole]);
    expect(await script.events.next()).toEqual(['synced', 'r']);
  });

  it('ignore old pushes and those of a former room with the same id', async () => {
    await joinWith({ a: '5' }, 5);
    pushEntries(4, 'set', { a: '4' });
    script.server.send({
      event: 'entries',
      room: 'r',
      roomEpoch: 'e0',
      revision: 6,
      operation: 'set',
      entries: { a: '0' },
    });
    pushEntries(6, 'set', { a: '6' });
    pushEntries(6, 'set', { a: '6' });
    pushEntries(7, 'set', { a: '7' });
    expect(await script.events.next()).toEqual(['changed', 0, 'r', { a: '6' }]);
    expect(await script.events.next()).toEqual(['changed', 0, 'r', { a: '7' }]);
  });

  it('are read again after a missing revision that no push fills', async () => {
    await joinWith({ a: '1', b: '2' }, 5);
    pushEntries(8, 'set', { c: '8' });
    await script.flush();
    script.timers.advance(200);
    await script.answerEntries({ a: '7', c: '8' }, 8);
    expect(await script.events.next()).toEqual(['changed', 1, 'r', { b: '2' }]);
    const set = { a: '7', c: '8' };
    expect(await script.events.next()).toEqual(['changed', 0, 'r', set]);
    pushEntries(9, 'set', { a: '9' });
    expect(await script.events.next()).toEqual(['changed', 0, 'r', { a: '9' }]);
  });

  it('are not read again when pushes only overtake each other, even in a busy room', async () => {
    await joinWith({ a: '5' }, 5);
    pushEntries(7, 'set', { a: '7' });
    pushEntries(6, 'set', { a: '6' });
    expect(await script.events.next()).toEqual(['changed', 0, 'r', { a: '6' }]);
    expect(await script.events.next()).toEqual(['changed', 0, 'r', { a: '7' }]);
    script.timers.advance(200);
    // The next frame is the flush's: nothing was read.
    await script.flush();
    pushEntries(9, 'set', { a: '9' });
    await script.flush();
    script.timers.advance(150);
    pushEntries(10, 'set', { a: '10' });
    await script.flush();
    script.timers.advance(50);
    await script.answerEntries({ a: '10' }, 10);
    expect(await script.events.next()).toEqual(['changed', 0, 'r', { a: '10' }]);
  });

  it('are read again when they change between two pages and the push is lost', async () => {
    await script.join({ hasEntries: true });
    await script.answerEntries({ a: '1' }, 5, { nextAfterKey: 'a' });
    await script.answerEntries({ b: '6' }, 6);
    const found = script.allEntries();
    expect(await script.events.next()).toEqual(['changed', 0, 'r', { a: '1', b: '6' }]);
    script.timers.advance(200);
    await script.answerEntries({ a: '6', b: '6' }, 6);
    expect(await script.events.next()).toEqual(['changed', 0, 'r', { a: '6' }]);
    expect(await script.events.next()).toEqual(['synced', 'r']);
    expect(await found).toEqual({ a: '6', b: '6' });
  });

  it('are read again after a resume, and only the difference is reported', async () => {
    await joinWith({ a: '1', b: '2' }, 5);
    await script.reconnect();
    const { id } = await script.server.take('join');
    script.server.send(joinedAnswer(id, { fresh: false, hasEntries: true }));
    await script.answerEntries({ a: '1', b: '3' }, 6);
    expect(await script.events.next()).toEqual(['changed', 0, 'r', { b: '3' }]);
    expect(await script.events.next()).toEqual(['synced', 'r']);
  });

  it('are asked for again after a refusal, three times', async () => {
    await script.join({ hasEntries: true });
    const found = script.allEntries();
    for (const retryAfterMs of [50, 50]) {
      const { id } = await script.server.take('getEntries');
      script.refuse(id, 20607, { retryAfterMs });
      await script.flush();
      script.timers.advance(retryAfterMs);
    }
    await script.refuseNext('getEntries', 20607);
    expect(await found).toBe(20607);
    // The next call starts from zero.
    const again = script.allEntries();
    await script.refuseNext('getEntries', 20607);
    await script.flush();
    script.timers.advance(1000);
    await script.answerEntries({ a: '1' }, 5);
    expect(await again).toEqual({ a: '1' });
  });

  it('are read again after an eviction and a new join, even if a read was under way', async () => {
    await joinWith({ a: '1' }, 5);
    pushEntries(9, 'set', { a: '9' });
    await script.flush();
    script.timers.advance(200);
    const old = await script.server.take('getEntries');
    script.push({ event: 'removed', membership: 's1', reason: 'offline' });
    expect(await script.events.next()).toEqual(['removed', 'r', 'offline']);
    const found = script.allEntries();
    await script.answerJoin({ membership: 's2', hasEntries: true });
    expect(await script.events.next()).toEqual(['joined', 0, 'r']);
    const { id } = await script.server.take('getEntries');
    const page = { event: 'answer', code: 0, room: 'r', roomEpoch: 'e1' } as const;
    script.server.send({ ...page, id: old.id, revision: 9, entries: { a: 'old' } });
    script.server.send({ ...page, id, revision: 10, entries: { a: '10' } });
    expect(await found).toEqual({ a: '10' });
    expect(await script.events.next()).toEqual(['changed', 0, 'r', { a: '10' }]);
    expect(await script.events.next()).toEqual(['synced', 'r']);
  });

  it('are not handed out between an eviction and a new join', async () => {
    await joinWith({ a: '1' }, 5);
    script.push({ event: 'removed', membership: 's1', reason: 'offline' });
    expect(await script.events.next()).toEqual(['removed', 'r', 'offline']);
    const found = script.allEntries();
    await script.answerJoin({ membership: 's2', hasEntries: true });
    await script.answerEntries({ a: '2' }, 6);
    expect(await found).toEqual({ a: '2' });
  });

  it('are refused to a user who turns out not to be a member', async () => {
    await script.join({ hasEntries: true });
    const found = script.allEntries();
    await script.refuseNext('getEntries', 23406);
    const { id, resume } = await script.server.take('join');
    expect(resume?.membership).toBe('s1');
    script.refuse(id, 23409);
    expect(await found).toBe(23406);
    expect(await script.events.next()).toEqual(['removed', 'r', 'blocked']);
  });
});

describe('reading entries', () => {
  const get = (key: string) =>
    new Promise((resolve) => {
      const onSuccess = (entry: Map<string, string>) => resolve([...entry]);
      void script.engine.getChatRoomEntry('r', key, { onSuccess, onError: resolve });
    });

  it('waits until the entries are known', async () => {
    await script.join({ hasEntries: true });
    const [one, missing, every] = [get('constructor'), get('toString'), script.allEntries()];
    await script.answerEntries({ constructor: '1' }, 5);
    expect(await one).toEqual([['constructor', '1']]);
    expect(await missing).toBe(23427);
    expect(await every).toEqual({ constructor: '1' });
  });

  it('waits for a join that is under way', async () => {
    await script.connect();
    await script.engine.joinChatRoom('r', 10, true);
    const found = script.allEntries();
    await script.answerJoin();
    expect(await found).toEqual({});
  });

  it('is for members', async () => {
    expect(await get('a')).toBe(33001);
    await script.connect();
    expect(await get('a')).toBe(23406);
    expect(await script.allEntries()).toBe(23406);
    await script.engine.joinChatRoom('r', 10, false);
    const found = script.allEntries();
    await script.refuseNext('join', 23410);
    expect(await found).toBe(23406);
  });

  it('ends with the membership, and with the engine', async () => {
    await script.join({ hasEntries: true });
    await script.server.take('getEntries');
    const left = script.allEntries();
    await script.engine.leaveChatRoom('r');
    await script.okNext('leave');
    expect(await left).toBe(23406);
    await script.engine.joinChatRoom('r', 10, true);
    await script.answerJoin({ hasEntries: true });
    const stopped = script.allEntries();
    await script.server.take('getEntries');
    await script.engine.destroy();
    expect(await stopped).toBe(30001);
  });

  it.each(['disconnect', 'destroy'] as const)('ends with 30001 if %s is called right after it', async (call) => {
    await script.join();
    const found = script.allEntries();
    await script.engine[call](false);
    expect(await found).toBe(30001);
  });

  it('is for members, even if another user connects right after the call', async () => {
    await script.join();
    const found = script.allEntries();
    void script.engine.disconnect(false);
    void script.engine.connect(tokenOf({ sub: 'bob' }), 0);
    expect(await found).toBe(23406);
  });

  it('waits for the next connection', async () => {
    await joinWith({ a: '1' }, 5);
    await script.reconnect();
    const { id } = await script.server.take('join');
    const found = script.allEntries();
    script.server.send(joinedAnswer(id, { fresh: false, hasEntries: true }));
    await script.answerEntries({ a: '2' }, 6);
    expect(await found).toEqual({ a: '2' });
  });

  it('hands out a copy that the app may change', async () => {
    await joinWith({ a: '1' }, 5);
    const change = (entries: Map<string, string>) => entries.clear();
    await script.engine.getChatRoomAllEntries('r', { onSuccess: change });
    expect(await script.allEntries()).toEqual({ a: '1' });
  });

  it('calls the listeners if there is no callback', async () => {
    script.engine.setOnChatRoomEntryLoadedListener((code, room, entry) =>
      script.events.put(['entry', code, room, [...entry]]),
    );
    script.engine.setOnChatRoomAllEntriesLoadedListener((code, room, entries) =>
      script.events.put(['all', code, room, [...entries]]),
    );
    await joinWith({ a: '1' }, 5);
    await script.engine.loadChatRoomEntry('r', 'a');
    await script.engine.loadChatRoomEntry('r', 'b');
    await script.engine.loadChatRoomAllEntries('r');
    expect(await script.events.next()).toEqual(['entry', 0, 'r', [['a', '1']]]);
    expect(await script.events.next()).toEqual(['entry', 23427, 'r', []]);
    expect(await script.events.next()).toEqual(['all', 0, 'r', [['a', '1']]]);
  });
});
