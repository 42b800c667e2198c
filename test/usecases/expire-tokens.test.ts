import { expect, test } from 'vitest';
import type { Caller } from '../../lib/usecases/deps.ts';
import { expireTokens } from '../../lib/usecases/expire-tokens.ts';
import { fresh, user } from '../store/rows.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld } from '../support/world.ts';
import { disturb } from './disturbed-store.ts';

const store = useStore('dynoxide');

/** All worlds of the store share the access rows, so each test has a user of its own. */
const newUser = () => user(fresh('bob'));

test('the connections of older tokens are notified and force-closed, and no others', async () => {
  const world = createWorld(store());
  const bob = newUser();
  await world.enter('ann');
  const old = await world.enter(bob);
  world.pass(1000);
  const fromMs = world.clock.nowMs;
  const young = await world.open(bob);
  await expireTokens(world.deps, bob, fromMs);
  expect(world.push.framesOf(old.connectionId).at(-1)).toMatchObject({ event: 'closing', code: 31020 });
  expect(world.push.closed).toEqual([old.connectionId]);
  expect(await world.isOffline(bob)).toBe(true);
  expect(await world.deps.store.connectionsOf(bob)).toMatchObject([{ connectionId: young.connectionId }]);
});

test('a token issued before the time is refused, one issued at that time is accepted', async () => {
  const world = createWorld(store());
  const bob = newUser();
  await expireTokens(world.deps, bob, world.clock.nowMs + 1);
  expect(await world.connect(world.device(bob))).toBe(false);
  world.pass(1);
  expect(await world.connect(world.device(bob))).toBe(true);
});

test('an earlier time makes no revoked token valid again', async () => {
  const world = createWorld(store());
  const bob = newUser();
  await expireTokens(world.deps, bob, world.clock.nowMs + 1000);
  await expireTokens(world.deps, bob, world.clock.nowMs);
  expect((await world.deps.store.getAccess(bob)).tokensValidFromMs).toBe(world.clock.nowMs + 1000);
  expect(await world.connect(world.device(bob))).toBe(false);
});

test('of several concurrent times the latest counts', async () => {
  const world = createWorld(store());
  const bob = newUser();
  const { nowMs } = world.clock;
  await Promise.all([30, 10, 40, 20, 35].map((laterMs) => expireTokens(world.deps, bob, nowMs + laterMs)));
  expect((await world.deps.store.getAccess(bob)).tokensValidFromMs).toBe(nowMs + 40);
});

test('a device that connects with an older token after the connections were read is refused', async () => {
  const world = createWorld(store());
  const bob = newUser();
  const disturbed = disturb(world.deps.store, 'connectionsOf', 'after');
  let isConnected: boolean | undefined;
  disturbed.once(async () => {
    isConnected = await world.connect(world.device(bob));
  });
  await expireTokens({ ...world.deps, store: disturbed.store }, bob, world.clock.nowMs + 1);
  expect(isConnected).toBe(false);
});

test('a second call force-closes what the first one did not reach', async () => {
  const world = createWorld(store());
  const bob = newUser();
  const phone: Caller = await world.open(bob);
  await world.deps.store.expireTokens(bob, world.clock.nowMs + 1);
  await expireTokens(world.deps, bob, world.clock.nowMs + 1);
  expect(world.push.closed).toEqual([phone.connectionId]);
});
