import { beforeEach, describe, expect, test } from 'vitest';
import { BUCKET_MS, LEASE_MS } from '../../lib/domain/lease.ts';
import { roomExpiresAtMs } from '../../lib/domain/room.ts';
import type { RoomId } from '../../lib/protocol/ids.ts';
import { duePartition } from '../../lib/store/dynamodb/keys.ts';
import { type RoomStore, StoreFault } from '../../lib/store/room-store.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { destroyRoom } from '../../lib/usecases/steps/destroy-room.ts';
import { sweep } from '../../lib/usecases/sweep/sweep.ts';
import { storeOfShards } from '../store/interposed-store.ts';
import { putRow } from '../store/rows.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';
import { framesOf, worldWith } from './changed-world.ts';
import { emptyDueList } from './due-list.ts';

const store = useStore('dynoxide');

const realTime = { realTimeKickOut: true } as const;
/** By then a lease that begins now is over, and its timer is due. */
const overMs = LEASE_MS + BUCKET_MS;
const tryAgainMs = 300_000;

beforeEach(() => emptyDueList(store()));

const ping = (world: World, caller: Caller) => world.frame(caller, { action: 'ping' });
const rowOf = ({ deps, room }: World, { userId }: Caller) => deps.store.getMember(room, userId);
/** Ann is online; all others would be evicted. */
async function disconnectAll(world: World, ...names: string[]): Promise<Caller> {
  const ann = await world.enter('ann');
  for (const name of names) await world.drop(await world.enter(name));
  world.pass(LEASE_MS - 1);
  await ping(world, ann);
  world.pass(BUCKET_MS + 1);
  return ann;
}

test('a row that cannot be read is counted and reported once; the others are handled', async () => {
  const world = createWorld(store(), realTime);
  await disconnectAll(world, 'bob', 'eve');
  const keyOf = (name: string) => `00${world.clock.nowMs - LEASE_MS}#${name}`;
  for (const name of ['!', '?', '.']) await putRow(store(), { pk: duePartition(0), sk: keyOf(name), timers: 'what?' });
  expect(await world.sweep()).toMatchObject({ unreadable: 3, failed: 0, evicted: 2 });
  expect(world.faults).toHaveLength(3);
  expect(await world.memberIds()).toEqual(['ann']);
  world.pass(BUCKET_MS);
  expect(await world.sweep()).toMatchObject({ unreadable: 0 });
  expect(world.faults).toHaveLength(3);
});

test('a walk that fails and a shard that cannot be read do not hold up the others', async () => {
  const broken = new Set(['walk', 'shard']);
  const fail = () => Promise.reject(new StoreFault('unable to read; too much at once'));
  const world = worldWith(
    store(),
    (real) => ({
      readSet: (name) => (broken.has('walk') && name === 'real-time-walk' ? fail() : real.readSet(name)),
      dueRows: (shard, ...rest) => (broken.has('shard') && shard === 0 ? fail() : real.dueRows(shard, ...rest)),
    }),
    realTime,
  );
  // Their timers are in both shards.
  const names = Array.from({ length: 12 }, (_, index) => `user-${index}`);
  await disconnectAll(world, ...names);
  const report = await world.sweep();
  expect(report).toMatchObject({ failed: 2, unfinished: false });
  expect(report.evicted).toBeGreaterThan(0);
  expect(report.lagMs).toBeGreaterThan(0);
  const fault = expect.stringContaining('too much at once');
  expect(world.faults.map(String)).toEqual([fault, fault]);
  const left = await world.memberIds();
  expect(left.length).toBeGreaterThan(1);
  expect(left.length).toBeLessThan(names.length + 1);
  broken.clear();
  await world.sweep();
  expect(await world.memberIds()).toEqual(['ann']);
});

