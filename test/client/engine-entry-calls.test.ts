import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RCIMIWEngine } from '../../lib/client/index.ts';
import type { VirtualTimers } from '../simulation/virtual-timers.ts';
import { type Entries, ScriptedEngine } from './scripted-engine.ts';
import type { Inbox, ScriptedServer } from './scripted-server.ts';

let script: ScriptedEngine;
let server: ScriptedServer;
let timers: VirtualTimers;
let engine: RCIMIWEngine;
let told: Inbox<readonly unknown[]>;

beforeEach(async () => {
  script = await ScriptedEngine.start();
  ({ server, timers, engine, told } = script);
  script.listenToEntries();
});

afterEach(() => script.stop());

/** Joins a room with these attributes. */
async function joinWith(entries: Entries, revision: number): Promise<void> {
  await script.join({ hasEntries: true });
  await script.answerEntries(entries, revision);
  expect(await told.next()).toEqual(['changed', 0, 'r', entries]);
  expect(await told.next()).toEqual(['synced', 'r']);
}

async function joinEmpty(): Promise<void> {
  await script.join();
  expect(await told.next()).toEqual(['synced', 'r']);
}

const pushEntries = (revision: number, operation: 'set' | 'remove', entries: Entries) =>
  script.push({ event: 'entries', revision, operation, entries });

