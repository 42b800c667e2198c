import { expect, test } from 'vitest';
import type { UserId } from '../../lib/protocol/ids.ts';
import type { RoomStore } from '../../lib/store/room-store.ts';
import { eraseFromRoom } from '../../lib/usecases/steps/erase-from-room.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld } from '../support/world.ts';

const store = useStore('dynoxide');

test.each(['constructor', 'toString'])('a user called %s is evicted and allowlisted like any other', async (name) => {
  const world = createWorld(store());
  await world.drop(await world.enter(name));
  await world.publish(30);
  expect(await world.isIn(name)).toBe(true);
  await world.publish(1);
  expect(await world.isIn(name)).toBe(false);
  await world.drop(await world.enter(name));
  expect(await world.protect(name)).toBe('added');
  await world.publish(31);
  expect(await world.isIn(name)).toBe(true);
});

test('a deleted user called constructor is not taken off an allowlist that they are not on', async () => {
  const world = createWorld(store());
  await world.enter('ann');
  let removals = 0;
  const removeFromAllowlist: RoomStore['removeFromAllowlist'] = (...which) => {
    removals += 1;
    return world.deps.store.removeFromAllowlist(...which);
  };
  const deps = { ...world.deps, store: { ...world.deps.store, removeFromAllowlist } };
  await eraseFromRoom(deps, world.room, 'constructor' as UserId);
  expect(removals).toBe(0);
  await world.protect('constructor');
  await eraseFromRoom(deps, world.room, 'constructor' as UserId);
  expect(removals).toBe(1);
});
