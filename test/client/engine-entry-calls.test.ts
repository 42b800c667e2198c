import { describe, expect, it } from 'vitest';
import { useRoomEntries } from './use-room-entries.ts';

const { script, joinWith, joinEmpty, pushEntries } = useRoomEntries();

describe('setting entries', () => {
  it('sends one entry, which can be read before its push arrives', async () => {
    await joinEmpty();
    const code = new Promise((resolve) => {
      void script.engine.addChatRoomEntry('r', 'constructor', 'v', true, false, { onChatRoomEntryAdded: resolve });
    });
    const { id, ...frame } = await script.server.take('setEntries');
    const entries = { constructor: 'v' };
    expect(frame).toEqual({ action: 'setEntries', room: 'r', entries, autoDelete: true, overwrite: false });
    script.ok(id);
    expect(await code).toBe(0);
    const found = script.allEntries();
    pushEntries(1, 'set', entries);
    expect(await found).toEqual(entries);
    expect(await script.events.next()).toEqual(['changed', 0, 'r', { constructor: 'v' }]);
    // The next frame is the flush's: nothing was read.
    await script.flush();
  });

  it('reads the entries again if the push is lost', async () => {
    await joinEmpty();
    await script.engine.addChatRoomEntry('r', 'a', '1', false, false, {
      onChatRoomEntryAdded: (code) => script.events.put([code]),
    });
    await script.okNext('setEntries');
    expect(await script.events.next()).toEqual([0]);
    const found = script.allEntries();
    script.timers.advance(200);
    await script.answerEntries({ a: '1' }, 1);
    expect(await found).toEqual({ a: '1' });
    expect(await script.events.next()).toEqual(['changed', 0, 'r', { a: '1' }]);
  });

  it('takes a map or an object, and reports the keys that were not set', async () => {
    await joinEmpty();
    const set = (entries: Map<string, string> | Record<string, string>) =>
      script.engine.addChatRoomEntries('r', entries, false, true, {
        onChatRoomEntriesAdded: (code, errors) => script.events.put([code, [...errors]]),
      });
    await set(new Map([['a', '1']]));
    await script.okNext('setEntries');
    expect(await script.events.next()).toEqual([0, []]);
    await set({ b: '2', constructor: '3' });
    const { id, entries } = await script.server.take('setEntries');
    expect(entries).toEqual({ b: '2', constructor: '3' });
    script.refuse(id, 23428, { errors: { constructor: 23424 } });
    expect(await script.events.next()).toEqual([23428, [['constructor', 23424]]]);
  });

  it('of one key reports the code of that key', async () => {
    await joinEmpty();
    await script.engine.addChatRoomEntry('r', 'a', '1', false, false, {
      onChatRoomEntryAdded: (code) => script.events.put([code]),
    });
    await script.refuseNext('setEntries', 23428, { errors: { a: 23423 } });
    expect(await script.events.next()).toEqual([23423]);
  });

  it('splits a batch that does not fit in a frame, and reports one outcome', async () => {
    await joinEmpty();
    const value = '字'.repeat(4096);
    const given = Object.fromEntries(['a', 'b', 'c'].map((key) => [key, value]));
    await script.engine.addChatRoomEntries('r', given, false, true, {
      onChatRoomEntriesAdded: (code, errors) => script.events.put([code, [...errors]]),
    });
    const first = await script.server.take('setEntries');
    expect(Object.keys(first.entries)).toEqual(['a', 'b']);
    script.ok(first.id);
    const second = await script.server.take('setEntries');
    expect(Object.keys(second.entries)).toEqual(['c']);
    script.refuse(second.id, 23423);
    expect(await script.events.next()).toEqual([23428, [['c', 23423]]]);
  });

  it('sends nothing of a batch with an invalid value', async () => {
    await joinEmpty();
    const value = '字'.repeat(4096);
    const set = (bad: string) =>
      script.engine.addChatRoomEntries('r', { a: value, b: value, c: value, bad }, false, true, {
        onChatRoomEntriesAdded: (code, errors) => script.events.put([code, [...errors]]),
      });
    await set('rose \ud83d');
    expect(await script.events.next()).toEqual([34262, []]);
    await set('x'.repeat(4097));
    expect(await script.events.next()).toEqual([34262, []]);
    await script.flush();
  });

  it.each([
    // The frame around them is 107 bytes with the longest id, each of them 6 and its value, and a comma between two.
    [3626, 'abc'],
    [3627, 'ab'],
  ])('of %i CJK characters each puts as many into a frame as fit: %s', async (length, keys) => {
    await joinEmpty();
    const entries = Object.fromEntries(['a', 'b', 'c', 'd'].map((key) => [key, '字'.repeat(length)]));
    await script.engine.addChatRoomEntries('r', entries, false, true);
    const first = await script.server.take('setEntries');
    expect(Object.keys(first.entries).join('')).toBe(keys);
    script.ok(first.id);
    expect(Object.keys((await script.server.take('setEntries')).entries).join('')).toBe('abcd'.slice(keys.length));
  });

  it('is refused for good to a muted user', async () => {
    await joinEmpty();
    script.engine.setOnChatRoomEntryAddedListener((...args) => script.events.put(['added', ...args]));
    script.engine.setOnChatRoomEntryRemovedListener((...args) => script.events.put(['removed', ...args]));
    await script.engine.addChatRoomEntry('r', 'a', '1', false, false);
    await script.refuseNext('setEntries', 23408, { retryAfterMs: 100 });
    expect(await script.events.next()).toEqual(['added', 23408, 'r', 'a']);
    await script.engine.removeChatRoomEntry('r', 'a', false);
    await script.refuseNext('removeEntries', 23408, { retryAfterMs: 100 });
    expect(await script.events.next()).toEqual(['removed', 23408, 'r', 'a']);
    script.timers.advance(1000);
    await script.flush();
  });

  it('is retried when the server says when, and reports one outcome', async () => {
    await joinEmpty();
    await script.engine.addChatRoomEntry('r', 'a', '1', false, false, {
      onChatRoomEntryAdded: (code) => script.events.put([code]),
    });
    for (let attempt = 1; attempt < 8; attempt += 1) {
      await script.refuseNext('setEntries', 20607, { retryAfterMs: 700 });
      await script.flush();
      script.timers.advance(700);
    }
    await script.refuseNext('setEntries', 20607, { retryAfterMs: 700 });
    expect(await script.events.next()).toEqual([20607]);
    script.timers.advance(60_000);
    await script.flush();
  });

  it('refuses more than 10 without asking the server', async () => {
    await joinEmpty();
    const keys = Array.from({ length: 11 }, (_, index) => `k${index}`);
    script.engine.setOnChatRoomEntriesAddedListener((code, room, entries, errors) =>
      script.events.put(['added', code, room, entries.size, errors.size]),
    );
    script.engine.setOnChatRoomEntriesRemovedListener((code, room, removed) =>
      script.events.put(['removed', code, room, removed]),
    );
    expect(
      await script.engine.addChatRoomEntries('r', Object.fromEntries(keys.map((key) => [key, ''])), false, true),
    ).toBe(0);
    expect(await script.events.next()).toEqual(['added', 23429, 'r', 11, 0]);
    expect(await script.engine.removeChatRoomEntries('r', keys, false)).toBe(0);
    expect(await script.events.next()).toEqual(['removed', 23429, 'r', keys]);
  });
});

