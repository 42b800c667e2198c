import { expect, test } from 'vitest';
import { latestFirst, userIn } from '../../lib/domain/time-sorted-item.ts';
import type { RoomId, UserId } from '../../lib/protocol/ids.ts';
import { StoreFault } from '../../lib/store/room-store.ts';
import { exemptFromMute } from '../../lib/usecases/exempt-from-mute.ts';
import { mutedEverywhere, muteEverywhere, unmuteEverywhere } from '../../lib/usecases/mute-everywhere.ts';
import { fresh, user } from '../store/rows.ts';
import { useStore } from '../support/emulators.ts';
import { servedValue } from '../support/outcome.ts';
import { createWorld, type World } from '../support/world.ts';
import { disturb } from './disturbed-store.ts';

const store = useStore('dynoxide');
const minuteMs = 60_000;

/** A mute in all rooms affects all worlds of the store, so each test has a user of its own. */
const newUser = () => user(fresh('bob'));

const endOf = async (world: World, user: UserId): Promise<number | undefined> => {
  const muted = servedValue(await mutedEverywhere(world.deps, undefined, 1000));
  return muted.find(({ userId }) => userId === user)?.untilMs;
};

test('the user may send in no room, though exempt in one, until the time is over', async () => {
  const world = createWorld(store(), { multipleRooms: true });
  const bob = newUser();
  const phone = await world.enter(bob);
  const room = `${world.room}-2` as RoomId;
  await world.join(phone, { room });
  await exemptFromMute(world.deps, world.room, [bob]);
  await muteEverywhere(world.deps, [bob], world.clock.nowMs + minuteMs);
  const sendToOther = (clientMessageId: string) =>
    world.frame(phone, { action: 'send', room, clientMessageId, type: 'RC:TxtMsg', content: '{}' });
  expect(await world.send(phone)).toMatchObject({ code: 23408 });
  expect(await sendToOther('m1')).toMatchObject({ code: 23408 });
  world.pass(minuteMs - 1);
  expect(await world.send(phone)).toMatchObject({ code: 23408 });
  world.pass(1);
  expect(await world.send(phone)).toMatchObject({ code: 0 });
  expect(await sendToOther('m2')).toMatchObject({ code: 0 });
});

test('the last call counts; the list has the user until the time is over', async () => {
  const world = createWorld(store());
  const [bob, eve] = [newUser(), newUser()];
  const untilMs = world.clock.nowMs + minuteMs;
  await muteEverywhere(world.deps, [bob, eve, bob], untilMs + minuteMs);
  await muteEverywhere(world.deps, [bob], untilMs);
  expect(await endOf(world, bob)).toBe(untilMs);
  world.pass(minuteMs);
  expect(await endOf(world, bob)).toBeUndefined();
  expect(await endOf(world, eve)).toBe(untilMs + minuteMs);
});

test('the end of a mute lets the user send and takes them off the list', async () => {
  const world = createWorld(store());
  const bob = newUser();
  const phone = await world.enter(bob);
  await muteEverywhere(world.deps, [bob], world.clock.nowMs + minuteMs);
  await unmuteEverywhere(world.deps, [bob]);
  expect(await world.send(phone)).toMatchObject({ code: 0 });
  expect(await endOf(world, bob)).toBeUndefined();
  const listed = await world.deps.store.readList('muted-users', { afterItem: '', limit: 1000 }, world.clock.nowMs);
  expect(listed.map(({ item }) => userIn(item))).not.toContain(bob);
});

test('a user who is listed and not muted is not shown', async () => {
  const world = createWorld(store());
  const bob = newUser();
  const untilMs = world.clock.nowMs + minuteMs;
  await world.deps.store.addToList('muted-users', [{ item: latestFirst(untilMs, bob), untilMs }]);
  expect(await endOf(world, bob)).toBeUndefined();
});

test('a mute whose Lambda dies right after its write is listed', async () => {
  const world = createWorld(store());
  const bob = newUser();
  const untilMs = world.clock.nowMs + minuteMs;
  const disturbed = disturb(world.deps.store, 'setAccess', 'after');
  disturbed.once(() => {
    throw new StoreFault('unable to go on');
  });
  const deps = { ...world.deps, store: disturbed.store };
  await expect(muteEverywhere(deps, [bob], untilMs)).rejects.toThrow(StoreFault);
  expect((await world.deps.store.getAccess(bob)).mutedUntilMs).toBe(untilMs);
  expect(await endOf(world, bob)).toBe(untilMs);
});

// A mute reads the access once before its write, and twice for the list.
test.each([1, 2, 3])('a mute during another one, after its read %i: the one that holds is listed', async (read) => {
  for (const [first, second] of [
    [1, 2],
    [2, 1],
    [1, 1],
  ] as const) {
    const world = createWorld(store());
    const bob = newUser();
    const [firstMs, secondMs] = [first, second].map((minutes) => world.clock.nowMs + minutes * minuteMs) as [
      number,
      number,
    ];
    const disturbed = disturb(world.deps.store, 'getAccess', 'after');
    const muteOnRead = (left: number) => () =>
      left === 1 ? muteEverywhere(world.deps, [bob], secondMs) : disturbed.once(muteOnRead(left - 1));
    disturbed.once(muteOnRead(read));
    await muteEverywhere({ ...world.deps, store: disturbed.store }, [bob], firstMs);
    const holdsMs = read === 1 ? firstMs : secondMs;
    expect((await world.deps.store.getAccess(bob)).mutedUntilMs).toBe(holdsMs);
    expect(await endOf(world, bob)).toBe(holdsMs);
    const listed = await world.deps.store.readList('muted-users', { afterItem: '', limit: 1000 }, 0);
    // It may hold a stale item too, which its readers skip.
    expect(listed).toContainEqual({ item: latestFirst(holdsMs, bob), untilMs: holdsMs });
  }
});

test('a mute during the end of another one leaves the user muted and listed', async () => {
  const world = createWorld(store());
  const bob = newUser();
  const untilMs = world.clock.nowMs + minuteMs;
  await muteEverywhere(world.deps, [bob], untilMs);
  const disturbed = disturb(world.deps.store, 'removeFromList', 'before');
  disturbed.once(() => muteEverywhere(world.deps, [bob], untilMs));
  await unmuteEverywhere({ ...world.deps, store: disturbed.store }, [bob]);
  expect(await endOf(world, bob)).toBe(untilMs);
});

test('a user called constructor is muted like any other, and only by a mute', async () => {
  const world = createWorld(store());
  const name = 'constructor' as UserId;
  const phone = await world.enter(name);
  expect(await world.send(phone)).toMatchObject({ code: 0 });
  await muteEverywhere(world.deps, [name], world.clock.nowMs + minuteMs);
  expect(await world.send(phone)).toMatchObject({ code: 23408 });
  expect(await endOf(world, name)).toBe(world.clock.nowMs + minuteMs);
});
