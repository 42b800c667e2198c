import { beforeEach, describe, expect, test } from 'vitest';
import { type RoomExpiry, roomExpiresAtMs } from '../../lib/domain/room.ts';
import { StoreFault } from '../../lib/store/room-store.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { keepRoom, stopKeepingRoom } from '../../lib/usecases/keep-room.ts';
import { setRoomExpiry } from '../../lib/usecases/set-room-expiry.ts';
import { createRoom } from '../../lib/usecases/steps/create-room.ts';
import { destroyRoom } from '../../lib/usecases/steps/destroy-room.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';
import { createInterlude, framesOf, worldWith } from './changed-world.ts';
import { disturb } from './disturbed-store.ts';
import { emptyDueList } from './due-list.ts';

const store = useStore('dynoxide');

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
/** A join or a leave may be recorded this much too late. */
const notedMs = 5 * minuteMs;

beforeEach(() => emptyDueList(store()));

const roomRow = ({ deps, room }: World) => deps.store.getRoom(room);
const isThere = async (world: World) => (await roomRow(world)) !== undefined;

async function endOf(world: World): Promise<number> {
  const row = await roomRow(world);
  if (row === undefined) throw new Error('unable to say when the room ends; there is none');
  return roomExpiresAtMs(row);
}

/** Sweeps until the room is gone; returns when that was. */
async function goneAt(world: World, everyMs: number): Promise<number> {
  for (let run = 0; run < 200; run += 1) {
    world.pass(everyMs);
    await world.sweep();
    if (!(await isThere(world))) return world.clock.nowMs;
  }
  throw new Error('unable to wait for the end of the room; it is still there');
}

describe('I-R2: an idle room', () => {
  test('without members ends after its idle time, and not before', async () => {
    const world = createWorld(store());
    await createRoom(world.deps, world.room, '');
    const createdAtMs = world.clock.nowMs;
    const endMs = await endOf(world);
    expect(endMs - createdAtMs).toBeGreaterThanOrEqual(hourMs);
    world.clock.nowMs = endMs - 1;
    await world.sweep();
    expect(await isThere(world)).toBe(true);
    world.clock.nowMs = endMs;
    expect(await world.sweep()).toMatchObject({ destroyed: 1 });
    expect(await isThere(world)).toBe(false);
  });

  const acts: readonly [string, (world: World, ann: Caller) => Promise<unknown>][] = [
    ['a join', async (world) => world.enter('bob')],
    ['a leave', async (world, ann) => world.leave(ann)],
    ['a message', async (world) => world.publish(1)],
  ];
  test.each(acts)('%s right before the end gives it the whole idle time', async (_what, act) => {
    const world = createWorld(store());
    const ann = await world.enter('ann');
    const endMs = await endOf(world);
    world.clock.nowMs = endMs - 1;
    await act(world, ann);
    world.clock.nowMs = endMs;
    expect(await world.sweep()).toMatchObject({ destroyed: 0 });
    world.clock.nowMs = endMs - 1 + hourMs - 1;
    await world.sweep();
    expect(await isThere(world)).toBe(true);
    // It does end: activity is recorded to within five minutes, and the sweep checks every hour at least.
    expect(await goneAt(world, minuteMs)).toBeLessThanOrEqual(endMs + hourMs + notedMs + hourMs);
  });

  test.each(acts)('%s soon after a recorded join: the end is not too early either', async (_what, act) => {
    const world = createWorld(store());
    const ann = await world.enter('ann');
    world.pass(notedMs - 1);
    await act(world, ann);
    world.pass(hourMs - 1);
    await world.sweep();
    expect(await isThere(world)).toBe(true);
    await goneAt(world, minuteMs);
  });

  test('is not kept by a member who is only connected', async () => {
    const world = createWorld(store());
    const ann = await world.enter('ann');
    const endMs = await endOf(world);
    while (world.clock.nowMs < endMs) {
      await world.frame(ann, { action: 'ping' });
      await world.sweep();
      world.clock.nowMs = Math.min(world.clock.nowMs + 100_000, endMs);
    }
    expect(await isThere(world)).toBe(true);
    await world.sweep();
    expect(await isThere(world)).toBe(false);
    expect(framesOf(world, ann, 'destroyed')).toMatchObject([{ automatic: true }]);
  });
});

test('a room with a fixed end ends then, whatever happens in it', async () => {
  const world = createWorld(store());
  await createRoom(world.deps, world.room, '', { end: { destroyType: 'fixed', destroyAfterMin: 90 } });
  const endMs = world.clock.nowMs + 90 * minuteMs;
  world.clock.nowMs = endMs - 1;
  await world.enter('ann');
  await world.publish(1);
  await world.sweep();
  expect(await isThere(world)).toBe(true);
  world.clock.nowMs = endMs;
  await world.sweep();
  expect(await isThere(world)).toBe(false);
});

