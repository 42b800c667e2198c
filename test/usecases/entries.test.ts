import { describe, expect, test } from 'vitest';
import type { UserId } from '../../lib/protocol/ids.ts';
import { StoreFault } from '../../lib/store/room-store.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { readRoomEntries, removeRoomEntries, setRoomEntries } from '../../lib/usecases/room-entries.ts';
import { createRoom } from '../../lib/usecases/steps/create-room.ts';
import { destroyRoom } from '../../lib/usecases/steps/destroy-room.ts';
import { useStore } from '../support/emulators.ts';
import { servedValue } from '../support/outcome.ts';
import { createWorld, type World } from '../support/world.ts';
import { createInterlude, framesOf, worldWith } from './changed-world.ts';

const use = useStore('dynoxide');
const ann = 'ann' as UserId;
const bob = 'bob' as UserId;
type Entries = Readonly<Record<string, string>>;

const set = (world: World, userId: UserId, entries: Entries, overwrite = false) =>
  setRoomEntries(world.deps, world.room, {
    ...{ userId, overwrite, autoDelete: false },
    entries: new Map(Object.entries(entries)),
  });
const remove = (world: World, userId: UserId, keys: readonly string[], force = false) =>
  removeRoomEntries(world.deps, world.room, { userId, keys, force });
const read = async (world: World, ...keys: string[]): Promise<Entries> =>
  Object.fromEntries(
    servedValue(await readRoomEntries(world.deps, world.room, keys)).map(({ key, value }) => [key, value]),
  );
const numbered = (from: number, to: number, value = 'v'): Entries =>
  Object.fromEntries(Array.from({ length: to - from + 1 }, (_, index) => [`k${from + index}`, value]));
const framesTo = (world: World, caller: Caller) => framesOf(world, caller, 'entries');
const indexOf = async (world: World) => {
  const room = await world.deps.store.getRoom(world.room);
  return world.deps.store.getEntryIndex(world.room, room?.epoch ?? '');
};

