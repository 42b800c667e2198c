import { beforeEach, describe, expect, test } from 'vitest';
import { BUCKET_MS, LEASE_MS } from '../../lib/domain/lease.ts';
import type { RoomId, UserId } from '../../lib/protocol/ids.ts';
import { dueShardOf } from '../../lib/store/dynamodb/keys.ts';
import { StoreFault, type Timer } from '../../lib/store/room-store.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { createRoom } from '../../lib/usecases/steps/create-room.ts';
import { type SweepReport, sweep } from '../../lib/usecases/sweep/sweep.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';
import { worldWith } from './changed-world.ts';
import { emptyDueList, sweepUntil } from './due-list.ts';
import { type IsDead, mortalDeps } from './mortal-deps.ts';

const store = useStore('dynoxide');

const realTime = { realTimeKickOut: true } as const;
const overMs = LEASE_MS + BUCKET_MS;
const budgetMs = 45_000;
const lambdaMs = 55_000;

beforeEach(async () => {
  await emptyDueList(store());
  // With the service off, the sweep removes the checkpoints of the walk.
  await createWorld(store()).sweep();
});

const timerOf = ({ userId, connectionId }: Caller): Timer => ({ kind: 'connection', userId, connectionId });
const checkpointsOf = ({ deps }: World) => deps.store.readSet('real-time-walk');
/** Marks the walk that follows the switch as done, as if there were no rooms. */
const walked = (world: World) => world.deps.store.addToSet('real-time-walk', ['#'], 10);

/** A run that is killed when its Lambda's time is over. Some calls of the store take a while. */
async function runOnce(
  world: World,
  callMs: number,
  { isSlow, lifeMs = lambdaMs }: { readonly isSlow: IsDead; readonly lifeMs?: number },
): Promise<SweepReport | 'killed'> {
  const startMs = world.clock.nowMs;
  const { deps, died } = mortalDeps(world.deps, (name) => {
    if (isSlow(name)) world.pass(callMs);
    return world.clock.nowMs > startMs + lifeMs;
  });
  const report = await Promise.race([sweep(deps, startMs + budgetMs), died.catch(() => 'killed' as const)]);
  world.clock.nowMs = Math.max(world.clock.nowMs, startMs + 60_000);
  return report;
}

describe('a page that takes longer than the Lambda lives', () => {
  test('each run makes progress, until nobody is left', async () => {
    const world = createWorld(store(), { ...realTime, notifyMemberChanges: false });
    await walked(world);
    const silent: Caller[] = [];
    for (let user = 0; user < 250; user += 1) silent.push(await world.enter(`bob-${user}`));
    await emptyDueList(store());
    world.pass(overMs);
    await world.deps.store.arm(world.clock.nowMs, silent.map(timerOf));
    let before = silent.length;
    for (let run = 0; before > 0; run += 1) {
      expect(run).toBeLessThan(6);
      await runOnce(world, 70, { isSlow: () => true });
      const left = (await world.memberIds()).length;
      expect(left).toBeLessThan(before);
      before = left;
    }
    expect(world.faults).toEqual([]);
    world.pass(BUCKET_MS);
    expect(await world.sweep()).toMatchObject({ closed: 0, evicted: 0, unfinished: false });
  });

  test('a timer that two rows of one time have stays due, where only one of them was begun', async () => {
    let readMs = 0;
    const world: World = worldWith(store(), (real) => ({
      getConnectionsEventually: async (keys) => {
        world.pass(readMs);
        return real.getConnectionsEventually(keys);
      },
    }));
    const users = Array.from({ length: 8 }, (_, index) => `bob-${index}`);
    const silent = await Promise.all(users.map((user) => world.enter(user, { platform: 'web', instance: 'run-1' })));
    world.pass(overMs);
    const alive = await Promise.all(users.map((user) => world.open(user, { platform: 'mobile', instance: 'run-2' })));
    await emptyDueList(store());
    const dueAtMs = world.clock.nowMs - BUCKET_MS;
    for (const [index, caller] of silent.entries()) {
      await world.deps.store.arm(dueAtMs, [timerOf(caller)]);
      await world.deps.store.arm(dueAtMs, [timerOf(caller), timerOf(alive[index] as Caller)]);
    }
    readMs = 6_000;
    await sweep(world.deps, world.clock.nowMs + 5_000);
    readMs = 0;
    const report = await world.sweep();
    expect(report).toMatchObject({ closed: users.length });
  });

  test('timers that were not begun, in a row that was, stay due at the same time', async () => {
    const checked: string[] = [];
    let checkMs = 1000;
    const world: World = worldWith(store(), (real) => ({
      getMember: (room, user) => {
        checked.push(user);
        world.pass(checkMs);
        return real.getMember(room, user);
      },
    }));
    const users = Array.from({ length: 12 }, (_, index) => `user-${index}` as UserId);
    const dueAtMs = world.clock.nowMs;
    await world.deps.store.arm(
      dueAtMs,
      users.map((userId): Timer => ({ kind: 'member', room: world.room, userId })),
    );
    const first = await sweep(world.deps, dueAtMs + 3500);
    expect(first).toMatchObject({ due: 4, unfinished: true });
    checkMs = 0;
    world.pass(1000);
    const lagMs = world.clock.nowMs - dueAtMs;
    expect(await world.sweep()).toMatchObject({ due: 8, unfinished: false, lagMs });
    expect(new Set(checked)).toEqual(new Set(users));
    expect(checked).toHaveLength(users.length);
    expect(await world.sweep()).toMatchObject({ due: 0 });
  });

  test('a page that is done quickly is written at once: timers that are armed again share a row', async () => {
    let arms = 0;
    const world = worldWith(store(), (real) => ({
      arm: (atMs, timers) => {
        arms += 1;
        return real.arm(atMs, timers);
      },
    }));
    await walked(world);
    const alive: Caller[] = [];
    for (let user = 0; user < 8; user += 1) alive.push(await world.enter(`bob-${user}`));
    await emptyDueList(store());
    for (const caller of alive) await world.deps.store.arm(world.clock.nowMs, [timerOf(caller)]);
    arms = 0;
    expect(await world.sweep()).toMatchObject({ alive: 8 });
    // One in each shard.
    expect(arms).toBeLessThanOrEqual(2);
  });
});

