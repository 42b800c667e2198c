import { expect, test } from 'vitest';
import { createRoom } from '../../lib/usecases/steps/create-room.ts';
import { resumeDistribution, stopDistribution } from '../../lib/usecases/stop-distribution.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld } from '../support/world.ts';
import { leaveRoomDestroyed } from './half-destroyed-room.ts';

const store = useStore('dynoxide');

test('while distribution is stopped, messages are stored and not pushed', async () => {
  const world = createWorld(store());
  const ann = await world.enter('ann');
  const seqs = () =>
    world.push
      .framesOf(ann.connectionId)
      .flatMap((frame) => (frame.event === 'messages' ? frame.messages : []))
      .map((message) => message.seq);
  expect(await stopDistribution(world.deps, world.room)).toBe('set');
  await world.publish(2);
  expect(await resumeDistribution(world.deps, world.room)).toBe('set');
  await world.publish(1);
  expect(seqs()).toEqual([3]);
  const missed = await world.frame(ann, { action: 'repair', room: world.room, afterSeq: 0, beforeSeq: 3 });
  expect(missed).toMatchObject({ code: 0, messages: [{ seq: 1 }, { seq: 2 }] });
});

test.each(['never was', 'is being destroyed'])('a room that %s: false', async (state) => {
  const world = createWorld(store());
  if (state === 'is being destroyed') {
    await createRoom(world.deps, world.room, '');
    await leaveRoomDestroyed(world);
  }
  expect(await stopDistribution(world.deps, world.room)).toMatchObject({ reason: 'no-such-room' });
  expect(await resumeDistribution(world.deps, world.room)).toMatchObject({ reason: 'no-such-room' });
});