describe('the entries of a room', () => {
  test('are set, read by key or all in order, replaced and removed; everyone in the room is notified of each change', async () => {
    const world = createWorld(use());
    const phone = await world.enter('ann');
    expect(await set(world, ann, { b: '1', a: '' })).toEqual({ done: ['b', 'a'], faults: {} });
    world.pass(5);
    await set(world, ann, { b: '2' });
    expect(await readRoomEntries(world.deps, world.room, [])).toEqual([
      { key: 'a', value: '', userId: 'ann', autoDelete: false, setAtMs: world.clock.nowMs - 5 },
      { key: 'b', value: '2', userId: 'ann', autoDelete: false, setAtMs: world.clock.nowMs },
    ]);
    expect(await read(world, 'b', 'unknown', 'toString')).toEqual({ b: '2' });
    expect(await remove(world, ann, ['a'])).toEqual({ done: ['a'], faults: {} });
    expect(await read(world)).toEqual({ b: '2' });
    const room = await world.deps.store.getRoom(world.room);
    const frame = { event: 'entries', room: world.room, roomEpoch: room?.epoch };
    expect(framesTo(world, phone)).toEqual([
      { ...frame, revision: 1, operation: 'set', entries: { a: '', b: '1' } },
      { ...frame, revision: 2, operation: 'set', entries: { b: '2' } },
      { ...frame, revision: 3, operation: 'remove', entries: { a: '' } },
    ]);
  });

  test('are at most 100: the 101st is refused, a replacement is not, and after a removal a new one is accepted', async () => {
    const world = createWorld(use());
    await world.enter('ann');
    for (let from = 1; from <= 91; from += 10) {
      const { done } = { done: [], ...((await set(world, ann, numbered(from, from + 9))) as object) };
      expect(done).toHaveLength(10);
    }
    expect(await set(world, ann, numbered(101, 101))).toEqual({ done: [], faults: { k101: 'too-many-entries' } });
    expect(await set(world, ann, numbered(100, 100, 'new'))).toEqual({ done: ['k100'], faults: {} });
    expect(Object.keys(await read(world))).toHaveLength(100);
    await remove(world, ann, ['k1']);
    expect(await set(world, ann, numbered(101, 102))).toEqual({ done: ['k101'], faults: { k102: 'too-many-entries' } });
    expect((await read(world, 'k100', 'k101', 'k102')) as object).toEqual({ k100: 'new', k101: 'v' });
  });

  test('belong to the user who set them last: another user needs overwrite to set and force to remove', async () => {
    const world = createWorld(use());
    await world.enter('ann');
    await set(world, ann, { a: '1', b: '1' });
    expect(await set(world, bob, { a: '2', c: '2' })).toEqual({ done: ['c'], faults: { a: 'entry-of-another-user' } });
    expect(await remove(world, bob, ['b', 'c', 'd'])).toEqual({
      done: ['c'],
      faults: { b: 'entry-of-another-user', d: 'no-such-entry' },
    });
    expect(await set(world, bob, { a: '2' }, true)).toEqual({ done: ['a'], faults: {} });
    expect(await set(world, ann, { a: '3' })).toEqual({ done: [], faults: { a: 'entry-of-another-user' } });
    expect(await remove(world, bob, ['b'], true)).toEqual({ done: ['b'], faults: {} });
    expect(await read(world)).toEqual({ a: '2' });
  });

  test('a change that is refused as a whole changes nothing: no revision, no frame, and the room still has no entries', async () => {
    const world = createWorld(use());
    const phone = await world.enter('ann');
    expect(await remove(world, ann, ['a'])).toEqual({ done: [], faults: { a: 'no-such-entry' } });
    expect(await world.deps.store.getRoom(world.room)).toMatchObject({ hasEntries: false });
    await set(world, ann, { a: '1' });
    await set(world, bob, { a: '2' });
    await set(world, ann, { a: '3' });
    expect(framesTo(world, phone).map(({ revision }) => revision)).toEqual([1, 2]);
  });

  test('the room says that it has entries before the first one is written', async () => {
    const seen: unknown[] = [];
    const world = worldWith(use(), (store) => ({
      putEntryIndex: async (next, before, values) => {
        seen.push((await store.getRoom(next.roomId))?.hasEntries);
        return store.putEntryIndex(next, before, values);
      },
    }));
    const phone = await world.enter('ann');
    await set(world, ann, { a: '1' });
    expect(seen).toEqual([true]);
    expect(await world.join(phone)).toMatchObject({ code: 0, hasEntries: true });
  });

  test('no such room, or a destroyed one', async () => {
    const world = createWorld(use());
    expect(await set(world, ann, { a: '1' })).toMatchObject({ reason: 'no-such-room' });
    await world.enter('ann');
    await set(world, ann, { a: '1' });
    await destroyRoom(world.deps, world.room, false);
    expect(await set(world, ann, { a: '1' })).toMatchObject({ reason: 'no-such-room' });
    expect(await remove(world, ann, ['a'])).toMatchObject({ reason: 'no-such-room' });
    expect(await readRoomEntries(world.deps, world.room, [])).toMatchObject({ reason: 'no-such-room' });
    await world.enter('ann');
    expect(await read(world)).toEqual({});
  });

  test('the change stands even if nobody could be notified', async () => {
    const world = worldWith(use(), () => ({
      listMembers: () => Promise.reject(new StoreFault('unable to list')),
    }));
    await world.enter('ann');
    expect(await set(world, ann, { a: '1' })).toEqual({ done: ['a'], faults: {} });
    expect(await read(world)).toEqual({ a: '1' });
    expect(world.faults).toEqual([new StoreFault('unable to list')]);
  });
});