test('a timer that cannot be read, beside others that can, is counted, reported and removed; the others are handled', async () => {
  const world = createWorld(store(), realTime);
  const bob = await world.enter('bob');
  world.pass(LEASE_MS);
  await emptyDueList(store());
  const timers = ['planet#mars', `connection#bob#${bob.connectionId}`, 'room#ä'];
  await putRow(store(), { pk: duePartition(0), sk: `00${world.clock.nowMs}#!`, timers });
  expect(await world.sweep()).toMatchObject({ due: 1, unreadable: 2, failed: 0, closed: 1 });
  expect(world.faults.map(String)).toEqual(['Error: timers that cannot be read: 2']);
  expect(await world.sweep()).toMatchObject({ unreadable: 0 });
  expect(world.faults).toHaveLength(1);
});

test('connections that cannot be read together are read one by one', async () => {
  const world = worldWith(
    store(),
    () => ({ getConnectionsEventually: () => Promise.reject(new StoreFault('one of them cannot be read')) }),
    realTime,
  );
  const ann = await disconnectAll(world, 'bob');
  expect(await world.sweep()).toMatchObject({ alive: 1, evicted: 1, failed: 0 });
  expect(world.faults.map(String)).toEqual([expect.stringContaining('one of them cannot be read')]);
  expect(await world.isOffline(ann.userId)).toBe(false);
});

test('runs that share the shards sweep each its own, and together all, also those of a former deployment', async () => {
  const world = createWorld(store(), { ...realTime, sweepShards: 4 });
  const users = Array.from({ length: 40 }, (_, index) => `user-${index}`);
  const callers: Caller[] = [];
  for (const user of users) callers.push(await world.enter(user));
  await emptyDueList(store());
  world.pass(overMs);
  const timers = callers.map(({ userId, connectionId }) => ({ kind: 'connection', userId, connectionId }) as const);
  await storeOfShards(store(), 7).arm(world.clock.nowMs, timers);
  const due: number[] = [];
  for (const part of [0, 1, 2]) due.push((await sweep(world.deps, Number.POSITIVE_INFINITY, { part, parts: 3 })).due);
  expect(due.every((count) => count > 0)).toBe(true);
  expect(due.reduce((sum, count) => sum + count, 0)).toBe(users.length);
  expect(await world.memberIds()).toEqual([]);
});

test('where the note of the shards cannot be read, those of the deployment are swept', async () => {
  const world = worldWith(
    store(),
    () => ({ mostShards: () => Promise.reject(new StoreFault('unreadable')) }),
    realTime,
  );
  await disconnectAll(world, 'bob');
  expect(await world.sweep()).toMatchObject({ failed: 1, evicted: 1 });
});

test('a check that throws is counted, reported and tried again in five minutes; the others are handled', async () => {
  let broken = '';
  const world = worldWith(
    store(),
    (real) => ({
      getMember: (room, user) => {
        if (user === broken) throw new StoreFault('the row cannot be read');
        return real.getMember(room, user);
      },
    }),
    realTime,
  );
  const ann = await disconnectAll(world, 'bad', 'bob', 'eve');
  broken = 'bad';
  expect(await world.sweep()).toMatchObject({ failed: 1, evicted: 2, unfinished: false });
  expect(world.faults).toHaveLength(1);
  broken = '';
  world.pass(tryAgainMs - 1);
  await ping(world, ann);
  expect(await world.sweep()).toMatchObject({ failed: 0, evicted: 0 });
  expect(await world.isIn('bad')).toBe(true);
  world.pass(BUCKET_MS + 1);
  expect(await world.sweep()).toMatchObject({ failed: 0, evicted: 1 });
  expect(await world.isIn('bad')).toBe(false);
});

