import { expect, test } from 'vitest';
import { isLive, type Room } from '../../lib/domain/room.ts';
import type { UserId } from '../../lib/protocol/ids.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { notifyRoom, notifyUsers } from '../../lib/usecases/send-notice.ts';
import { user } from '../store/rows.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';

const store = useStore('dynoxide');

async function roomOf(world: World): Promise<Room> {
  const room = await world.deps.store.getRoom(world.room);
  if (!isLive(room)) throw new Error('unable to go on; the room is not there');
  return room;
}

const noticesTo = (world: World, { connectionId }: Caller) =>
  world.push.framesOf(connectionId).filter((frame) => frame.event === 'notice');

test('everyone in the room is notified, and nobody else', async () => {
  const world = createWorld(store());
  const devices = [await world.enter('ann'), await world.enter('bob'), await world.enter('bob')];
  const outside = await world.open('eve');
  const notice = {
    kind: 'mute-users',
    userIds: [user('bob'), user('eve')],
    durationMs: 60_000,
    extra: 'be kind',
  } as const;
  await notifyRoom(world.deps, await roomOf(world), notice);
  const frame = { event: 'notice', room: world.room, atMs: world.clock.nowMs, ...notice };
  for (const device of devices) expect(noticesTo(world, device)).toEqual([frame]);
  expect(noticesTo(world, outside)).toEqual([]);
});

test('a blocked user is notified too, though they are no longer in the room', async () => {
  const world = createWorld(store());
  const ann = await world.enter('ann');
  const bob = await world.enter('constructor');
  await world.block(world.clock.nowMs + 60_000, 'constructor');
  await world.settle();
  const notice = { userIds: [user('constructor'), user('constructor')], durationMs: 60_000, extra: '' };
  await notifyRoom(world.deps, await roomOf(world), { kind: 'block', ...notice });
  await notifyRoom(world.deps, await roomOf(world), { kind: 'unblock', ...notice });
  expect(noticesTo(world, ann).map((frame) => frame.kind)).toEqual(['block', 'unblock']);
  expect(noticesTo(world, bob).map((frame) => frame.kind)).toEqual(['block']);
});

test('users are notified on all their devices, whether in a room or not', async () => {
  const world = createWorld(store());
  const devices = [await world.enter('max'), await world.open('max'), await world.open('zoe')];
  const closed = await world.open('zoe');
  await world.drop(closed);
  const ann = await world.enter('ann');
  const notice = {
    kind: 'mute-everywhere',
    userIds: [user('max'), user('zoe')],
    durationMs: 60_000,
    extra: '',
  } as const;
  await notifyUsers(world.deps, ['max', 'zoe'] as UserId[], notice);
  for (const device of devices) expect(noticesTo(world, device)).toMatchObject([{ room: '', kind: 'mute-everywhere' }]);
  expect(noticesTo(world, closed)).toEqual([]);
  expect(noticesTo(world, ann)).toEqual([]);
});

test('a notice does not count for an eviction', async () => {
  const world = createWorld(store());
  await world.enter('ann');
  await world.drop(await world.enter('bob'));
  await world.publish(30);
  const notice = { kind: 'mute-room', userIds: [], durationMs: 0, extra: '' } as const;
  await notifyRoom(world.deps, await roomOf(world), notice);
  expect(await world.isIn('bob')).toBe(true);
});
