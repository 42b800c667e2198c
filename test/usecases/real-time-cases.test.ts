import { beforeEach, describe, expect, test } from 'vitest';
import { LEASE_MS } from '../../lib/domain/lease.ts';
import { StoreFault } from '../../lib/store/room-store.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { setRealTimeKickOut } from '../../lib/usecases/set-real-time-kick-out.ts';
import { destroyRoom } from '../../lib/usecases/steps/destroy-room.ts';
import { readMessages } from '../../lib/usecases/steps/read-messages.ts';
import { sweep } from '../../lib/usecases/sweep/sweep.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';
import { createInterlude, framesOf, worldWith } from './changed-world.ts';
import { disturb } from './disturbed-store.ts';
import { emptyDueList, sweepUntil } from './due-list.ts';

const store = useStore('dynoxide');

const realTime = { realTimeKickOut: true } as const;
const graceMs = 60_000;
const promisedMs = 300_000;

beforeEach(() => emptyDueList(store()));

const rowOf = ({ deps, room }: World, { userId }: Caller) => deps.store.getMember(room, userId);
const ping = (world: World, caller: Caller) => world.frame(caller, { action: 'ping' });
const evictionEvents = async (world: World, userId: string) => {
  await world.settle();
  return world.events.filter(({ type, userIds }) => type === 2 && userIds.includes(userId));
};

test('case 5: `$disconnect` is lost, 31 messages: nobody is offline until it is noticed; the mark is set then', async () => {
  const world = createWorld(store());
  const bob = await world.enter('bob');
  await world.publish(31);
  world.pass(LEASE_MS - 1);
  await world.publish(31);
  await world.sweep();
  expect(await world.isOffline('bob')).toBe(false);
  expect(await world.isIn('bob')).toBe(true);
  world.pass(15_000);
  await world.sweep();
  expect((await rowOf(world, bob))?.offline).toMatchObject({ seq: 62, atMs: world.clock.nowMs });
  await world.publish(30);
  expect(await world.isIn('bob')).toBe(true);
  await world.publish(1);
  expect(await world.isIn('bob')).toBe(false);
});

describe('case 6, I-M13: a reconnect and message 31 at once', () => {
  /** The user is in and can have every message, or is evicted and everyone was notified once. */
  async function expectOneStory(world: World, ann: Caller, again: Caller, answer: { code: number }, firstSeq: number) {
    const { userId } = again;
    if (answer.code === 0) {
      expect(await world.isIn(userId)).toBe(true);
      expect(await world.endsSeenBy(ann, userId)).toEqual([]);
      const last = { afterSeq: firstSeq, beforeSeq: firstSeq + 32 };
      const { messages } = (await world.frame(again, { action: 'repair', room: world.room, ...last })) as unknown as {
        messages: readonly { readonly seq: number }[];
      };
      expect(messages.map(({ seq }) => seq - firstSeq)).toEqual(Array.from({ length: 31 }, (_, index) => index + 1));
      expect(await world.isOffline(userId)).toBe(false);
    } else {
      expect(answer).toMatchObject({ code: 23406, reason: 'offline' });
      expect(await world.isIn(userId)).toBe(false);
      expect(await world.endsSeenBy(ann, userId)).toEqual(['offline']);
    }
    expect(await evictionEvents(world, userId)).toHaveLength(answer.code === 0 ? 0 : 1);
  }

  async function offlineFor30(world: World, name: string) {
    const bob = await world.open(name);
    const joinedAnswer = await world.join(bob);
    const { roomEpoch, membership, seq } = joinedAnswer as { roomEpoch: string; membership: string; seq: number };
    await world.drop(bob);
    await world.publish(30);
    return { again: await world.open(name), resume: { roomEpoch, membership, seq }, firstSeq: seq };
  }

  test('many rounds, truly concurrent: one story each', async () => {
    const world = createWorld(store());
    const ann = await world.enter('ann');
    for (let round = 0; round < 24; round += 1) {
      const { again, resume, firstSeq } = await offlineFor30(world, `bob-${round}`);
      const reconnect = () => world.join(again, { resume });
      const both =
        round % 2 === 0
          ? await Promise.all([reconnect(), world.publish(1)])
          : (await Promise.all([world.publish(1), reconnect()])).toReversed();
      await expectOneStory(world, ann, again, both[0] as { code: number }, firstSeq);
      await world.leave(again);
    }
  });

  test.each(['getMember', 'putMember'] as const)(
    'the message comes right before the reconnect calls %s',
    async (name) => {
      const interlude = createInterlude();
      const world = worldWith(store(), (real) => ({
        [name]: async (...values: never[]) => {
          await interlude.play();
          return (real[name] as (...values: never[]) => unknown)(...values);
        },
      }));
      const ann = await world.enter('ann');
      const { again, resume, firstSeq } = await offlineFor30(world, 'bob');
      interlude.plan(() => world.publish(1));
      const answer = await world.join(again, { resume });
      expect(answer).toMatchObject({ code: 23406, reason: 'offline' });
      await expectOneStory(world, ann, again, answer, firstSeq);
    },
  );

  test('the message comes right after the reconnect is written, before it is checked: evicted, and the answer says so', async () => {
    const interlude = createInterlude();
    const world = worldWith(store(), (real) => ({
      putMember: async (...values) => {
        const outcome = await real.putMember(...values);
        await interlude.play();
        return outcome;
      },
    }));
    const ann = await world.enter('ann');
    const { again, resume, firstSeq } = await offlineFor30(world, 'bob');
    interlude.plan(() => world.publish(1));
    const answer = await world.join(again, { resume });
    expect(answer).toMatchObject({ code: 23406, reason: 'offline' });
    await expectOneStory(world, ann, again, answer, firstSeq);
  });
});

