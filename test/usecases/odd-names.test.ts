import { expect, test } from 'vitest';
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
