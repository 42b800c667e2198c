import { expect, test } from 'vitest';
import type { UserId } from '../../lib/protocol/ids.ts';
import { type RoomStore, StoreFault } from '../../lib/store/room-store.ts';
import { blockEverywhere, blockedEverywhere, unblockEverywhere } from '../../lib/usecases/block-everywhere.ts';
import { fresh, user } from '../store/rows.ts';
import { useStore } from '../support/emulators.ts';
import { servedValue } from '../support/outcome.ts';
import { createWorld, type World } from '../support/world.ts';
import { disturb } from './disturbed-store.ts';

const store = useStore('dynoxide');
const minuteMs = 60_000;

/** A block everywhere affects all worlds of the store, so each test has a user of its own. */
const newUser = () => user(fresh('bob'));

const endOf = async (world: World, user: UserId): Promise<number | undefined> => {
  const blocked = servedValue(await blockedEverywhere(world.deps, undefined, 1000));
  return blocked.find(({ userId }) => userId === user)?.untilMs;
};

test('all devices are notified and force-closed; the user stays a member, offline, and the usual rules apply from then on', async () => {
  const world = createWorld(store());
  const bob = newUser();
  await world.enter('ann');
  const devices = [await world.enter(bob), await world.enter(bob)];
  await blockEverywhere(world.deps, [bob], world.clock.nowMs + minuteMs);
  for (const { connectionId } of devices) {
    expect(world.push.framesOf(connectionId).at(-1)).toMatchObject({ event: 'closing', code: 31011 });
    expect(world.push.closed).toContain(connectionId);
  }
  expect(await world.deps.store.connectionsOf(bob)).toEqual([]);
  expect(await world.isOffline(bob)).toBe(true);
  await world.publish(30);
  expect(await world.isIn(bob)).toBe(true);
  await world.publish(1);
  expect(await world.isIn(bob)).toBe(false);
});

test('ending the connections of one user ends no connection of others', async () => {
  const world = createWorld(store());
  const ann = await world.enter('ann');
  await blockEverywhere(world.deps, [newUser()], world.clock.nowMs + minuteMs);
  expect(world.push.closed).toEqual([]);
  expect(await world.send(ann)).toMatchObject({ code: 0 });
});

test('the user can connect again from the first ms after the block, or after it is lifted', async () => {
  const world = createWorld(store());
  const bob = newUser();
  await blockEverywhere(world.deps, [bob], world.clock.nowMs + minuteMs);
  world.pass(minuteMs - 1);
  expect(await world.connect(world.device(bob))).toBe(false);
  world.pass(1);
  expect(await world.connect(world.device(bob))).toBe(true);
  await blockEverywhere(world.deps, [bob], world.clock.nowMs + minuteMs);
  expect(await world.connect(world.device(bob))).toBe(false);
  expect(await endOf(world, bob)).toBe(world.clock.nowMs + minuteMs);
  await unblockEverywhere(world.deps, [bob]);
  expect(await endOf(world, bob)).toBeUndefined();
  expect(await world.connect(world.device(bob))).toBe(true);
});

test('a device that connects after the connections of its user were read is refused', async () => {
  const world = createWorld(store());
  const bob = newUser();
  const disturbed = disturb(world.deps.store, 'connectionsOf', 'after');
  let isConnected: boolean | undefined;
  disturbed.once(async () => {
    isConnected = await world.connect(world.device(bob));
  });
  await blockEverywhere({ ...world.deps, store: disturbed.store }, [bob], world.clock.nowMs + minuteMs);
  expect(isConnected).toBe(false);
  expect(await world.deps.store.connectionsOf(bob)).toEqual([]);
});

test('one connection that cannot be closed makes the call fail, and the others are force-closed all the same', async () => {
  const world = createWorld(store());
  const bob = newUser();
  const devices = [await world.enter(bob), await world.enter(bob)];
  const disturbed = disturb(world.deps.store, 'closeConnection', 'before');
  disturbed.once(() => {
    throw new StoreFault('unable to go on');
  });
  const block = () => blockEverywhere({ ...world.deps, store: disturbed.store }, [bob], world.clock.nowMs + minuteMs);
  await expect(block()).rejects.toThrow(StoreFault);
  expect(world.push.closed).toHaveLength(devices.length);
  expect(await world.deps.store.connectionsOf(bob)).toHaveLength(1);
  await block();
  expect(await world.deps.store.connectionsOf(bob)).toEqual([]);
  expect(world.faults).toEqual([]);
});

test('a failure for one user holds up no other', async () => {
  const world = createWorld(store());
  const users = Array.from({ length: 20 }, newUser);
  const devices = [];
  for (const one of users) devices.push(await world.open(one));
  const [first, ...others] = users;
  const connectionsOf: RoomStore['connectionsOf'] = async (one) => {
    if (one === first) throw new StoreFault('unable to go on');
    return world.deps.store.connectionsOf(one);
  };
  const deps = { ...world.deps, store: { ...world.deps.store, connectionsOf } };
  await expect(blockEverywhere(deps, users, world.clock.nowMs + minuteMs)).rejects.toThrow(StoreFault);
  expect(new Set(world.push.closed)).toEqual(new Set(devices.slice(1).map(({ connectionId }) => connectionId)));
  for (const other of others) expect(await world.connect(world.device(other))).toBe(false);
});

test('a user who is listed and not blocked is not shown', async () => {
  const world = createWorld(store());
  const bob = newUser();
  await world.deps.store.addToList('blocked-users', [{ item: bob, untilMs: world.clock.nowMs + minuteMs }]);
  expect(await endOf(world, bob)).toBeUndefined();
});

test('a block whose Lambda dies right after its write is listed', async () => {
  const world = createWorld(store());
  const bob = newUser();
  const untilMs = world.clock.nowMs + minuteMs;
  const disturbed = disturb(world.deps.store, 'setAccess', 'after');
  disturbed.once(() => {
    throw new StoreFault('unable to go on');
  });
  const deps = { ...world.deps, store: disturbed.store };
  await expect(blockEverywhere(deps, [bob], untilMs)).rejects.toThrow(StoreFault);
  expect(await world.connect(world.device(bob))).toBe(false);
  expect(await endOf(world, bob)).toBe(untilMs);
});

test('a user called constructor is blocked like any other, and only by a block', async () => {
  const world = createWorld(store());
  const name = 'constructor' as UserId;
  const phone = await world.enter(name);
  await blockEverywhere(world.deps, [name], world.clock.nowMs + minuteMs);
  expect(world.push.closed).toEqual([phone.connectionId]);
  expect(await world.connect(world.device(name))).toBe(false);
  expect(await endOf(world, name)).toBe(world.clock.nowMs + minuteMs);
});
