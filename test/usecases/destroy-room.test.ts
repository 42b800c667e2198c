import { describe, expect, test } from 'vitest';
import { destroyRoom } from '../../lib/usecases/destroy-room.ts';
import { createRoom } from '../../lib/usecases/steps/create-room.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';
import { disturb } from './disturbed-store.ts';
import { mortalDeps } from './mortal-deps.ts';

const store = useStore('dynoxide');

/** The room is destroyed, and its Lambda dies before it removes the rows. */
async function destroyAndDie(world: World): Promise<void> {
  const mortal = mortalDeps(world.deps, (name) => name === 'listMembers');
  await expect(Promise.race([destroyRoom(mortal.deps, world.room, false), mortal.died])).rejects.toThrow('killed');
}

const rowOf = async (world: World, name: string) =>
  (await world.deps.store.listMembers(world.room)).members.find(({ userId }) => userId === name);
const framesOf = (world: World, connectionId: string, event: string) =>
  world.push.framesOf(connectionId).filter((frame) => frame.event === event);

describe('I-L1: a destruction whose Lambda died is finished by the sweep', () => {
  test('where the room was created again: the rows of its former epoch go, those of the new one stay', async () => {
    const world = createWorld(store());
    const ann = await world.enter('ann');
    await destroyAndDie(world);
    await createRoom(world.deps, world.room, 'again');
    await world.enter('bob');
    await world.settle();
    expect(await rowOf(world, 'ann')).toBeDefined();
    world.pass(70_000);
    await world.sweep();
    expect(await rowOf(world, 'ann')).toBeUndefined();
    expect(await rowOf(world, 'bob')).toMatchObject({ connections: [expect.any(String)] });
    expect(framesOf(world, ann.connectionId, 'destroyed')).toHaveLength(1);
    expect(await world.isIn('bob')).toBe(true);
  });

  test('where it was not: its row goes too', async () => {
    const world = createWorld(store());
    await world.enter('ann');
    await destroyAndDie(world);
    world.pass(70_000);
    await world.sweep();
    expect(await rowOf(world, 'ann')).toBeUndefined();
    expect(await world.deps.store.getRoom(world.room)).toBeUndefined();
  });

  test('not where the Lambda died before it destroyed the room', async () => {
    const world = createWorld(store());
    await world.enter('ann');
    const mortal = mortalDeps(world.deps, (name) => name === 'destroyRoom');
    await expect(Promise.race([destroyRoom(mortal.deps, world.room, false), mortal.died])).rejects.toThrow('killed');
    world.pass(70_000);
    await world.sweep();
    expect(await world.isIn('ann')).toBe(true);
  });
});

test('I-M10: a resume that reads the row after the destruction has removed it is refused as destroyed', async () => {
  const disturbed = disturb(store().store, 'getMember', 'before');
  const world = createWorld({ ...store(), store: disturbed.store });
  const bob = await world.enter('bob');
  const joined = await world.join(bob);
  if (joined.code !== 0 || !('membership' in joined)) throw new Error('unable to join the room');
  const { roomEpoch, membership } = joined;
  disturbed.once(() => destroyRoom(world.deps, world.room, false));
  const resumed = await world.join(await world.open('bob'), { resume: { roomEpoch, membership, seq: 0 } });
  expect(resumed).toMatchObject({ reason: 'destroyed' });
});
