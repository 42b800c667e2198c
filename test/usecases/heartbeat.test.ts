import { beforeEach, expect, test } from 'vitest';
import { BUCKET_MS, LEASE_MS, RENEW_AFTER_MS } from '../../lib/domain/lease.ts';
import { StoreFault } from '../../lib/store/room-store.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld } from '../support/world.ts';
import { worldWith } from './changed-world.ts';
import { emptyDueList } from './due-list.ts';

const store = useStore('dynoxide');

beforeEach(() => emptyDueList(store()));

test('a heartbeat keeps a connection, and nobody answers it', async () => {
  const world = createWorld(store(), { realTimeKickOut: true });
  const ann = await world.enter('ann');
  world.pass(LEASE_MS - 1);
  expect(await world.beat(ann)).toEqual({ statusCode: 200 });
  world.pass(LEASE_MS - 1);
  expect(await world.sweep()).toMatchObject({ due: 1, revived: 1, closed: 0 });
  world.pass(BUCKET_MS + 1);
  expect(await world.sweep()).toMatchObject({ due: 1, revived: 0, closed: 1 });
});

test('a heartbeat is one write, without a look and however much of the lease is spent', async () => {
  const calls: string[] = [];
  const world = worldWith(store(), (real) => ({
    glanceConnection: async (key) => {
      calls.push('glance');
      return real.glanceConnection(key);
    },
    renewLease: async (key, leaseUntilMs) => {
      calls.push('renew');
      return real.renewLease(key, leaseUntilMs);
    },
  }));
  const ann = await world.enter('ann');
  world.pass(RENEW_AFTER_MS - 1);
  calls.length = 0;
  await world.frame(ann, { action: 'ping' });
  expect(calls).toEqual(['glance']);
  await world.beat(ann);
  expect(calls).toEqual(['glance', 'renew']);
  const connection = await world.deps.store.getConnection(ann);
  expect(connection?.leaseUntilMs).toBe(world.clock.nowMs + LEASE_MS);
});

test('a heartbeat of a connection that is closed changes nothing', async () => {
  const world = createWorld(store());
  const ann = await world.enter('ann');
  await world.drop(ann);
  const before = await world.deps.store.getConnection(ann);
  world.pass(60_000);
  expect(await world.beat(ann)).toEqual({ statusCode: 200 });
  expect(await world.deps.store.getConnection(ann)).toEqual(before);
});

test('a heartbeat that cannot be written down is told of, and not answered', async () => {
  const world = worldWith(store(), () => ({
    renewLease: () => Promise.reject(new StoreFault('unable to write; too much at once')),
  }));
  const ann = await world.enter('ann');
  expect(await world.beat(ann)).toEqual({ statusCode: 200 });
  expect(world.faults.map(String)).toEqual([expect.stringContaining('too much at once')]);
});