test('case 12: the phone disconnects silently, the laptop is open: stays, and the sweep cleans up the phone', async () => {
  const world = createWorld(store(), realTime);
  const ann = await world.enter('ann');
  const phone = await world.enter('bob');
  const laptop = await world.enter('bob');
  for (let minute = 0; minute < 10; minute += 1) {
    for (const caller of [ann, laptop]) await ping(world, caller);
    await world.sweep();
    world.pass(60_000);
  }
  expect(await rowOf(world, phone)).toMatchObject({ connections: [laptop.connectionId] });
  expect(await world.isOffline('bob')).toBe(false);
  expect(await world.isIn('bob')).toBe(true);
  expect(await world.deps.store.getConnection(phone)).toBeUndefined();
  expect((await world.deps.store.getConnection(laptop))?.closedAtMs).toBeUndefined();
  expect(world.push.closed).toEqual([phone.connectionId]);
  expect(await world.endsSeenBy(ann, 'bob')).toEqual([]);
});

test('I-M8: the newer of two connections of one device was silent from its start: the grace counts from the other', async () => {
  const world = createWorld(store(), { ...realTime, oneDevicePerPlatform: true });
  const query = { platform: 'web', instance: 'run-1' };
  const old = await world.enter('bob', query);
  await world.enter('bob', query);
  world.pass(165_000);
  await ping(world, old);
  const heardAtMs = world.clock.nowMs;
  await world.drop(old);
  world.pass(10_000);
  await world.sweep();
  expect((await rowOf(world, old))?.offline).toMatchObject({ sinceMs: heardAtMs });
  world.clock.nowMs = heardAtMs + graceMs - 1;
  await world.sweep();
  expect(await world.isIn('bob')).toBe(true);
  world.pass(15_001);
  await world.sweep();
  expect(await world.isIn('bob')).toBe(false);
});