describe('concurrent writers', () => {
  test('no update is lost, each change counts once, and each revision is notified once', async () => {
    const world = createWorld(use());
    const phone = await world.enter('ann');
    const writers = Array.from({ length: 6 }, (_, index) => index);
    const outcomes = await Promise.all(
      writers.map((index) => set(world, `user${index}` as UserId, { [`own${index}`]: `${index}`, shared: `${index}` })),
    );
    const won = outcomes.flatMap((outcome, index) => (servedValue(outcome).done.includes('shared') ? [index] : []));
    expect(won).toHaveLength(1);
    expect(await read(world)).toEqual({
      ...Object.fromEntries(writers.map((index) => [`own${index}`, `${index}`])),
      shared: `${won[0]}`,
    });
    expect((await indexOf(world)).revision).toBe(6);
    const revisions = framesTo(world, phone).map(({ revision }) => revision);
    expect(revisions.sort((one, other) => one - other)).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('a change that another write overtakes is decided again, on the result of that write', async () => {
    const interlude = createInterlude();
    const world = worldWith(use(), (store) => ({
      putEntryIndex: async (next, before, values) => {
        await interlude.play();
        return store.putEntryIndex(next, before, values);
      },
    }));
    const phone = await world.enter('ann');
    interlude.plan(() => set(world, bob, { a: 'bob', b: 'bob' }));
    expect(await set(world, ann, { a: 'ann', c: 'ann' })).toEqual({
      done: ['c'],
      faults: { a: 'entry-of-another-user' },
    });
    expect(await read(world)).toEqual({ a: 'bob', b: 'bob', c: 'ann' });
    expect(framesTo(world, phone)).toMatchObject([
      { revision: 1, entries: { a: 'bob', b: 'bob' } },
      { revision: 2, entries: { c: 'ann' } },
    ]);
  });

  test('a room that is destroyed in between keeps nothing of the change, and a new one of the same id gets nothing of it', async () => {
    const interlude = createInterlude();
    const world = worldWith(use(), (store) => ({
      putEntryIndex: async (next, before, values) => {
        await interlude.play();
        return store.putEntryIndex(next, before, values);
      },
    }));
    await world.enter('ann');
    const before = await indexOf(world);
    interlude.plan(async () => {
      await destroyRoom(world.deps, world.room, false);
      await createRoom(world.deps, world.room, 'again');
      await set(world, bob, { b: '1' });
    });
    expect(await set(world, ann, { a: '1' })).toMatchObject({ reason: 'no-such-room' });
    expect(await world.deps.store.getEntryIndex(world.room, before.roomEpoch)).toEqual(before);
    expect(await read(world)).toEqual({ b: '1' });
  });

  test('a reader gets one revision, and reads again only what was replaced during the read', async () => {
    const interlude = createInterlude();
    const asked: (readonly string[])[] = [];
    const world = worldWith(use(), (store) => ({
      entryValues: async (index, keys) => {
        asked.push(keys);
        await interlude.play();
        return store.entryValues(index, keys);
      },
    }));
    await world.enter('ann');
    await set(world, ann, { a: '1', b: '1', c: '1' });
    interlude.plan(async () => {
      await set(world, ann, { b: '2', d: '2' });
      await remove(world, ann, ['c']);
    });
    expect(await read(world)).toEqual({ a: '1', b: '2', d: '2' });
    expect(asked).toEqual([
      ['a', 'b', 'c'],
      ['b', 'd'],
    ]);
  });
});

describe('frames of large values', () => {
  test.each([
    ['characters of three bytes', '語', 5],
    ['characters that JSON escapes', '\u0001', 10],
  ])('%s: each frame holds at most 28 KB of entries, all of one revision', async (_kind, character, count) => {
    const world = createWorld(use());
    const phone = await world.enter('ann');
    const entries = numbered(1, 10, character.repeat(4096));
    expect(await set(world, ann, entries)).toMatchObject({ faults: {} });
    const frames = framesTo(world, phone);
    expect(frames).toHaveLength(count);
    for (const frame of frames) {
      expect(frame).toMatchObject({ revision: 1, operation: 'set' });
      expect(Buffer.byteLength(JSON.stringify(frame.entries))).toBeLessThanOrEqual(28 * 1024);
      expect(Buffer.byteLength(JSON.stringify(frame))).toBeLessThan(32 * 1024);
    }
    expect(Object.assign({}, ...frames.map((frame) => frame.entries))).toEqual(entries);
    expect(frames.flatMap((frame) => Object.keys(frame.entries))).toHaveLength(10);
    expect(await read(world)).toEqual(entries);
  });

  test('many small entries fill a frame before the next one begins', async () => {
    const world = createWorld(use());
    const phone = await world.enter('ann');
    await set(world, ann, numbered(1, 10, 'x'.repeat(3000)));
    expect(framesTo(world, phone).map((frame) => Object.keys(frame.entries).length)).toEqual([9, 1]);
  });
});