describe('setting attributes', () => {
  it('sends one, and what was set is there to be read before its push comes', async () => {
    await joinEmpty();
    const code = new Promise((resolve) => {
      void engine.addChatRoomEntry('r', 'constructor', 'v', true, false, { onChatRoomEntryAdded: resolve });
    });
    const { id, ...frame } = await server.take('setEntries');
    const entries = { constructor: 'v' };
    expect(frame).toEqual({ action: 'setEntries', room: 'r', entries, autoDelete: true, overwrite: false });
    script.ok(id);
    expect(await code).toBe(0);
    const found = script.allEntries();
    pushEntries(1, 'set', entries);
    expect(await found).toEqual(entries);
    expect(await told.next()).toEqual(['changed', 0, 'r', { constructor: 'v' }]);
    // The next frame is the fence's: nothing was read.
    await script.fence();
  });

  it('reads anew where the push is lost', async () => {
    await joinEmpty();
    await engine.addChatRoomEntry('r', 'a', '1', false, false, { onChatRoomEntryAdded: (code) => told.put([code]) });
    script.ok((await server.take('setEntries')).id);
    expect(await told.next()).toEqual([0]);
    const found = script.allEntries();
    timers.advance(200);
    await script.answerEntries({ a: '1' }, 1);
    expect(await found).toEqual({ a: '1' });
    expect(await told.next()).toEqual(['changed', 0, 'r', { a: '1' }]);
  });

  it('takes a map or an object, and tells which keys were not set', async () => {
    await joinEmpty();
    const set = (entries: Map<string, string> | Record<string, string>) =>
      engine.addChatRoomEntries('r', entries, false, true, {
        onChatRoomEntriesAdded: (code, errors) => told.put([code, [...errors]]),
      });
    await set(new Map([['a', '1']]));
    script.ok((await server.take('setEntries')).id);
    expect(await told.next()).toEqual([0, []]);
    await set({ b: '2', constructor: '3' });
    const { id, entries } = await server.take('setEntries');
    expect(entries).toEqual({ b: '2', constructor: '3' });
    script.refuse(id, 23428, { errors: { constructor: 23424 } });
    expect(await told.next()).toEqual([23428, [['constructor', 23424]]]);
  });

  it('of one key tells the code of the key', async () => {
    await joinEmpty();
    await engine.addChatRoomEntry('r', 'a', '1', false, false, { onChatRoomEntryAdded: (code) => told.put([code]) });
    script.refuse((await server.take('setEntries')).id, 23428, { errors: { a: 23423 } });
    expect(await told.next()).toEqual([23423]);
  });

  it('splits what does not fit in a frame, and tells one outcome', async () => {
    await joinEmpty();
    const value = '字'.repeat(4096);
    const given = Object.fromEntries(['a', 'b', 'c'].map((key) => [key, value]));
    await engine.addChatRoomEntries('r', given, false, true, {
      onChatRoomEntriesAdded: (code, errors) => told.put([code, [...errors]]),
    });
    const first = await server.take('setEntries');
    expect(Object.keys(first.entries)).toEqual(['a', 'b']);
    script.ok(first.id);
    const second = await server.take('setEntries');
    expect(Object.keys(second.entries)).toEqual(['c']);
    script.refuse(second.id, 23423);
    expect(await told.next()).toEqual([23428, [['c', 23423]]]);
  });

  it('sends nothing of a batch with a value that is none, whatever else is in it', async () => {
    await joinEmpty();
    const value = '字'.repeat(4096);
    const set = (bad: string) =>
      engine.addChatRoomEntries('r', { a: value, b: value, c: value, bad }, false, true, {
        onChatRoomEntriesAdded: (code, errors) => told.put([code, [...errors]]),
      });
    await set('rose \ud83d');
    expect(await told.next()).toEqual([34262, []]);
    await set('x'.repeat(4097));
    expect(await told.next()).toEqual([34262, []]);
    await script.fence();
  });

  it.each([
    // The frame around them is 107 bytes with the longest id, each of them 6 and its value, and a comma between two.
    [3626, 'abc'],
    [3627, 'ab'],
  ])('of %i characters of CJK each puts as many into a frame as fit in it: %s', async (length, keys) => {
    await joinEmpty();
    const entries = Object.fromEntries(['a', 'b', 'c', 'd'].map((key) => [key, '字'.repeat(length)]));
    await engine.addChatRoomEntries('r', entries, false, true);
    const first = await server.take('setEntries');
    expect(Object.keys(first.entries).join('')).toBe(keys);
    script.ok(first.id);
    expect(Object.keys((await server.take('setEntries')).entries).join('')).toBe('abcd'.slice(keys.length));
  });

  it('is over for one who is muted', async () => {
    await joinEmpty();
    engine.setOnChatRoomEntryAddedListener((...args) => told.put(['added', ...args]));
    engine.setOnChatRoomEntryRemovedListener((...args) => told.put(['removed', ...args]));
    await engine.addChatRoomEntry('r', 'a', '1', false, false);
    script.refuse((await server.take('setEntries')).id, 23408, { retryAfterMs: 100 });
    expect(await told.next()).toEqual(['added', 23408, 'r', 'a']);
    await engine.removeChatRoomEntry('r', 'a', false);
    script.refuse((await server.take('removeEntries')).id, 23408, { retryAfterMs: 100 });
    expect(await told.next()).toEqual(['removed', 23408, 'r', 'a']);
    timers.advance(1000);
    await script.fence();
  });

  it('is tried again when the server says when, and tells one outcome', async () => {
    await joinEmpty();
    await engine.addChatRoomEntry('r', 'a', '1', false, false, { onChatRoomEntryAdded: (code) => told.put([code]) });
    for (let attempt = 1; attempt < 8; attempt += 1) {
      script.refuse((await server.take('setEntries')).id, 20607, { retryAfterMs: 700 });
      await script.fence();
      timers.advance(700);
    }
    script.refuse((await server.take('setEntries')).id, 20607, { retryAfterMs: 700 });
    expect(await told.next()).toEqual([20607]);
    timers.advance(60_000);
    await script.fence();
  });

  it('refuses more than 10 by itself', async () => {
    await joinEmpty();
    const keys = Array.from({ length: 11 }, (_, index) => `k${index}`);
    engine.setOnChatRoomEntriesAddedListener((code, room, entries, errors) =>
      told.put(['added', code, room, entries.size, errors.size]),
    );
    engine.setOnChatRoomEntriesRemovedListener((code, room, removed) => told.put(['removed', code, room, removed]));
    expect(await engine.addChatRoomEntries('r', Object.fromEntries(keys.map((key) => [key, ''])), false, true)).toBe(0);
    expect(await told.next()).toEqual(['added', 23429, 'r', 11, 0]);
    expect(await engine.removeChatRoomEntries('r', keys, false)).toBe(0);
    expect(await told.next()).toEqual(['removed', 23429, 'r', keys]);
  });
});

