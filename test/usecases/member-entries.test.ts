import { expect, test } from 'vitest';
import type { EntriesAnswer, RefusalAnswer } from '../../lib/protocol/answers.ts';
import type { UserId } from '../../lib/protocol/ids.ts';
import { StoreFault } from '../../lib/store/room-store.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { setRoomEntries } from '../../lib/usecases/room-entries.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';
import { framesOf, worldWith } from './changed-world.ts';

const use = useStore('dynoxide');

type Entries = Readonly<Record<string, string>>;
const set = (world: World, caller: Caller, entries: Entries, overwrite = false) =>
  world.frame(caller, { action: 'setEntries', room: world.room, entries, autoDelete: false, overwrite });
const remove = (world: World, caller: Caller, keys: readonly string[], force = false) =>
  world.frame(caller, { action: 'removeEntries', room: world.room, keys, force });
const getPage = (world: World, caller: Caller, afterKey = '') =>
  world.frame<EntriesAnswer>(caller, { action: 'getEntries', room: world.room, afterKey });
const numbered = (count: number, value = 'v'): Entries =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index + 1}`, value]));

/** All pages, one after the other. */
async function pagesOf(world: World, caller: Caller): Promise<EntriesAnswer[]> {
  const pages: EntriesAnswer[] = [];
  for (let afterKey: string | undefined = ''; afterKey !== undefined; ) {
    const page: EntriesAnswer | Omit<RefusalAnswer, 'event' | 'id'> = await getPage(world, caller, afterKey);
    if (!('entries' in page)) throw new Error(`unable to read the entries; code ${page.code}`);
    pages.push(page);
    afterKey = page.nextAfterKey;
  }
  return pages;
}

test('a member sets, reads and removes; all devices in the room are notified, also the one that made the change', async () => {
  const world = createWorld(use());
  const ann = await world.enter('ann');
  const bob = await world.enter('bob');
  expect(await set(world, ann, { a: '1', b: '2' })).toEqual({ code: 0 });
  expect(await remove(world, ann, ['b'])).toEqual({ code: 0 });
  const room = await world.deps.store.getRoom(world.room);
  expect(await getPage(world, bob)).toEqual({
    ...{ code: 0, room: world.room, roomEpoch: room?.epoch },
    ...{ revision: 2, entries: { a: '1' } },
  });
  for (const caller of [ann, bob]) {
    expect(framesOf(world, caller, 'entries')).toMatchObject([
      { revision: 1, operation: 'set', entries: { a: '1', b: '2' } },
      { revision: 2, operation: 'remove', entries: { b: '' } },
    ]);
  }
});

test('a user who is not a member is refused, also an evicted one whose row is still there', async () => {
  // Without the member list a message reaches nobody, and removes nobody's row either.
  const world = worldWith(use(), () => ({ listMembers: () => Promise.reject(new StoreFault('unable to list')) }));
  const ann = await world.enter('ann');
  const outsider = await world.open('eve');
  const everyAct = async (caller: Caller) => [
    await set(world, caller, { a: '1' }),
    await remove(world, caller, ['a']),
    await getPage(world, caller),
  ];
  const notAMember = expect.objectContaining({ code: 23406 });
  expect(await everyAct(outsider)).toEqual([notAMember, notAMember, notAMember]);
  await world.drop(await world.enter('bob'));
  const bob = await world.open('bob');
  world.pass(30_001);
  await world.publish(1);
  expect((await world.deps.store.getMember(world.room, bob.userId))?.membershipId).toBeDefined();
  expect(await everyAct(bob)).toEqual([notAMember, notAMember, notAMember]);
  expect(await getPage(world, ann)).toMatchObject({ code: 0, revision: 0, entries: {} });
});

test('no such room', async () => {
  const world = createWorld(use());
  const eve = await world.open('eve');
  expect(await set(world, eve, { a: '1' })).toMatchObject({ code: 23410 });
  expect(await remove(world, eve, ['a'])).toMatchObject({ code: 23410 });
  expect(await getPage(world, eve)).toMatchObject({ code: 23410 });
});

test('one entry that cannot be set or removed is refused with its own code', async () => {
  const world = createWorld(use(), { maxEntriesPerRoom: 1 });
  const ann = await world.enter('ann');
  const bob = await world.enter('bob');
  expect(await remove(world, ann, ['a'])).toMatchObject({ code: 23427 });
  await set(world, ann, { a: '1' });
  expect(await set(world, ann, { b: '1' })).toMatchObject({ code: 23423 });
  expect(await set(world, bob, { a: '2' })).toMatchObject({ code: 23424 });
  expect(await remove(world, bob, ['a'])).toMatchObject({ code: 23424 });
  expect(await set(world, bob, { a: '2' }, true)).toEqual({ code: 0 });
  expect(await remove(world, ann, ['a'], true)).toEqual({ code: 0 });
  expect(await getPage(world, ann)).toMatchObject({ revision: 3, entries: {} });
});

test('of several, the possible ones are done, and the answer says why each of the others is not', async () => {
  const world = createWorld(use(), { maxEntriesPerRoom: 3 });
  const ann = await world.enter('ann');
  const bob = await world.enter('bob');
  await set(world, ann, { a: '1' });
  expect(await set(world, bob, { a: '2', b: '2', c: '2', d: '2' })).toMatchObject({
    code: 23428,
    errors: { a: 23424, d: 23423 },
  });
  expect(await getPage(world, bob)).toMatchObject({ revision: 2, entries: { a: '1', b: '2', c: '2' } });
  expect(framesOf(world, ann, 'entries').at(-1)).toMatchObject({ revision: 2, entries: { b: '2', c: '2' } });
  expect(await remove(world, bob, ['a', 'b', 'x'])).toMatchObject({ code: 23428, errors: { a: 23424, x: 23427 } });
  expect(await getPage(world, bob)).toMatchObject({ revision: 3, entries: { a: '1', c: '2' } });
  expect(await set(world, bob, { a: '2', c: '3' })).toMatchObject({ code: 23428, errors: { a: 23424 } });
  // None of these is done.
  expect(await remove(world, bob, ['a', 'x'])).toMatchObject({ code: 23428, errors: { a: 23424, x: 23427 } });
  expect(await getPage(world, bob)).toMatchObject({ revision: 4, entries: { a: '1', c: '3' } });
});

test('10 keys at once are accepted, 11 are refused and nothing is written', async () => {
  const world = createWorld(use());
  const ann = await world.enter('ann');
  expect(await set(world, ann, numbered(11))).toMatchObject({ code: 23429 });
  expect(await getPage(world, ann)).toMatchObject({ revision: 0, entries: {} });
  expect(await set(world, ann, numbered(10))).toEqual({ code: 0 });
  expect(await remove(world, ann, Object.keys(numbered(11)))).toMatchObject({ code: 23429 });
  expect(await remove(world, ann, Object.keys(numbered(10)))).toEqual({ code: 0 });
  expect(await getPage(world, ann)).toMatchObject({ revision: 2, entries: {} });
});

test('a page holds at most 28 KB of entries, and all pages together hold each entry once', async () => {
  const world = createWorld(use());
  const ann = await world.enter('ann');
  const entries = numbered(9, '語'.repeat(4096));
  await setRoomEntries(world.deps, world.room, {
    ...{ userId: 'ann' as UserId, autoDelete: false, overwrite: false },
    entries: new Map(Object.entries(entries)),
  });
  const pages = await pagesOf(world, ann);
  expect(pages.map((page) => Object.keys(page.entries))).toEqual([
    ['k1', 'k2'],
    ['k3', 'k4'],
    ['k5', 'k6'],
    ['k7', 'k8'],
    ['k9'],
  ]);
  for (const page of pages) {
    expect(page.revision).toBe(1);
    expect(Buffer.byteLength(JSON.stringify(page.entries))).toBeLessThanOrEqual(28 * 1024);
    expect(Buffer.byteLength(JSON.stringify(page))).toBeLessThan(32 * 1024);
  }
  expect(Object.assign({}, ...pages.map((page) => page.entries))).toEqual(entries);
});

test('100 small entries are one page', async () => {
  const world = createWorld(use());
  const ann = await world.enter('ann');
  const entries = numbered(100, 'x'.repeat(200));
  await setRoomEntries(world.deps, world.room, {
    ...{ userId: 'ann' as UserId, autoDelete: false, overwrite: false },
    entries: new Map(Object.entries(entries)),
  });
  const pages = await pagesOf(world, ann);
  expect(pages.map((page) => page.entries)).toEqual([entries]);
});

test('a page of large values does not read all values', async () => {
  let valuesRead = 0;
  const world = worldWith(use(), (store) => ({
    entryValues: (index, keys) => {
      valuesRead += keys.length;
      return store.entryValues(index, keys);
    },
  }));
  const ann = await world.enter('ann');
  for (let part = 0; part < 10; part += 1) {
    const large = Array.from({ length: 10 }, (_, index) => [`k${part}${index}`, 'x'.repeat(4096)] as const);
    await setRoomEntries(world.deps, world.room, {
      ...{ userId: 'ann' as UserId, autoDelete: false, overwrite: false },
      entries: new Map(large),
    });
  }
  const page = await getPage(world, ann);
  expect(Object.keys('entries' in page ? page.entries : {})).toEqual(['k00', 'k01', 'k02', 'k03', 'k04', 'k05']);
  expect(valuesRead).toBe(20);
});