describe('a run that is killed', () => {
  const names = Array.from({ length: 40 }, (_, index) => `bob-${index}` as UserId).filter(
    (name) => dueShardOf(name, 2) === 0,
  );
  /** Two have disconnected and are in their grace when they are checked, two are silent; two of them are on another row too. */
  async function createDue(): Promise<World> {
    await emptyDueList(store());
    const world = createWorld(store(), { ...realTime, realTimeGraceMs: 140_000 });
    await walked(world);
    const callers: Caller[] = [];
    for (const name of names.slice(0, 4)) callers.push(await world.enter(name));
    await emptyDueList(store());
    world.pass(100_000);
    for (const caller of callers.slice(0, 2)) await world.drop(caller);
    world.pass(overMs - 100_000);
    await world.deps.store.arm(world.clock.nowMs, callers.map(timerOf));
    await world.deps.store.arm(world.clock.nowMs - 1, callers.slice(1, 3).map(timerOf));
    return world;
  }
  const isEmpty = (world: World) => async () => (await world.memberIds()).length === 0;

  test('has written what was done some seconds before', async () => {
    const world = createWorld(store());
    const users = names.slice(0, 12);
    await world.deps.store.arm(
      world.clock.nowMs,
      users.map((userId): Timer => ({ kind: 'member', room: world.room, userId })),
    );
    expect(await runOnce(world, 1000, { isSlow: (name) => name === 'getMember', lifeMs: 11_000 })).toBe('killed');
    expect((await world.sweep()).due).toBeLessThanOrEqual(users.length / 2);
  });

  // The calls take so long that there are several slices, and rows that are written in parts.
  test.each([0, 3000])(
    'before any one of its calls, each taking %s ms, loses nothing',
    async (callMs) => {
      for (let calls = 1; ; calls += 1) {
        const world = await createDue();
        let left = calls;
        const { deps, died } = mortalDeps(world.deps, () => {
          world.pass(callMs);
          left -= 1;
          return left < 0;
        });
        const run = sweep(deps, world.clock.nowMs + budgetMs);
        const outcome = await Promise.race([run, died.catch(() => 'killed')]);
        expect(await sweepUntil(world, isEmpty(world))).toBeLessThanOrEqual(300_000);
        expect(world.faults).toEqual([]);
        if (outcome === 'killed') continue;
        expect(calls).toBeGreaterThan(12);
        return;
      }
    },
    60_000,
  );
});

