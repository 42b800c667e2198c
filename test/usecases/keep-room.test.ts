import { beforeEach, expect, test } from 'vitest';
import type { RoomId } from '../../lib/protocol/ids.ts';
import { keepRoom, keptRooms, stopKeepingRoom } from '../../lib/usecases/keep-room.ts';
import { createRoom } from '../../lib/usecases/steps/create-room.ts';
import { destroyRoom } from '../../lib/usecases/steps/destroy-room.ts';
import { useStore } from '../support/emulators.ts';
import { reasonOf } from '../support/outcome.ts';
import { createWorld } from '../support/world.ts';
import { disturb } from './disturbed-store.ts';
import { leaveRoomDestroyed } from './half-destroyed-room.ts';

const store = useStore('dynoxide');

// All worlds of the store share the set.
beforeEach(async () => {
  const { deps } = createWorld(store());
  await deps.store.removeFromSet('kept-rooms', await keptRooms(deps));
});

test('as many rooms are kept as the settings allow; keeping a kept room again succeeds', async () => {
  const { deps } = createWorld(store(), { maxKeptRooms: 2 });
  const rooms = ['k1', 'constructor', 'k3'] as RoomId[];
  for (const room of rooms) await createRoom(deps, room, '');
  const outcomes = [];
  for (const room of [...rooms, 'k1' as RoomId]) outcomes.push(await keepRoom(deps, room));
  expect(outcomes.map((outcome) => reasonOf(outcome) ?? outcome)).toEqual([
    ...['kept', 'kept', 'too-many-kept-rooms', 'kept'],
  ]);
  expect(await keptRooms(deps)).toEqual(['constructor', 'k1']);
});

test('after a stop another room can be kept; only the first stop says that the room was kept', async () => {
  const { deps } = createWorld(store(), { maxKeptRooms: 1 });
  const rooms = ['k1', 'k2'] as [RoomId, RoomId];
  for (const room of rooms) await createRoom(deps, room, '');
  await keepRoom(deps, rooms[0]);
  expect(await stopKeepingRoom(deps, rooms[0])).toBe('stopped');
  expect(await stopKeepingRoom(deps, rooms[0])).toMatchObject({ reason: 'room-not-kept' });
  expect(await keepRoom(deps, rooms[1])).toBe('kept');
});

test('a destroyed room is no longer kept', async () => {
  const { deps, room } = createWorld(store());
  await createRoom(deps, room, '');
  await keepRoom(deps, room);
  await destroyRoom(deps, room, false);
  expect(await keptRooms(deps)).toEqual([]);
  expect(await keepRoom(deps, room)).toMatchObject({ reason: 'no-such-room' });
  expect(await keptRooms(deps)).toEqual([]);
});

test('a room that is being destroyed never counts against the limit, not even for a moment', async () => {
  const world = createWorld(store());
  await createRoom(world.deps, world.room, '');
  await leaveRoomDestroyed(world);
  const disturbed = disturb(world.deps.store, 'addToSet', 'before');
  disturbed.once(() => expect.unreachable());
  expect(await keepRoom({ ...world.deps, store: disturbed.store }, world.room)).toMatchObject({
    reason: 'no-such-room',
  });
});

test.each(['addToSet', 'bumpSendPermissionVersion'] as const)(
  'a room that ends right before the call of %s is not kept and does not count against the limit',
  async (name) => {
    for (const byItself of [false, true]) {
      const world = createWorld(store());
      await createRoom(world.deps, world.room, '');
      const disturbed = disturb(world.deps.store, name, 'before');
      disturbed.once(() => destroyRoom(world.deps, world.room, byItself));
      expect(await keepRoom({ ...world.deps, store: disturbed.store }, world.room)).toMatchObject({
        reason: 'no-such-room',
      });
      expect(await keptRooms(world.deps)).toEqual([]);
    }
  },
);

test('a room that is created again right before it is kept is kept, and so is one that another call kept in between', async () => {
  const world = createWorld(store());
  await createRoom(world.deps, world.room, '');
  const disturbed = disturb(world.deps.store, 'addToSet', 'before');
  disturbed.once(async () => {
    await destroyRoom(world.deps, world.room, false);
    await createRoom(world.deps, world.room, '');
    expect(await keepRoom(world.deps, world.room)).toBe('kept');
  });
  expect(await keepRoom({ ...world.deps, store: disturbed.store }, world.room)).toBe('kept');
  expect(await keptRooms(world.deps)).toEqual([world.room]);
});