describe('removing entries', () => {
  it('sends the keys', async () => {
    await joinWith({ a: '1', b: '2' }, 5);
    const done = { onChatRoomEntriesRemoved: (code: number) => script.events.put([code]) };
    await script.engine.removeChatRoomEntries('r', ['a', 'b'], true, done);
    const { id, ...frame } = await script.server.take('removeEntries');
    expect(frame).toEqual({ action: 'removeEntries', room: 'r', keys: ['a', 'b'], force: true });
    script.ok(id);
    expect(await script.events.next()).toEqual([0]);
    const found = script.allEntries();
    script.timers.advance(200);
    await script.answerEntries({}, 6);
    expect(await found).toEqual({});
  });

  it('of one key reports the code of that key', async () => {
    await joinWith({ a: '1' }, 5);
    const done = { onChatRoomEntryRemoved: (code: number) => script.events.put([code]) };
    await script.engine.removeChatRoomEntry('r', 'a', false, done);
    await script.refuseNext('removeEntries', 23428, { errors: { a: 23424 } });
    expect(await script.events.next()).toEqual([23424]);
    await script.engine.removeChatRoomEntry('r', 'x', false, done);
    await script.refuseNext('removeEntries', 23427);
    expect(await script.events.next()).toEqual([23427]);
  });

  it('succeeds when an attempt without an answer has removed the entry', async () => {
    await joinWith({ a: '1' }, 5);
    const done = { onChatRoomEntryRemoved: (code: number) => script.events.put([code]) };
    await script.engine.removeChatRoomEntry('r', 'a', false, done);
    await script.refuseNext('removeEntries', -1);
    await script.flush();
    script.timers.advance(500);
    await script.refuseNext('removeEntries', 23428, { errors: { a: 23427 } });
    expect(await script.events.next()).toEqual([0]);
  });
});