describe('the walk after the switch', () => {
  const bob = 'bob' as UserId;

  /** Rooms in the order of the walk, each with a user who has been offline for long and has no timer. */
  async function roomsWithOffline(world: World, count: number): Promise<readonly RoomId[]> {
    const rooms = Array.from({ length: count }, (_, index) => `${world.room}-${100 + index}` as RoomId);
    for (const room of rooms) {
      await createRoom(world.deps, room, room);
      const caller = await world.open(bob);
      await world.join(caller, { room });
      await world.drop(caller);
    }
    const known = await world.deps.store.readList('rooms', { afterItem: '', limit: 1000 }, world.clock.nowMs);
    await world.deps.store.removeFromList(
      'rooms',
      known.map(({ item }) => item),
    );
    await list(world, rooms);
    world.pass(overMs);
    await emptyDueList(store());
    return rooms;
  }
  const list = ({ deps }: World, rooms: readonly RoomId[]) =>
    deps.store.addToList(
      'rooms',
      rooms.map((room) => ({ item: room, untilMs: 0 })),
    );
  const stillIn = async ({ deps }: World, rooms: readonly RoomId[]) => {
    const rows = await Promise.all(rooms.map((room) => deps.store.getMember(room, bob)));
    return rooms.filter((_room, index) => rows[index]?.membershipId !== undefined);
  };
  const isListing: IsDead = (name) => name === 'listMembers';

  test.each([
    ['which is not killed', lambdaMs],
    ['which is killed half-way', 14_000],
  ])(
    'with more rooms than there is time for in a run %s: each makes progress, and handles the due timers',
    async (_how, lifeMs) => {
      const world = createWorld(store(), realTime);
      const rooms = await roomsWithOffline(world, 20);
      await world.enter('eve');
      world.pass(overMs);
      let before: readonly string[] = [];
      for (let run = 0; before[0] !== '#'; run += 1) {
        expect(run).toBeLessThan(rooms.length + 1);
        await runOnce(world, 6000, { isSlow: isListing, lifeMs });
        if (run === 0) expect(await world.isIn('eve')).toBe(false);
        const checkpoints = await checkpointsOf(world);
        expect(checkpoints).not.toEqual(before);
        before = checkpoints;
      }
      world.pass(BUCKET_MS);
      await world.sweep();
      expect(await stillIn(world, rooms)).toEqual([]);
      expect(world.faults).toEqual([]);
    },
  );

  test('in a room with more members than there is time for: the next run continues inside it', async () => {
    const ofPage = 2;
    const world = worldWith(
      store(),
      (real) => ({
        listMembers: async (room, cursor) => {
          const { members } = await real.listMembers(room);
          const rest = members.filter(({ userId }) => cursor === undefined || userId > cursor);
          const page = rest.slice(0, ofPage);
          return { members: page, ...(rest.length > ofPage ? { cursor: page.at(-1)?.userId ?? '' } : {}) };
        },
      }),
      realTime,
    );
    const names = Array.from({ length: 7 }, (_, index) => `bob-${index}`);
    for (const name of names) await world.drop(await world.enter(name));
    const others = await roomsWithOffline(world, 1);
    await list(world, [world.room]);
    for (const last of ['bob-1', 'bob-3', 'bob-5']) {
      await runOnce(world, 20_000, { isSlow: isListing });
      expect(await checkpointsOf(world)).toEqual([`${world.room}#${last}`]);
    }
    await sweepUntil(world, async () => (await checkpointsOf(world))[0] === '#');
    await world.sweep();
    expect(await stillIn(world, [...others])).toEqual([]);
    for (const name of names)
      expect((await world.deps.store.getMember(world.room, name as UserId))?.membershipId).toBe(undefined);
  });

  test('that never ends: the due timers are handled', async () => {
    let evicted = () => {};
    const isEvicted = new Promise<void>((resolve) => {
      evicted = resolve;
    });
    const world = worldWith(
      store(),
      (real) => ({
        listMembers: () => new Promise(() => {}),
        deleteMember: async (member) => {
          const outcome = await real.deleteMember(member);
          evicted();
          return outcome;
        },
      }),
      realTime,
    );
    await list(world, [world.room]);
    const eve = await world.enter('eve');
    world.pass(overMs);
    void world.sweep();
    await isEvicted;
    expect(await world.deps.store.getMember(world.room, eve.userId)).toBeUndefined();
  });

  test('a room that cannot be read is reported and counted once, and skipped', async () => {
    const broken = new Set(['noting']);
    const world: World = worldWith(
      store(),
      (real) => ({
        listMembers: (room, cursor) => {
          if (room === rooms[1]) throw new StoreFault('unable to read the rows');
          return real.listMembers(room, cursor);
        },
        addToSet: (...values) => {
          if (broken.has('noting')) throw new StoreFault('unable to write');
          return real.addToSet(...values);
        },
      }),
      realTime,
    );
    let rooms: readonly RoomId[] = [];
    rooms = await roomsWithOffline(world, 3);
    // While nothing can be written, the fault may not be of this room alone.
    for (let run = 0; run < 2; run += 1) expect(await world.sweep()).toMatchObject({ failed: 1 });
    broken.clear();
    world.faults.length = 0;
    expect(await world.sweep()).toMatchObject({ failed: 1 });
    expect(world.faults.map(String)).toEqual([expect.stringContaining(`offline in ${rooms[1]}`)]);
    expect(await checkpointsOf(world)).toEqual([rooms[1]]);
    expect(await world.sweep()).toMatchObject({ failed: 0 });
    expect(await checkpointsOf(world)).toEqual(['#']);
    world.pass(BUCKET_MS);
    await world.sweep();
    expect(await stillIn(world, rooms)).toEqual([rooms[1]]);
    expect(world.faults).toHaveLength(1);
  });

  test('two runs at once: each leaves a valid checkpoint, and no room is left out', async () => {
    const world = createWorld(store(), realTime);
    const rooms = await roomsWithOffline(world, 12);
    const isDone = async () => (await checkpointsOf(world)).includes('#');
    for (let run = 0; !(await isDone()); run += 1) {
      expect(run).toBeLessThan(rooms.length + 1);
      await Promise.all([1, 2].map(() => runOnce(world, 6000, { isSlow: isListing })));
    }
    await world.sweep();
    world.pass(BUCKET_MS);
    await world.sweep();
    expect(await stillIn(world, rooms)).toEqual([]);
    expect(await checkpointsOf(world)).toContain('#');
  });
});