test('the time is up: the run reports that it is unfinished, and the next one continues', async () => {
  const checkMs = 1000;
  const rooms = 60;
  const world: World = worldWith(store(), (real) => ({
    getRoom: (room) => {
      world.pass(checkMs);
      return real.getRoom(room);
    },
  }));
  const startMs = world.clock.nowMs;
  for (let room = 0; room < rooms; room += 1) {
    // All of one user, so that they are in one shard; each on a row of its own.
    const timer = {
      kind: 'member',
      room: `${world.room}-${room}` as RoomId,
      userId: 'bob' as Caller['userId'],
    } as const;
    await world.deps.store.arm(startMs - rooms + room, [timer]);
  }
  const first = await sweep(world.deps, startMs + checkMs);
  expect(first).toMatchObject({ unfinished: true });
  expect(first.due).toBeGreaterThan(0);
  expect(first.due).toBeLessThan(rooms);
  const second = await world.sweep();
  expect(second).toMatchObject({ unfinished: false });
  expect(first.due + second.due).toBe(rooms);
  expect(await world.sweep()).toMatchObject({ due: 0 });
});

test('a run without any time only reports that it is unfinished', async () => {
  const world = createWorld(store(), realTime);
  await disconnectAll(world, 'bob');
  expect(await sweep(world.deps, world.clock.nowMs)).toMatchObject({ due: 0, unfinished: true });
  expect(await world.isIn('bob')).toBe(true);
  expect(await world.sweep()).toMatchObject({ evicted: 1, unfinished: false });
});

test('a doubled run: no eviction, no close and no end of a room happens twice', async () => {
  const world = createWorld(store(), realTime);
  const other = createWorld(store(), realTime);
  const witness = await other.enter('witness');
  const { room } = other;
  const endMs = roomExpiresAtMs(
    (await other.deps.store.getRoom(room)) ?? (await Promise.reject(new Error('unable to double; there is no room'))),
  );
  world.clock.nowMs = endMs - 2 * overMs;
  await ping(other, witness);
  const silent = await world.enter('silent');
  const ann = await disconnectAll(world, 'bob', 'eve');
  world.clock.nowMs = Math.max(world.clock.nowMs, endMs);
  await ping(other, witness);
  await ping(world, ann);
  const runs = await Promise.all([world.sweep(), world.sweep(), other.sweep()]);
  const sum = (of: 'evicted' | 'closed' | 'failed') => runs.reduce((all, run) => all + run[of], 0);
  expect([sum('evicted'), sum('failed')]).toEqual([3, 0]);
  expect(sum('closed')).toBeGreaterThanOrEqual(1);
  for (const name of ['bob', 'eve', 'silent']) expect(await world.endsSeenBy(ann, name)).toEqual(['offline']);
  expect(world.events.filter(({ type }) => type === 2)).toHaveLength(3);
  expect([...world.push.closed, ...other.push.closed].filter((id) => id === silent.connectionId)).toHaveLength(1);
  await other.settle();
  expect(other.events.filter(({ type }) => type === 3)).toHaveLength(1);
  expect(await other.deps.store.getRoom(room)).toBeUndefined();
});

test.each([
  ['two runs', (world: World) => world.sweep()],
  ['a run and a call', (world: World) => destroyRoom(world.deps, world.room, false)],
])('a room that %s end at once ends once, and each of its members is notified once', async (_what, other) => {
  const world = createWorld(store());
  const names = Array.from({ length: 8 }, (_, index) => `bob-${index}`);
  const callers = [];
  for (const name of names) callers.push(await world.enter(name));
  world.pass(3600_000 + 300_000);
  for (const caller of callers) await ping(world, caller);
  await emptyDueList(store());
  await world.deps.store.arm(world.clock.nowMs, [{ kind: 'room', room: world.room }]);
  await Promise.all([world.sweep(), other(world)]);
  await world.settle();
  const ends = world.events.filter(({ type }) => type === 3);
  expect(ends).toHaveLength(1);
  for (const caller of callers) {
    expect(framesOf(world, caller, 'destroyed')).toMatchObject([{ automatic: ends[0]?.status === 3 }]);
  }
});