describe('case 26: the real-time service is switched on with members long offline', () => {
  async function longOffline(world: World) {
    const ann = await world.enter('ann');
    const bob = await world.enter('bob');
    for (const caller of [bob, await world.enter('eve'), await world.enter('pat')]) await world.drop(caller);
    expect(await world.protect('pat')).toBe('added');
    await world.settle();
    for (let minute = 0; minute < 40; minute += 1) {
      await ping(world, ann);
      await world.sweep();
      world.pass(60_000);
    }
    expect(await world.memberIds()).toEqual(['ann', 'bob', 'eve', 'pat']);
    await ping(world, ann);
    return ann;
  }
  const areEvicted = (world: World) => async () => (await world.memberIds()).join() === 'ann,pat';

  test('for the deployment: evicted within 5 min; who is online or allowlisted stays', async () => {
    const world = createWorld(store());
    const ann = await longOffline(world);
    const deps = { ...world.deps, settings: { ...world.deps.settings, ...realTime } };
    const sweepNow = () => sweep(deps, Number.POSITIVE_INFINITY);
    expect(await sweepUntil(world, areEvicted(world), sweepNow)).toBeLessThanOrEqual(promisedMs);
    expect(await world.endsSeenBy(ann, 'bob')).toEqual(['offline']);
    expect(await world.memberIds()).toEqual(['ann', 'pat']);
  });

  test('for one room: evicted within 5 min there, and in no other room', async () => {
    const world = createWorld(store());
    const other = createWorld(store());
    await longOffline(world);
    await other.drop(await other.enter('bob'));
    expect(await setRealTimeKickOut(world.deps, world.room, true)).toBe('set');
    expect(await sweepUntil(world, areEvicted(world))).toBeLessThanOrEqual(promisedMs);
    expect(await other.isIn('bob')).toBe(true);
  });

  test('switched off again before the grace is over: nobody is evicted', async () => {
    const world = createWorld(store());
    await world.drop(await world.enter('bob'));
    expect(await setRealTimeKickOut(world.deps, world.room, true)).toBe('set');
    world.pass(graceMs - 1);
    await world.sweep();
    expect(await setRealTimeKickOut(world.deps, world.room, false)).toBe('set');
    world.pass(promisedMs);
    await world.sweep();
    expect(await world.isIn('bob')).toBe(true);
  });
});

test.each(['sweep', 'message'] as const)(
  'case 28: the room is destroyed during an eviction by a %s, and created again: the new room is untouched',
  async (evictedBy) => {
    const disturbed = disturb(store().store, 'deleteMember', 'before');
    const world = worldWith(store(), () => disturbed.store, realTime);
    const old = await world.enter('bob');
    await world.drop(old);
    world.pass(LEASE_MS + 15_000);
    let next = old;
    disturbed.once(async () => {
      await destroyRoom(world.deps, world.room, false);
      await world.enter('ann');
      next = await world.enter('bob');
      await world.drop(next);
    });
    await (evictedBy === 'sweep' ? world.sweep() : world.publish(1));
    expect(next).not.toBe(old);
    const { epoch, seq } = (await world.deps.store.getRoom(world.room)) ?? {};
    expect(seq).toBe(0);
    expect(await rowOf(world, next)).toMatchObject({
      roomEpoch: epoch,
      offline: { seq: 0, sinceMs: world.clock.nowMs },
    });
    world.pass(graceMs - 1);
    await world.sweep();
    expect(await world.memberIds()).toEqual(['ann', 'bob']);
  },
);

test('case 29, I-M10: two sweeps and a message evict the same members: one end, one notice and one event each', async () => {
  const world = createWorld(store(), realTime);
  const ann = await world.enter('ann');
  const names = Array.from({ length: 12 }, (_, index) => `bob-${index}`);
  for (const name of names) await world.drop(await world.enter(name));
  world.pass(LEASE_MS);
  await ping(world, ann);
  world.pass(15_000);
  await Promise.all([world.sweep(), world.publish(1), world.sweep()]);
  expect(await world.memberIds()).toEqual(['ann']);
  for (const name of names) {
    expect(await world.endsSeenBy(ann, name)).toEqual(['offline']);
    expect(await evictionEvents(world, name)).toMatchObject([{ status: 1 }]);
  }
  expect(world.faults).toEqual([]);
});

test('case 30: the sweep dies after the write, before the notice: the notice arrives once, later', async () => {
  let deaths = 1;
  const world = worldWith(
    store(),
    (real) => ({
      deleteMember: async (member) => {
        const outcome = await real.deleteMember(member);
        deaths -= 1;
        if (deaths >= 0) throw new StoreFault('the Lambda is dead');
        return outcome;
      },
    }),
    realTime,
  );
  const ann = await world.enter('ann');
  await world.drop(await world.enter('bob'));
  world.pass(LEASE_MS);
  await ping(world, ann);
  world.pass(15_000);
  expect(await world.sweep()).toMatchObject({ failed: 1, evicted: 0 });
  expect(
    framesOf(world, ann, 'members').flatMap(({ changes }) => changes.filter(({ change }) => change === 'left')),
  ).toEqual([]);
  expect(await world.endsSeenBy(ann, 'bob')).toEqual(['offline']);
  for (let minute = 0; minute < 7; minute += 1) {
    world.pass(60_000);
    await ping(world, ann);
    await world.sweep();
  }
  expect(await world.endsSeenBy(ann, 'bob')).toEqual(['offline']);
  expect(await evictionEvents(world, 'bob')).toHaveLength(1);
});

