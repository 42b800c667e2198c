import { expect, test } from 'vitest';
import { sendMessage } from '../../lib/usecases/send-message.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld } from '../support/world.ts';

const store = useStore('dynoxide');

test('KICK-30S: a delivery that fails does not stop an eviction', async () => {
  const world = createWorld(store());
  const ann = await world.enter('ann');
  await world.enter('cat');
  const bob = await world.enter('bob');
  await world.drop(bob);
  world.pass(30_001);
  const post = () => Promise.reject(new Error('unreachable'));
  const deps = { ...world.deps, push: { ...world.deps.push, post } };
  const text = { type: 'RC:TxtMsg', content: '{}', clientMessageId: 'm1' };
  expect(await sendMessage(deps, ann, { room: world.room, ...text })).toMatchObject({ code: 0, seq: 1 });
  expect(world.faults).toEqual([new Error('unreachable')]);
  expect((await world.deps.store.getMember(world.room, bob.userId))?.membershipId).toBeUndefined();
});