describe('the calls for entries', () => {
  it('call the listeners if there is no callback', async () => {
    script.engine.setOnChatRoomEntryAddedListener((...args) => script.events.put(['added', ...args]));
    script.engine.setOnChatRoomEntriesAddedListener((code, room, entries, errors) =>
      script.events.put(['all added', code, room, [...entries], [...errors]]),
    );
    script.engine.setOnChatRoomEntryRemovedListener((...args) => script.events.put(['removed', ...args]));
    script.engine.setOnChatRoomEntriesRemovedListener((...args) => script.events.put(['all removed', ...args]));
    await script.engine.addChatRoomEntry('r', 'a', '1', false, false);
    expect(await script.events.next()).toEqual(['added', 33001, 'r', 'a']);
    await script.connect();
    await script.engine.addChatRoomEntry('r', 'a', '1', false, false);
    await script.refuseNext('setEntries', 23406);
    expect(await script.events.next()).toEqual(['added', 23406, 'r', 'a']);
    await script.engine.addChatRoomEntries('r', { a: '1' }, false, false);
    await script.refuseNext('setEntries', 23428, { errors: { a: 23424 } });
    expect(await script.events.next()).toEqual(['all added', 23428, 'r', [['a', '1']], [['a', 23424]]]);
    await script.engine.removeChatRoomEntry('r', 'a', false);
    await script.refuseNext('removeEntries', 23427);
    expect(await script.events.next()).toEqual(['removed', 23427, 'r', 'a']);
    await script.engine.removeChatRoomEntries('r', ['a'], false);
    await script.okNext('removeEntries');
    expect(await script.events.next()).toEqual(['all removed', 0, 'r', ['a']]);
  });

  it('refuse invalid arguments, and everything after destroy', async () => {
    const wrong = {} as never;
    expect(await script.engine.addChatRoomEntry('', 'a', '1', false, false)).toBe(1);
    expect(await script.engine.addChatRoomEntry('r', '', '1', false, false)).toBe(1);
    expect(await script.engine.addChatRoomEntry('r', 'a', wrong, false, false)).toBe(1);
    expect(await script.engine.addChatRoomEntry('r', 'a', '1', wrong, false)).toBe(1);
    expect(await script.engine.addChatRoomEntries('r', { a: wrong }, false, false)).toBe(1);
    expect(await script.engine.addChatRoomEntries('r', ['a'] as never, false, false)).toBe(1);
    expect(await script.engine.addChatRoomEntries('r', {}, false, wrong)).toBe(1);
    expect(await script.engine.getChatRoomEntry('r', '')).toBe(1);
    expect(await script.engine.getChatRoomAllEntries('')).toBe(1);
    expect(await script.engine.removeChatRoomEntry('r', 'a', wrong)).toBe(1);
    expect(await script.engine.removeChatRoomEntries('r', 'a' as never, false)).toBe(1);
    expect(await script.engine.removeChatRoomEntries('r', [wrong], false)).toBe(1);
    await script.engine.destroy();
    expect(await script.engine.addChatRoomEntry('r', 'a', '1', false, false)).toBe(2);
    expect(await script.engine.addChatRoomEntries('r', {}, false, false)).toBe(2);
    expect(await script.engine.getChatRoomEntry('r', 'a')).toBe(2);
    expect(await script.engine.getChatRoomAllEntries('r')).toBe(2);
    expect(await script.engine.loadChatRoomEntry('r', 'a')).toBe(2);
    expect(await script.engine.loadChatRoomAllEntries('r')).toBe(2);
    expect(await script.engine.removeChatRoomEntry('r', 'a', false)).toBe(2);
    expect(await script.engine.removeChatRoomEntries('r', ['a'], false)).toBe(2);
  });
});
