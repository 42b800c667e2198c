import { beforeEach, describe, expect, test } from 'vitest';
import { LEASE_MS } from '../../lib/domain/lease.ts';
import { userPartition } from '../../lib/store/dynamodb/keys.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { sortKeysIn } from '../store/interposed-store.ts';
import { fresh } from '../store/rows.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';
import { framesOf } from './changed-world.ts';
import { emptyDueList } from './due-list.ts';
import { createMeteredWorld } from './metered-world.ts';

const store = useStore('dynoxide');
beforeEach(() => emptyDueList(store()));

const ownName = () => fresh('ann');
const openOf = async ({ deps }: World, { userId }: Caller) =>
  (await deps.store.connectionsOf(userId)).map(({ connectionId }) => connectionId);
const rowsOf = async ({ userId }: Caller) =>
  (await sortKeysIn(store(), userPartition(userId))).filter((key) => key.startsWith('CONNECTION#'));
const newest = (callers: readonly Caller[], count: number) =>
  new Set(callers.slice(-count).map(({ connectionId }) => connectionId));

describe('the connections of one user', () => {
  test('have a limit: when one more opens, the oldest is notified with 31010 and closed', async () => {
    const world = createWorld(store(), { maxConnectionsPerUser: 3 });
    const name = ownName();
    const opened: Caller[] = [];
    for (let count = 0; count < 5; count += 1) {
      opened.push(await world.open(name));
      world.pass(1000);
    }
    const [first, second, third] = opened as [Caller, Caller, Caller];
    expect(new Set(await openOf(world, first))).toEqual(newest(opened, 3));
    for (const caller of [first, second]) expect(framesOf(world, caller, 'closing')).toMatchObject([{ code: 31010 }]);
    expect(framesOf(world, third, 'closing')).toEqual([]);
    await world.open(ownName());
    expect(await openOf(world, first)).toHaveLength(3);
  });

  test('do not exceed the limit either when many open at once', async () => {
    const world = createWorld(store(), { maxConnectionsPerUser: 3 });
    const name = ownName();
    const opened = await Promise.all(Array.from({ length: 12 }, () => world.open(name)));
    const left = await openOf(world, opened[0] ?? expect.unreachable());
    expect(left.length).toBeLessThanOrEqual(3);
    expect(left.length).toBeGreaterThan(0);
  });
});

describe('the row of a connection that is closed', () => {
  const minutes = async (world: World, count: number) => {
    for (let minute = 0; minute < count; minute += 1) {
      world.pass(60_000);
      await world.sweep();
    }
  };

  test('is removed by the sweep, so a user who connects often has few of them', async () => {
    const { world, costOf } = createMeteredWorld(store(), { oneDevicePerPlatform: true });
    const name = ownName();
    const mobile = { platform: 'mobile', instance: 'run_1' };
    let most = 0;
    let last = world.device(name);
    for (let count = 1; count <= 240; count += 1) {
      await world.drop(last);
      last = await world.open(name, mobile);
      world.pass(4000);
      if (count % 15 === 0) await world.sweep();
      if (count % 20 === 0) most = Math.max(most, (await rowsOf(last)).length);
    }
    // As many as fit into a lease, the minute until the removal and the time between two sweeps.
    expect(most).toBeLessThanOrEqual((LEASE_MS + 120_000) / 4000);
    await minutes(world, 6);
    await world.drop(last);
    await minutes(world, 6);
    expect(await rowsOf(last)).toEqual([]);
    const { readUnits } = await costOf(() => world.open(name, mobile));
    expect(readUnits).toBe(4);
  });

  test('stays for a minute, because a Lambda may still use it', async () => {
    const world = createWorld(store(), { realTimeKickOut: true });
    const ann = await world.enter(ownName());
    world.pass(LEASE_MS + 1);
    expect(await world.sweep()).toMatchObject({ closed: 1 });
    world.pass(59_999);
    await world.sweep();
    expect(await world.deps.store.getConnection(ann)).toMatchObject({ rooms: [world.room] });
    await minutes(world, 1);
    expect(await world.deps.store.getConnection(ann)).toBeUndefined();
  });

  test('is also removed where `$disconnect` came before `$connect`', async () => {
    const world = createWorld(store());
    const ann = world.device(ownName());
    await world.drop(ann);
    world.pass(30_000);
    await world.sweep();
    expect(await world.connect(ann)).toBe(false);
    await minutes(world, 5);
    expect(await rowsOf(ann)).toEqual([]);
  });

  test('is removed again when a late `$disconnect` has written it once more', async () => {
    const world = createWorld(store());
    const ann = await world.open(ownName());
    await world.drop(ann);
    await minutes(world, 5);
    expect(await rowsOf(ann)).toEqual([]);
    await world.drop(ann);
    expect(await rowsOf(ann)).toHaveLength(1);
    await minutes(world, 2);
    expect(await rowsOf(ann)).toEqual([]);
  });
});
