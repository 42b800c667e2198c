import { expect, test } from 'vitest';
import type { UserId } from '../../lib/protocol/ids.ts';
import type { Deps } from '../../lib/usecases/deps.ts';
import * as profile from '../../lib/usecases/user-profile.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld } from '../support/world.ts';

const store = useStore('dynoxide');
/** In the order in which a set is read. */
const names = (count: number, prefix = 'user') =>
  Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(3, '0')}` as UserId);

test('a profile keeps the fields that are not given, and the time of the first call', async () => {
  const world = createWorld(store());
  const bob = 'bob' as UserId;
  const createdAtMs = world.clock.nowMs;
  await profile.setProfile(world.deps, bob, { name: 'Bob', portraitUri: 'http://portraits/bob' });
  world.pass(1000);
  await profile.setProfile(world.deps, bob, { name: 'Bobby' });
  expect(await world.deps.store.getProfile(bob)).toEqual({
    userId: bob,
    name: 'Bobby',
    portraitUri: 'http://portraits/bob',
    createdAtMs,
  });
});

test.each(['eve', 'constructor'])('%s is online as long as at least one device is connected', async (name) => {
  const world = createWorld(store());
  const isOnline = () => profile.isOnline(world.deps, name as UserId);
  expect(await isOnline()).toBe(false);
  const [phone, laptop] = [await world.open(name), await world.open(name)];
  await world.drop(phone);
  expect(await isOnline()).toBe(true);
  await world.drop(laptop);
  expect(await isOnline()).toBe(false);
});

const all = async (deps: Deps, user: UserId) => (await profile.blacklist(deps, user, undefined, 1000)).users;

test.each(['ann', 'constructor'])('the blacklist of %s is theirs alone, and holds 1000', async (name) => {
  const { deps } = createWorld(store());
  const user = name as UserId;
  const blocked = names(999);
  for (let from = 0; from < 999; from += 50) {
    expect(await profile.addToBlacklist(deps, user, blocked.slice(from, from + 50))).toBe('added');
  }
  expect(await profile.addToBlacklist(deps, user, names(2, 'more'))).toMatchObject({ reason: 'list-full' });
  expect(await all(deps, user)).toEqual(blocked);
  expect(await profile.addToBlacklist(deps, user, ['toString', 'user-007'] as UserId[])).toBe('added');
  await profile.removeFromBlacklist(deps, user, [...blocked.slice(0, 50), 'nobody' as UserId]);
  expect(await all(deps, user)).toHaveLength(950);
  expect(await all(deps, 'zoe' as UserId)).toEqual([]);
});

test('a blacklist is read page by page, the newest first, whatever is added and removed in between', async () => {
  const { deps, pass } = createWorld(store());
  const user = 'pages' as UserId;
  const add = async (...others: string[]) => {
    pass(1);
    await profile.addToBlacklist(deps, user, others as UserId[]);
  };
  for (const others of [['a'], ['b', 'c'], ['d'], ['e'], ['f']]) await add(...others);
  const first = await profile.blacklist(deps, user, undefined, 2);
  expect(first.users).toEqual(['f', 'e']);
  // Both users of the page are removed, and a new one is added.
  await profile.removeFromBlacklist(deps, user, ['e', 'f'] as UserId[]);
  await add('g');
  const second = await profile.blacklist(deps, user, first.next, 2);
  expect(second.users).toEqual(['d', 'b']);
  const third = await profile.blacklist(deps, user, second.next, 2);
  expect(third).toEqual({ users: ['c', 'a'] });
  expect(await profile.blacklist(deps, user, { item: 'a', sinceMs: 0 }, 2)).toEqual({ users: [] });
});

test('tags replace those before; an empty list is accepted', async () => {
  const { deps } = createWorld(store());
  const zoe = 'zoe' as UserId;
  expect(await profile.setTags(deps, zoe, ['b', 'constructor', 'b'])).toBe('added');
  expect(await profile.tags(deps, zoe)).toEqual(['b', 'constructor']);
  expect(await profile.setTags(deps, zoe, ['a', 'b'])).toBe('added');
  expect(await profile.tags(deps, zoe)).toEqual(['a', 'b']);
  expect(await profile.setTags(deps, zoe, [])).toBe('added');
  expect(await profile.tags(deps, zoe)).toEqual([]);
});

test('more than 20 tags are refused: the user keeps the former ones', async () => {
  const { deps } = createWorld(store());
  const max = 'max' as UserId;
  const first = names(20, 'a');
  expect(await profile.setTags(deps, max, first)).toBe('added');
  expect(await profile.setTags(deps, max, names(21, 'b'))).toMatchObject({ reason: 'list-full' });
  expect(await profile.tags(deps, max)).toEqual(first);
  expect(await profile.setTags(deps, max, names(20, 'b'))).toBe('added');
  expect(await profile.tags(deps, max)).toEqual(names(20, 'b'));
});