describe('case 31: a Lambda 5 s ahead sets the mark, one 5 s behind decides: never early', () => {
  const skewMs = 5000;
  const at = async <T>(world: World, offsetMs: number, work: () => Promise<T>): Promise<T> => {
    world.pass(offsetMs);
    const outcome = await work();
    world.pass(-offsetMs);
    return outcome;
  };

  test('by a message', async () => {
    const world = createWorld(store());
    const bob = await world.enter('bob');
    await at(world, skewMs, () => world.drop(bob));
    world.pass(30_001);
    await at(world, -skewMs, () => world.publish(1));
    expect(await world.isIn('bob')).toBe(true);
    world.pass(2 * skewMs);
    await at(world, -skewMs, () => world.publish(1));
    expect(await world.isIn('bob')).toBe(false);
  });

  test('by the real-time service', async () => {
    const world = createWorld(store(), realTime);
    const bob = await world.enter('bob');
    await world.deps.store.arm(world.clock.nowMs, [{ kind: 'member', room: world.room, userId: bob.userId }]);
    await at(world, skewMs, () => world.drop(bob));
    world.pass(graceMs + 2 * skewMs - 1);
    await at(world, -skewMs, world.sweep);
    expect(await world.isIn('bob')).toBe(true);
    world.pass(15_001);
    await at(world, -skewMs, world.sweep);
    expect(await world.isIn('bob')).toBe(false);
  });
});

test('case 32: the clock steps back between messages: the seq is the order, times never decrease', async () => {
  const world = createWorld(store());
  const bob = await world.enter('bob');
  const firstMs = world.clock.nowMs;
  for (const stepMs of [0, -10_000, 4000, 7000]) {
    world.pass(stepMs);
    await world.publish(1);
  }
  const room = await world.deps.store.getRoom(world.room);
  if (room === undefined) throw new Error('unable to go on; the room is gone');
  const { seq, lastMessageAtMs } = room;
  const all = { afterSeq: 0, beforeSeq: seq + 1, order: 'ascending', limit: 50 } as const;
  const { messages } = await readMessages(world.deps, room, all);
  expect(messages.map((message) => message.seq)).toEqual([1, 2, 3, 4]);
  expect(messages.map(({ sentAtMs }) => sentAtMs - firstMs)).toEqual([0, 0, 0, 1000]);
  world.pass(-9000);
  await world.drop(bob);
  // The mark has the room's time, or the eviction would be early.
  expect((await rowOf(world, bob))?.offline).toMatchObject({ seq, atMs: lastMessageAtMs });
  world.pass(38_000);
  await world.publish(1);
  expect(await world.isIn('bob')).toBe(true);
  world.pass(1001);
  await world.publish(1);
  expect(await world.isIn('bob')).toBe(false);
});

test('case 33: the new connection of the same run opens before the old one closes: never offline, no 31010', async () => {
  const world = createWorld(store(), { ...realTime, oneDevicePerPlatform: true });
  const query = { platform: 'web', instance: 'run-1' };
  const ann = await world.enter('ann', { platform: 'web', instance: 'of-ann' });
  const old = await world.enter('bob', query);
  world.pass(7_000_000);
  for (const caller of [ann, old]) await ping(world, caller);
  const next = await world.open('bob', query);
  expect(framesOf(world, old, 'closing')).toEqual([]);
  expect(await world.join(next)).toMatchObject({ code: 0, fresh: false });
  expect(await world.isOffline('bob')).toBe(false);
  await world.drop(old);
  expect(await world.isOffline('bob')).toBe(false);
  expect(world.push.closed).toEqual([]);
  for (let minute = 0; minute < 6; minute += 1) {
    world.pass(60_000);
    for (const caller of [ann, next]) await ping(world, caller);
    await world.sweep();
  }
  await world.publish(40);
  expect(await world.isIn('bob')).toBe(true);
  expect(await world.endsSeenBy(ann, 'bob')).toEqual([]);
});
