import { beforeEach, expect, test } from 'vitest';
import { BUCKET_MS, LEASE_MS } from '../../lib/domain/lease.ts';
import { messageHandler } from '../../lib/handlers/message.ts';
import { Code } from '../../lib/protocol/codes.ts';
import { RENEW_AFTER_MS } from '../../lib/protocol/limits.ts';
import { StoreFault } from '../../lib/store/room-store.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld } from '../support/world.ts';
import { worldWith } from './changed-world.ts';
import { emptyDueList } from './due-list.ts';

const store = useStore('dynoxide');

beforeEach(() => emptyDueList(store()));

test('a heartbeat keeps a connection, and gets no answer', async () => {
  const world = createWorld(store(), { realTimeKickOut: true });
  const ann = await world.enter('ann');
  world.pass(LEASE_MS - 1);
  expect(await world.beat(ann)).toEqual({ statusCode: 200 });
  world.pass(LEASE_MS - 1);
  expect(await world.sweep()).toMatchObject({ due: 1, alive: 1, closed: 0 });
  world.pass(BUCKET_MS + 1);
  expect(await world.sweep()).toMatchObject({ due: 1, alive: 0, closed: 1 });
});

test('a heartbeat is one write, without a read; a flood of them writes once in 20 s', async () => {
  const calls: string[] = [];
  const world = worldWith(store(), (real) => ({
    getConnectionEventually: async (key) => {
      calls.push('eventual');
      return real.getConnectionEventually(key);
    },
    renewLease: async (key, leaseUntilMs) => {
      calls.push('renew');
      return real.renewLease(key, leaseUntilMs);
    },
  }));
  const ann = await world.enter('ann');
  const leaseOf = async () => (await world.deps.store.getConnection(ann))?.leaseUntilMs;
  const openedAtMs = world.clock.nowMs;
  world.pass(RENEW_AFTER_MS - 1);
  calls.length = 0;
  await world.frame(ann, { action: 'ping' });
  expect(calls).toEqual(['eventual']);
  for (let beat = 0; beat < 3; beat += 1) await world.beat(ann);
  expect(calls).toEqual(['eventual', 'renew', 'renew', 'renew']);
  expect(await leaseOf()).toBe(openedAtMs + LEASE_MS);
  world.pass(1);
  await world.beat(ann);
  expect(await leaseOf()).toBe(world.clock.nowMs + LEASE_MS);
});

test.each(['beat', 'ping'] as const)('a %s on a connection that is considered closed ends its socket', async (sign) => {
  const world = createWorld(store());
  const ann = await world.enter('ann');
  await world.drop(ann);
  const before = await world.deps.store.getConnection(ann);
  world.pass(60_000);
  if (sign === 'beat') expect(await world.beat(ann)).toEqual({ statusCode: 200 });
  else await world.frame(ann, { action: 'ping' });
  expect(world.push.closed).toEqual([ann.connectionId]);
  expect(await world.deps.store.getConnection(ann)).toEqual(before);
});

test('a sweep dies before it has closed the socket: the next heartbeat closes it', async () => {
  const world = createWorld(store(), { realTimeKickOut: true });
  const ann = await world.enter('ann');
  world.pass(LEASE_MS + 1);
  const close = world.push.close.bind(world.push);
  world.push.close = () => Promise.reject(new Error('this Lambda is dead'));
  await world.sweep();
  world.push.close = close;
  await world.beat(ann);
  expect(world.push.closed).toEqual([ann.connectionId]);
});

/** What is answered to a frame shortly before the lease ends, after the token has expired. */
async function frameOfExpiredToken(body: string) {
  const world = createWorld(store());
  const ann = await world.enter('ann');
  world.pass(LEASE_MS - 1);
  const requestContext = {
    connectionId: ann.connectionId,
    requestTimeEpoch: world.clock.nowMs,
    authorizer: { userId: ann.userId, issuedAtMs: '0', expiresAtMs: String(world.clock.nowMs) },
  };
  const { body: answer } = await messageHandler(() => world.deps)({ requestContext, body });
  const connection = await world.deps.store.getConnection(ann);
  return { answer, leftMs: (connection?.leaseUntilMs ?? 0) - world.clock.nowMs };
}

test('a heartbeat after the token has expired keeps the connection', async () => {
  expect(await frameOfExpiredToken('{"action":"beat"}')).toEqual({ answer: undefined, leftMs: LEASE_MS });
});

test('a frame after the token has expired is refused, and keeps the connection of who goes on listening', async () => {
  const { answer, leftMs } = await frameOfExpiredToken('{"action":"ping","id":"p1"}');
  expect(JSON.parse(answer ?? '')).toMatchObject({ id: 'p1', code: Code.TOKEN_EXPIRED });
  expect(leftMs).toBe(LEASE_MS);
});

test('a frame that cannot be read writes nothing, also not that its client is alive', async () => {
  const { answer, leftMs } = await frameOfExpiredToken('{"action":"fly","id":"p1"}');
  expect(JSON.parse(answer ?? '')).toMatchObject({ id: 'p1', code: Code.INVALID_PARAMETER });
  expect(leftMs).toBe(1);
});

test('a heartbeat that cannot be written is reported, and gets no answer', async () => {
  const world = worldWith(store(), () => ({
    renewLease: () => Promise.reject(new StoreFault('unable to write; too much at once')),
  }));
  const ann = await world.enter('ann');
  expect(await world.beat(ann)).toEqual({ statusCode: 200 });
  expect(world.faults.map(String)).toEqual([expect.stringContaining('too much at once')]);
});