describe('an eviction that is left over: the message was accepted, and its Lambda died before the membership ended', () => {
  const dyingOnce = (kill: () => boolean) => (real: RoomStore) => ({
    deleteMember: (member: Parameters<RoomStore['deleteMember']>[0]) => {
      if (kill()) throw new StoreFault('the Lambda is dead');
      return real.deleteMember(member);
    },
  });

  test('the sweep finishes it, also with the real-time service off', async () => {
    let deaths = 1;
    const world = worldWith(
      store(),
      dyingOnce(() => deaths-- > 0),
    );
    const ann = await world.enter('ann');
    const bob = await world.enter('bob');
    await world.drop(bob);
    await world.publish(31);
    expect(await world.isIn('bob')).toBe(false);
    expect((await rowOf(world, bob))?.membershipId).toBeDefined();
    expect(await world.endsSeenBy(ann, 'bob')).toEqual([]);
    world.pass(LEASE_MS - 1);
    await ping(world, ann);
    world.pass(BUCKET_MS + 1);
    expect(await world.sweep()).toMatchObject({ evicted: 1 });
    expect(await rowOf(world, bob)).toBeUndefined();
    expect(await world.endsSeenBy(ann, 'bob')).toEqual(['offline']);
    expect(await world.sweep()).toMatchObject({ evicted: 0 });
  });

  test('it is finished even long after the connection was cleaned up', async () => {
    let deaths = 0;
    const world = worldWith(
      store(),
      dyingOnce(() => deaths-- > 0),
    );
    const bob = await world.enter('bob');
    await world.drop(bob);
    for (let run = 0; run < 6; run += 1) {
      world.pass(200_000);
      await world.sweep();
    }
    deaths = 1;
    await world.publish(1);
    expect(await world.isIn('bob')).toBe(false);
    expect(await rowOf(world, bob)).toBeDefined();
    // The longer a member is offline, the more rarely the sweep checks them.
    world.pass(1_200_000 + BUCKET_MS);
    await world.sweep();
    expect(await rowOf(world, bob)).toBeUndefined();
  });
});

test('I-M6: without the real-time service the sweep evicts nobody, ever', async () => {
  const world = createWorld(store());
  await world.drop(await world.enter('bob'));
  await world.enter('silent');
  for (let run = 0; run < 20; run += 1) {
    world.pass(180_000);
    expect(await world.sweep()).toMatchObject({ evicted: 0 });
  }
  expect(await world.memberIds()).toEqual(['bob', 'silent']);
});

test('I-M9: the sweep never evicts allowlisted members', async () => {
  const world = createWorld(store(), realTime);
  await world.drop(await world.enter('bob'));
  await world.enter('silent');
  expect(await world.protect('bob', 'silent')).toBe('added');
  for (let run = 0; run < 18; run += 1) {
    world.pass(180_000);
    expect(await world.sweep()).toMatchObject({ evicted: 0 });
  }
  expect(await world.memberIds()).toEqual(['bob', 'silent']);
  expect(await world.isOffline('silent')).toBe(true);
});

test('a half-open socket is closed, its connection with it, and its user is offline', async () => {
  const world = createWorld(store());
  const bob = await world.enter('bob');
  world.pass(overMs);
  expect(await world.sweep()).toMatchObject({ closed: 1, evicted: 0 });
  expect(world.push.closed).toEqual([bob.connectionId]);
  expect((await world.deps.store.getConnection(bob))?.closedAtMs).toBe(world.clock.nowMs);
  expect(await world.isOffline('bob')).toBe(true);
  expect(await world.isIn('bob')).toBe(true);
  expect(await world.send(bob)).toMatchObject({ code: 30001 });
  world.pass(BUCKET_MS);
  expect(await world.sweep()).toMatchObject({ closed: 0 });
});

test('a sign of life at the last moment: the connection stays, and is checked when its new lease is over', async () => {
  const world = createWorld(store(), realTime);
  const bob = await world.enter('bob');
  world.pass(LEASE_MS - 1);
  await ping(world, bob);
  world.pass(BUCKET_MS + 1);
  expect(await world.sweep()).toMatchObject({ alive: 1, closed: 0 });
  expect(await world.isOffline('bob')).toBe(false);
  world.pass(LEASE_MS);
  expect(await world.sweep()).toMatchObject({ alive: 0, closed: 1, evicted: 1 });
});
