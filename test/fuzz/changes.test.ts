import { expect, it } from 'vitest';
import { changesHandler } from '../../lib/handlers/changes.ts';
import type { UserId } from '../../lib/protocol/ids.ts';
import { readChange } from '../../lib/store/dynamodb/changes.ts';
import { StoreFault, type StreamRecord } from '../../lib/store/room-store.ts';
import { destroyRoom } from '../../lib/usecases/destroy-room.ts';
import { createMemoryStore } from '../simulation/memory-store.ts';
import { createWorld } from '../support/world.ts';
import { bentImage } from './bent-values.ts';
import { type Draw, drawsOf, pick } from './draw.ts';

/** What the stream has after a room was used in every way that it reports. */
async function recorded() {
  const store = createMemoryStore();
  const world = createWorld(store, { realTimeKickOut: false });
  const [ann, bob] = [await world.enter('ann'), await world.enter('bob')];
  await world.enter('carl');
  await world.send(ann);
  await world.block(world.clock.nowMs + 60_000, 'carl');
  await world.leave(bob);
  await world.drop(await world.enter('dora'));
  await world.publish(31);
  const { nowMs } = world.clock;
  const said = { fromUserId: 'ann' as UserId, type: 'app:x', content: 'hi', includeSender: true };
  await world.deps.store.putBroadcast(
    { ...said, id: 'b1', sentAtMs: nowMs, afterRoom: '', rest: [] },
    nowMs + 60_000,
    'continue',
  );
  await destroyRoom(world.deps, world.room, false);
  const readAll = await store.openStream();
  const records = (await readAll()).filter((record) => readChange(record) !== undefined);
  return { world, records };
}

function bentRecord(draw: Draw, record: StreamRecord): StreamRecord {
  const { NewImage, OldImage } = record.dynamodb;
  const images = {
    ...(NewImage === undefined ? {} : { NewImage: bentImage(draw, NewImage) }),
    ...(OldImage === undefined ? {} : { OldImage: bentImage(draw, OldImage) }),
  };
  const eventName = draw(10) === 0 ? pick(draw, ['INSERT', 'MODIFY', 'REMOVE', 'OTHER']) : record.eventName;
  return { eventName, dynamodb: { ...record.dynamodb, ...images } };
}

it('reads a bent record of the stream, ignores it, or says that it is not whole', async () => {
  const { records } = await recorded();
  const outcomes = new Set<string>();
  for (let index = 0; index < 10_000; index += 1) {
    const draw = drawsOf(3, index);
    const record = bentRecord(draw, pick(draw, records));
    try {
      outcomes.add(readChange(record)?.kind ?? 'ignored');
    } catch (fault) {
      if (!(fault instanceof StoreFault)) throw new Error(`record ${index} throws`, { cause: fault });
      outcomes.add('refused');
    }
  }
  expect([...outcomes]).toEqual(expect.arrayContaining(['joined', 'ended', 'room-created', 'refused', 'ignored']));
});

it('I-L2: no bent record of a batch keeps the others from being announced', async () => {
  const { world, records } = await recorded();
  const announced: string[] = [];
  const queue = {
    put: async (events: readonly { eventId: string }[]) => void announced.push(...events.map((one) => one.eventId)),
  };
  const handle = changesHandler(() => world.deps, world.deps.now, queue, readChange);
  const [created] = records;
  if (created === undefined) throw new Error('unable to make a batch; the stream is empty');
  for (let index = 0; index < 3000; index += 1) {
    const draw = drawsOf(4, index);
    const batch = [bentRecord(draw, pick(draw, records)), bentRecord(draw, pick(draw, records)), created];
    announced.length = 0;
    world.faults.length = 0;
    const { batchItemFailures } = await handle({ Records: batch });
    const why = () => `batch ${index}: ${JSON.stringify(batch)}; ${String(world.faults.at(-1))}`;
    if (batchItemFailures.length > 0) throw new Error(why(), { cause: world.faults.at(-1) });
    expect(announced.length).toBeGreaterThan(0);
  }
});

it('I-L2: a member whose row has a value of another kind is no change', async () => {
  const { records } = await recorded();
  const blocked = records.find(({ dynamodb }) => dynamodb.NewImage?.event?.S === 'blocked');
  if (blocked?.dynamodb.NewImage === undefined) throw new Error('unable to bend a record; nobody was blocked');
  const NewImage = { ...blocked.dynamodb.NewImage, mutedUntilMs: { L: [] } };
  expect(() => readChange({ ...blocked, dynamodb: { ...blocked.dynamodb, NewImage } })).toThrow(StoreFault);
});
