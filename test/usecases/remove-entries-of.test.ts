import { expect, test } from 'vitest';
import { isRefused } from '../../lib/domain/outcome.ts';
import type { UserId } from '../../lib/protocol/ids.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { readRoomEntries, setRoomEntries } from '../../lib/usecases/room-entries.ts';
import { createRoom } from '../../lib/usecases/steps/create-room.ts';
import { destroyRoom } from '../../lib/usecases/steps/destroy-room.ts';
import { removeEntriesOf } from '../../lib/usecases/steps/remove-entries-of.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';
import { createInterlude, framesOf, worldWith } from './changed-world.ts';

const use = useStore('dynoxide');

const set = (world: World, caller: Caller, key: string, autoDelete = true) =>
  world.frame(caller, {
    ...{ action: 'setEntries', room: world.room, autoDelete, overwrite: false },
    entries: { [key]: 'v' },
  });
const keysIn = async (world: World) => {
  const entries = await readRoomEntries(world.deps, world.room, []);
  return isRefused(entries) ? undefined : entries.map(({ key }) => key);
};
const roomOf = async (world: World) => {
  const room = await world.deps.store.getRoom(world.room);
  if (room === undefined) throw new Error('unable to find the room');
  return room;
};

async function worldWithEntries() {
  const world = createWorld(use());
  const ann = await world.enter('ann');
  const bob = await world.enter('bob');
  await set(world, ann, 'of-ann');
  await set(world, bob, 'goes');
  await set(world, bob, 'goes-too');
  await set(world, bob, 'stays', false);
  return { world, ann, bob };
}

test.each([
  ['a leave', ({ world, bob }) => world.leave(bob)],
  ['a block', ({ world }) => world.block(world.clock.nowMs + 60_000, 'bob')],
  [
    'KICK-31ST',
    async ({ world, bob }) => {
      await world.drop(bob);
      await world.publish(31);
    },
  ],
] satisfies [string, (made: Awaited<ReturnType<typeof worldWithEntries>>) => Promise<unknown>][])(
  'after %s the entries that were to go with the user are removed, all others stay, and the room is notified',
  async (_end, end) => {
    const made = await worldWithEntries();
    const { world, ann } = made;
    await end(made);
    await world.settle();
    expect(await keysIn(world)).toEqual(['of-ann', 'stays']);
    expect(framesOf(world, ann, 'entries').at(-1)).toMatchObject({
      ...{ revision: 5, operation: 'remove' },
      entries: { goes: '', 'goes-too': '' },
    });
  },
);

test('they stay while the user is a member, offline or not, and when another device leaves', async () => {
  const { world, bob } = await worldWithEntries();
  const laptop = await world.enter('bob');
  await world.leave(laptop);
  await world.drop(bob);
  await world.publish(30);
  await world.settle();
  expect(await keysIn(world)).toEqual(['goes', 'goes-too', 'of-ann', 'stays']);
});

test('a second run changes nothing', async () => {
  const { world, ann, bob } = await worldWithEntries();
  await world.leave(bob);
  await world.settle();
  await removeEntriesOf(world.deps, await roomOf(world), 'bob' as UserId);
  await set(world, ann, 'next');
  expect(framesOf(world, ann, 'entries').map(({ revision }) => revision)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('the user is back before it is done: what they have set since stays, what they had set before is removed', async () => {
  const { world, bob } = await worldWithEntries();
  world.pass(1);
  await world.leave(bob);
  await world.join(bob);
  await set(world, bob, 'new');
  await world.settle();
  expect(await keysIn(world)).toEqual(['new', 'of-ann', 'stays']);
});

test('the membership ends between the check and the write: nothing is left', async () => {
  const interlude = createInterlude();
  const world = worldWith(use(), (store) => ({
    putEntryIndex: async (next, before, values) => {
      await interlude.play();
      return store.putEntryIndex(next, before, values);
    },
  }));
  const ann = await world.enter('ann');
  const bob = await world.enter('bob');
  await set(world, bob, 'early');
  interlude.plan(async () => {
    await world.leave(bob);
    await world.settle();
  });
  await set(world, bob, 'late');
  expect(await keysIn(world)).toEqual([]);
  // The change in between took the revision that this one was to have.
  expect(framesOf(world, ann, 'entries')).toMatchObject([
    { revision: 1, operation: 'set', entries: { early: 'v' } },
    { revision: 2, operation: 'remove', entries: { early: '' } },
    { revision: 3, operation: 'set', entries: { late: 'v' } },
    { revision: 4, operation: 'remove', entries: { late: '' } },
  ]);
});

test('an end in a room that was created again since then touches nothing there', async () => {
  const { world } = await worldWithEntries();
  const before = await roomOf(world);
  await destroyRoom(world.deps, world.room, false);
  await createRoom(world.deps, world.room, 'again');
  await setRoomEntries(world.deps, world.room, {
    ...{ userId: 'bob' as UserId, autoDelete: true, overwrite: false },
    entries: new Map([['anew', 'v']]),
  });
  await removeEntriesOf(world.deps, before, 'bob' as UserId);
  expect(await keysIn(world)).toEqual(['anew']);
});