test('a kept room stays, and ends within an hour when it is no longer kept', async () => {
  const world = createWorld(store());
  await createRoom(world.deps, world.room, '');
  expect(await keepRoom(world.deps, world.room)).toBe('kept');
  for (let half = 0; half < 12; half += 1) {
    world.pass(30 * minuteMs);
    await world.sweep();
  }
  expect(await isThere(world)).toBe(true);
  expect(await stopKeepingRoom(world.deps, world.room)).toBe('stopped');
  const stoppedAtMs = world.clock.nowMs;
  expect((await goneAt(world, minuteMs)) - stoppedAtMs).toBeLessThanOrEqual(hourMs + minuteMs);
});

test('an end that is changed to an earlier one takes effect within an hour', async () => {
  const world = createWorld(store());
  await createRoom(world.deps, world.room, '', {
    end: { destroyType: 'fixed', destroyAfterMin: 7 * 24 * 60 },
  });
  world.pass(100 * minuteMs);
  await world.sweep();
  expect(await setRoomExpiry(world.deps, world.room, { destroyType: 'fixed', destroyAfterMin: 60 })).toBe('set');
  const changedAtMs = world.clock.nowMs;
  expect((await goneAt(world, minuteMs)) - changedAtMs).toBeLessThanOrEqual(hourMs + minuteMs);
});

test.each([
  ['a call', false],
  ['its own end', true],
] as const)('destroyed half-way by %s: the sweep finishes it', async (_how, byItself) => {
  let deaths = 1;
  const world = worldWith(store(), (real) => ({
    listMembers: (...values) => {
      deaths -= 1;
      if (deaths === 0) throw new StoreFault('the Lambda is dead');
      return real.listMembers(...values);
    },
  }));
  const ann = await world.enter('ann');
  deaths = 1;
  if (byItself) {
    world.clock.nowMs = await endOf(world);
    // The lease of ann's connection is over by then; only the room is of interest here.
    await emptyDueList(store());
    await world.deps.store.arm(world.clock.nowMs, [{ kind: 'room', room: world.room }]);
    expect(await world.sweep()).toMatchObject({ failed: 1 });
  } else {
    await expect(destroyRoom(world.deps, world.room, false)).rejects.toThrow('the Lambda is dead');
  }
  expect((await roomRow(world))?.destroyedAtMs).toBeDefined();
  expect(await world.memberIds()).toEqual([]);
  await goneAt(world, minuteMs);
  expect(framesOf(world, ann, 'destroyed')).toMatchObject([{ automatic: byItself }]);
  await world.settle();
  expect(world.events.filter(({ type }) => type === 3)).toMatchObject([{ status: byItself ? 3 : 0 }]);
});

describe('what is acknowledged between the check of the room and its end holds', () => {
  /** A room whose time is over; `plan` sets what happens right after the sweep has read that it is not kept. */
  const atItsEnd = async (end: RoomExpiry) => {
    const interlude = createInterlude();
    const world = worldWith(store(), (real) => ({
      readSet: async (set) => {
        const items = await real.readSet(set);
        if (set === 'kept-rooms') await interlude.play();
        return items;
      },
    }));
    await createRoom(world.deps, world.room, '', { end });
    world.clock.nowMs = await endOf(world);
    return { world, plan: interlude.plan };
  };

  test.each([
    ['for the first time', async () => undefined],
    // As left by a Lambda that dies while it keeps the room.
    ['once more', async ({ deps, room }: World) => deps.store.addToSet('kept-rooms', [room], 1)],
  ])('that the room is kept, %s', async (_what, before) => {
    const { world, plan } = await atItsEnd(idle);
    plan(async () => {
      await before(world);
      expect(await keepRoom(world.deps, world.room)).toBe('kept');
    });
    expect(await world.sweep()).toMatchObject({ destroyed: 0 });
    for (let run = 0; run < 3; run += 1) {
      world.pass(hourMs + minuteMs);
      await world.sweep();
    }
    expect(await isThere(world)).toBe(true);
    await stopKeepingRoom(world.deps, world.room);
  });

  const idle: RoomExpiry = { destroyType: 'idle', destroyAfterMin: 60 };
  const fixed: RoomExpiry = { destroyType: 'fixed', destroyAfterMin: 60 };

  test.each([
    [idle, { ...idle, destroyAfterMin: 240 }],
    [fixed, idle],
  ])('the new end of the room: %j becomes %j', async (before, after) => {
    const { world, plan } = await atItsEnd(before);
    plan(async () => expect(await setRoomExpiry(world.deps, world.room, after)).toBe('set'));
    expect(await world.sweep()).toMatchObject({ destroyed: 0 });
    const endMs = await endOf(world);
    expect(endMs).toBeGreaterThan(world.clock.nowMs);
    world.clock.nowMs = endMs - 1;
    await world.sweep();
    expect(await isThere(world)).toBe(true);
    world.clock.nowMs = endMs;
    await world.sweep();
    expect(await isThere(world)).toBe(false);
  });

  test('that the room is created again: the new one stays, even where it equals the old one', async () => {
    const { world, plan } = await atItsEnd(fixed);
    await world.enter('ann');
    plan(async () => {
      await destroyRoom(world.deps, world.room, false);
      await createRoom(world.deps, world.room, '', { end: fixed });
    });
    expect(await world.sweep()).toMatchObject({ destroyed: 0 });
    expect(await isThere(world)).toBe(true);
  });
});