describe('removing attributes', () => {
  it('sends the keys', async () => {
    await joinWith({ a: '1', b: '2' }, 5);
    const done = { onChatRoomEntriesRemoved: (code: number) => told.put([code]) };
    await engine.removeChatRoomEntries('r', ['a', 'b'], true, done);
    const { id, ...frame } = await server.take('removeEntries');
    expect(frame).toEqual({ action: 'removeEntries', room: 'r', keys: ['a', 'b'], force: true });
    script.ok(id);
    expect(await told.next()).toEqual([0]);
    const found = script.allEntries();
    timers.advance(200);
    await script.answerEntries({}, 6);
    expect(await found).toEqual({});
  });

  it('of one key tells the code of the key', async () => {
    await joinWith({ a: '1' }, 5);
    const done = { onChatRoomEntryRemoved: (code: number) => told.put([code]) };
    await engine.removeChatRoomEntry('r', 'a', false, done);
    script.refuse((await server.take('removeEntries')).id, 23428, { errors: { a: 23424 } });
    expect(await told.next()).toEqual([23424]);
    await engine.removeChatRoomEntry('r', 'x', false, done);
    script.refuse((await server.take('removeEntries')).id, 23427);
    expect(await told.next()).toEqual([23427]);
  });

  it('is done where a first attempt without an answer has done it', async () => {
    await joinWith({ a: '1' }, 5);
    const done = { onChatRoomEntryRemoved: (code: number) => told.put([code]) };
    await engine.removeChatRoomEntry('r', 'a', false, done);
    script.refuse((await server.take('removeEntries')).id, -1);
    await script.fence();
    timers.advance(500);
    script.refuse((await server.take('removeEntries')).id, 23428, { errors: { a: 23427 } });
    expect(await told.next()).toEqual([0]);
  });
});

describe('the calls for attributes', () => {
  it('tell the listeners where no callback is given', async () => {
    engine.setOnChatRoomEntryAddedListener((...args) => told.put(['added', ...args]));
    engine.setOnChatRoomEntriesAddedListener((code, room, entries, errors) =>
      told.put(['all added', code, room, [...entries], [...errors]]),
    );
    engine.setOnChatRoomEntryRemovedListener((...args) => told.put(['removed', ...args]));
    engine.setOnChatRoomEntriesRemovedListener((...args) => told.put(['all removed', ...args]));
    await engine.addChatRoomEntry('r', 'a', '1', false, false);
    expect(await told.next()).toEqual(['added', 33001, 'r', 'a']);
    await script.connect();
    await engine.addChatRoomEntry('r', 'a', '1', false, false);
    script.refuse((await server.take('setEntries')).id, 23406);
    expect(await told.next()).toEqual(['added', 23406, 'r', 'a']);
    await engine.addChatRoomEntries('r', { a: '1' }, false, false);
    script.refuse((await server.take('setEntries')).id, 23428, { errors: { a: 23424 } });
    expect(await told.next()).toEqual(['all added', 23428, 'r', [['a', '1']], [['a', 23424]]]);
    await engine.removeChatRoomEntry('r', 'a', false);
    script.refuse((await server.take('removeEntries')).id, 23427);
    expect(await told.next()).toEqual(['removed', 23427, 'r', 'a']);
    await engine.removeChatRoomEntries('r', ['a'], false);
    script.ok((await server.take('removeEntries')).id);
    expect(await told.next()).toEqual(['all removed', 0, 'r', ['a']]);
  });

  it('refuse what is no argument, and everything after destroy', async () => {
    const wrong = {} as never;
    expect(await engine.addChatRoomEntry('', 'a', '1', false, false)).toBe(1);
    expect(await engine.addChatRoomEntry('r', '', '1', false, false)).toBe(1);
    expect(await engine.addChatRoomEntry('r', 'a', wrong, false, false)).toBe(1);
    expect(await engine.addChatRoomEntry('r', 'a', '1', wrong, false)).toBe(1);
    expect(await engine.addChatRoomEntries('r', { a: wrong }, false, false)).toBe(1);
    expect(await engine.addChatRoomEntries('r', ['a'] as never, false, false)).toBe(1);
    expect(await engine.addChatRoomEntries('r', {}, false, wrong)).toBe(1);
    expect(await engine.getChatRoomEntry('r', '')).toBe(1);
    expect(await engine.getChatRoomAllEntries('')).toBe(1);
    expect(await engine.removeChatRoomEntry('r', 'a', wrong)).toBe(1);
    expect(await engine.removeChatRoomEntries('r', 'a' as never, false)).toBe(1);
    expect(await engine.removeChatRoomEntries('r', [wrong], false)).toBe(1);
    await engine.destroy();
    expect(await engine.addChatRoomEntry('r', 'a', '1', false, false)).toBe(2);
    expect(await engine.addChatRoomEntries('r', {}, false, false)).toBe(2);
    expect(await engine.getChatRoomEntry('r', 'a')).toBe(2);
    expect(await engine.getChatRoomAllEntries('r')).toBe(2);
    expect(await engine.loadChatRoomEntry('r', 'a')).toBe(2);
    expect(await engine.loadChatRoomAllEntries('r')).toBe(2);
    expect(await engine.removeChatRoomEntry('r', 'a', false)).toBe(2);
    expect(await engine.removeChatRoomEntries('r', ['a'], false)).toBe(2);
  });
});
