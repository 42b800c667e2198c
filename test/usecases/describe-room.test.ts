import { expect, test } from 'vitest';
import type { RoomId } from '../../lib/protocol/ids.ts';
import { describeRoom, describeRooms } from '../../lib/usecases/describe-room.ts';
import { setRoomExpiry } from '../../lib/usecases/set-room-expiry.ts';
import { createRoom } from '../../lib/usecases/steps/create-room.ts';
import { destroyRoom } from '../../lib/usecases/steps/destroy-room.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld } from '../support/world.ts';
import { disturb } from './disturbed-store.ts';
import { leaveRoomDestroyed } from './half-destroyed-room.ts';

const store = useStore('dynoxide');

test('a room is described with its members by the rules', async () => {
  const world = createWorld(store());
  await world.enter('ann');
  await world.drop(await world.enter('constructor'));
  expect(await describeRoom(world.deps, world.room)).toMatchObject({
    room: { roomId: world.room, muted: false, destroyType: 'idle', destroyAfterMin: 60 },
    memberCount: 2,
  });
  world.pass(30_001);
  await world.publish(1);
  expect(await describeRoom(world.deps, world.room)).toMatchObject({ memberCount: 1 });
});

test('missing and destroyed rooms are left out, the others are in the order of the request', async () => {
  const { deps } = createWorld(store());
  const [r1, gone, r2] = ['d-1', 'd-gone', 'constructor'] as RoomId[] as [RoomId, RoomId, RoomId];
  for (const room of [r1, gone, r2]) await createRoom(deps, room, `name of ${room}`);
  await destroyRoom(deps, gone, false);
  const found = await describeRooms(deps, [r2, gone, 'd-never' as RoomId, r1]);
  expect(found.map(({ roomId, name }) => [roomId, name])).toEqual([
    [r2, 'name of constructor'],
    [r1, 'name of d-1'],
  ]);
  expect(await describeRoom(deps, gone)).toMatchObject({ reason: 'no-such-room' });
});

test('a room that is being destroyed is not found', async () => {
  const world = createWorld(store());
  await createRoom(world.deps, world.room, '');
  await leaveRoomDestroyed(world);
  expect(await describeRoom(world.deps, world.room)).toMatchObject({ reason: 'no-such-room' });
  expect(await describeRooms(world.deps, [world.room])).toEqual([]);
  expect(await setRoomExpiry(world.deps, world.room, { destroyType: 'fixed', destroyAfterMin: 60 })).toMatchObject({
    reason: 'no-such-room',
  });
});

test('the end of an existing room can be changed', async () => {
  const { deps, room } = createWorld(store());
  const end = { destroyType: 'fixed', destroyAfterMin: 10_080 } as const;
  expect(await setRoomExpiry(deps, room, end)).toMatchObject({ reason: 'no-such-room' });
  await createRoom(deps, room, '');
  expect(await setRoomExpiry(deps, room, end)).toBe('set');
  expect(await describeRoom(deps, room)).toMatchObject({ room: end });
});

test('the new end is not given to a room that was created again under the same id', async () => {
  const world = createWorld(store());
  await createRoom(world.deps, world.room, '');
  const disturbed = disturb(world.deps.store, 'setRoomExpiry', 'before');
  disturbed.once(async () => {
    await destroyRoom(world.deps, world.room, false);
    await createRoom(world.deps, world.room, '');
  });
  const end = { destroyType: 'fixed', destroyAfterMin: 600 } as const;
  expect(await setRoomExpiry({ ...world.deps, store: disturbed.store }, world.room, end)).toMatchObject({
    reason: 'no-such-room',
  });
  expect(await describeRoom(world.deps, world.room)).toMatchObject({ room: { destroyType: 'idle' } });
});