describe('a join and the end of the room at once: one story', () => {
  const eveIn = async (world: World, eve: Caller, code: number) => {
    if (code === 0 && (await world.memberIds()).includes('eve')) return 'in';
    if (framesOf(world, eve, 'destroyed').length > 0) return 'notified';
    return code === 0 ? 'a ghost' : 'refused';
  };

  test('the join is written between the check of the room and its end: the room stays', async () => {
    const disturbed = disturb(store().store, 'destroyRoom', 'before');
    const world = worldWith(store(), () => disturbed.store);
    await createRoom(world.deps, world.room, '');
    world.clock.nowMs = await endOf(world);
    const eve = await world.open('eve');
    disturbed.once(async () => expect(await world.join(eve)).toMatchObject({ code: 0 }));
    expect(await world.sweep()).toMatchObject({ destroyed: 0 });
    expect(await world.memberIds()).toEqual(['eve']);
    expect(framesOf(world, eve, 'destroyed')).toEqual([]);
    world.pass(hourMs - 1);
    await world.sweep();
    expect(await isThere(world)).toBe(true);
  });

  test.each(['addConnectionRoom', 'noteActivity', 'putMember'] as const)(
    'the room ends after the join has found it, before the join calls %s',
    async (name) => {
      const interlude = createInterlude();
      const world = worldWith(store(), (real) => ({
        [name]: async (...values: never[]) => {
          await interlude.play();
          return (real[name] as (...values: never[]) => unknown)(...values);
        },
      }));
      await createRoom(world.deps, world.room, '');
      world.clock.nowMs = await endOf(world);
      const eve = await world.open('eve');
      interlude.plan(world.sweep);
      const { code } = await world.join(eve);
      expect(await eveIn(world, eve, code)).not.toBe('a ghost');
      expect((await world.deps.store.getConnection(eve))?.rooms).toEqual((await isThere(world)) ? [world.room] : []);
    },
  );

  test('the room is destroyed by a call before the join is written: no ghost', async () => {
    const disturbed = disturb(store().store, 'putMember', 'before');
    const world = worldWith(store(), () => disturbed.store);
    await createRoom(world.deps, world.room, '');
    const eve = await world.open('eve');
    disturbed.once(() => destroyRoom(world.deps, world.room, false));
    const { code } = await world.join(eve);
    expect(await eveIn(world, eve, code)).not.toBe('a ghost');
  });

  test('many rounds, truly concurrent', async () => {
    for (let round = 0; round < 15; round += 1) {
      const world = createWorld(store());
      await createRoom(world.deps, world.room, '');
      await emptyDueList(store());
      world.clock.nowMs = await endOf(world);
      await world.deps.store.arm(world.clock.nowMs, [{ kind: 'room', room: world.room }]);
      const eve = await world.open('eve');
      const [{ code }] = await Promise.all([world.join(eve), world.sweep()]);
      expect(await eveIn(world, eve, code)).not.toBe('a ghost');
    }
  });
});

test('I-R1: created again under the same id: another epoch, seq from 1, no members of before, and a whole life', async () => {
  const world = createWorld(store());
  const ann = await world.enter('ann');
  await world.publish(3);
  const before = await roomRow(world);
  await goneAt(world, 10 * minuteMs);
  await createRoom(world.deps, world.room, '');
  const after = await roomRow(world);
  expect(after?.epoch).not.toBe(before?.epoch);
  expect(await world.memberIds()).toEqual([]);
  expect(await world.send(ann)).not.toMatchObject({ code: 0 });
  const bob = await world.open('bob');
  expect(await world.join(bob)).toMatchObject({ code: 0, fresh: true });
  expect(await world.send(bob)).toMatchObject({ code: 0, seq: 1 });
  world.pass(hourMs - 1);
  await world.sweep();
  expect(await isThere(world)).toBe(true);
});

test('a notice of the end says whether the room expired', async () => {
  for (const automatic of [true, false]) {
    const world = createWorld(store());
    const ann = await world.enter('ann');
    if (automatic) {
      world.clock.nowMs = await endOf(world);
      await world.frame(ann, { action: 'ping' });
      await world.sweep();
    } else await destroyRoom(world.deps, world.room, false);
    expect(framesOf(world, ann, 'destroyed')).toMatchObject([{ automatic }]);
  }
});
