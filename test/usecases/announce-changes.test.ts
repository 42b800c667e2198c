import { expect, test } from 'vitest';
import type { RoomId } from '../../lib/protocol/ids.ts';
import { destroyRoom } from '../../lib/usecases/steps/destroy-room.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';

const store = useStore('dynoxide');
const minuteMs = 60_000;

const eventsOf = (world: World) =>
  world.events.map(({ type, status, userIds }) => ({ type, status, users: [...userIds] }));
const room = (type: number, status = 0) => ({ type, status, users: [] });
const user = (name: string, type: number, status = 0) => ({ type, status, users: [name] });

test('created, joined, left by a call: one event each, in this order', async () => {
  const world = createWorld(store());
  const ann = await world.enter('ann');
  await world.leave(ann);
  await world.settle();
  expect(eventsOf(world)).toEqual([room(0), user('ann', 1), user('ann', 2)]);
  expect(world.events[1]).toMatchObject({ chatRoomId: world.room, time: world.clock.nowMs });
});

test('evicted as offline: type 2 with status 1, once, when the message is accepted', async () => {
  const world = createWorld(store());
  await world.enter('ann');
  await world.drop(await world.enter('bob'));
  await world.publish(30);
  await world.settle();
  expect(eventsOf(world)).toEqual([room(0), user('ann', 1), user('bob', 1)]);
  await world.publish(2);
  await world.settle();
  expect(eventsOf(world).slice(3)).toEqual([user('bob', 2, 1)]);
});

test('blocked: type 2 with status 2, once; no event for a user who is not a member', async () => {
  const world = createWorld(store());
  await world.enter('ann');
  await world.enter('bob');
  await world.block(world.clock.nowMs + minuteMs, 'bob', 'nobody');
  await world.settle();
  expect(eventsOf(world).slice(3)).toEqual([user('bob', 2, 2)]);
  await world.block(world.clock.nowMs + minuteMs, 'bob');
  await world.settle();
  expect(world.events).toHaveLength(4);
});

test('destroyed by a call and by its own end: one event of the room, none for each member', async () => {
  for (const byItself of [false, true]) {
    const world = createWorld(store());
    await world.drop(await world.enter('ann'));
    await world.enter('bob');
    await destroyRoom(world.deps, world.room as RoomId, byItself);
    await world.settle();
    expect(eventsOf(world)).toEqual([room(0), user('ann', 1), user('bob', 1), room(3, byItself ? 3 : 0)]);
  }
});

test('the leave of a user who is marked offline is reported as a leave', async () => {
  const world = createWorld(store());
  const device = { platform: 'mobile', instance: 'run_1' };
  const ann = await world.enter('ann');
  await world.drop(await world.enter('bob', device));
  expect(await world.isOffline('bob')).toBe(true);
  expect(await world.leave(await world.open('bob', device))).toEqual({ code: 0 });
  expect(await world.endsSeenBy(ann, 'bob')).toEqual(['left']);
  expect(eventsOf(world).at(-1)).toEqual(user('bob', 2));
});

test('leaving ends all devices: the other one is notified, the one that left gets only its answer', async () => {
  const world = createWorld(store(), { leaveEndsAllDevices: true });
  const phone = await world.enter('ann');
  const laptop = await world.enter('ann');
  const removed = (connectionId: string) =>
    world.push.framesOf(connectionId).filter((frame) => frame.event === 'removed');
  expect(await world.leave(phone)).toEqual({ code: 0 });
  await world.settle();
  expect(removed(laptop.connectionId)).toMatchObject([{ reason: 'left' }]);
  expect(removed(phone.connectionId)).toEqual([]);
});

test('I-M18: a device that reconnects learns why its membership ended', async () => {
  const world = createWorld(store());
  const bob = await world.enter('bob');
  const joined = await world.join(bob);
  if (joined.code !== 0) throw new Error('unable to join');
  const { roomEpoch, membership } = joined as { roomEpoch: string; membership: string };
  await world.drop(bob);
  await world.block(world.clock.nowMs + minuteMs, 'bob');
  await world.settle();
  world.pass(minuteMs);
  const again = await world.open('bob');
  const resumed = await world.join(again, { resume: { roomEpoch, membership, seq: 0 } });
  expect(resumed).toMatchObject({ code: 23406, reason: 'blocked' });
});

test('with the setting off nobody is notified of others, and a removed user still is', async () => {
  const world = createWorld(store(), { notifyMemberChanges: false });
  const ann = await world.enter('ann');
  const bob = await world.enter('bob');
  await world.block(world.clock.nowMs + minuteMs, 'bob');
  await world.settle();
  expect(world.push.framesOf(ann.connectionId)).toEqual([]);
  expect(world.push.framesOf(bob.connectionId)).toMatchObject([{ event: 'removed', reason: 'blocked' }]);
  expect(eventsOf(world).at(-1)).toEqual(user('bob', 2, 2));
});

test('a batch that arrives twice: the same events with the same ids, and no row is lost', async () => {
  const world = createWorld(store());
  await world.enter('ann');
  await world.enter('bob');
  await world.block(world.clock.nowMs + minuteMs, 'bob');
  await world.settle();
  const first = world.events.splice(0);
  await world.announceAgain();
  expect(world.events).toEqual(first);
  expect(await world.memberIds()).toEqual(['ann']);
  world.pass(minuteMs);
  expect(await world.join(await world.open('bob'))).toMatchObject({ code: 0, fresh: true });
  await world.announceAgain();
  expect(await world.isIn('bob')).toBe(true);
});

test('a queue that refuses: no event is skipped, and the next run sends all of them', async () => {
  const world = createWorld(store());
  await world.enter('ann');
  world.refuseEvents(1);
  await expect(world.settle()).rejects.toThrow('unable to announce the changes');
  expect(world.events).toEqual([]);
  await world.announceAgain();
  expect(eventsOf(world)).toEqual([room(0), user('ann', 1)]);
});
