import { describe, expect, test } from 'vitest';
import { LEASE_MS } from '../../lib/domain/lease.ts';
import type { Settings } from '../../lib/domain/settings.ts';
import { connectHandler } from '../../lib/handlers/connect.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';
import { createInterlude, framesOf, worldWith } from './changed-world.ts';
import { disturb } from './disturbed-store.ts';
import { createMeteredWorld } from './metered-world.ts';

const store = useStore('dynoxide');

const refusing = { oneDevicePerPlatform: true, refuseSecondLogin: true } as const;
const mobile = (instance: string) => ({ platform: 'mobile', instance }) as const;
const web = (instance: string) => ({ platform: 'web', instance }) as const;
const ownName = ({ room }: World, name: string) => `${name}-of-${room}`;

const openOf = async ({ deps }: World, { userId }: Caller) =>
  (await deps.store.connectionsOf(userId)).map(({ connectionId }) => connectionId);

/** How a handshake ends that offers to be refused by a sub-protocol. */
async function handshake(world: World, name: string, instance: string) {
  const { userId, connectionId } = world.device(name);
  const nowMs = world.clock.nowMs;
  const { headers } = await connectHandler(() => world.deps)({
    queryStringParameters: mobile(instance),
    headers: { 'Sec-WebSocket-Protocol': 'doorman.v1, doorman.refused.31010, doorman.refused.31023' },
    requestContext: {
      connectionId,
      requestTimeEpoch: nowMs,
      authorizer: { userId, issuedAtMs: String(nowMs), expiresAtMs: String(nowMs + 1000) },
    },
  });
  return headers?.['Sec-WebSocket-Protocol'];
}

async function annOnMobile(change: Partial<Settings> = {}) {
  const world = createWorld(store(), { ...refusing, ...change });
  const name = ownName(world, 'ann');
  const first = await world.enter(name, mobile('first_1'));
  world.pass(1000);
  const connect = (instance: string) => world.connect(world.device(name), mobile(instance));
  return { world, name, first, connect };
}

describe('I-M19: a second login on the platform, with `refuseSecondLogin`,', () => {
  test('is refused with 31023, and the first notices nothing', async () => {
    const { world, name, first } = await annOnMobile();
    expect(await handshake(world, name, 'second_1')).toBe('doorman.refused.31023');
    expect(world.push.framesOf(first.connectionId).filter(({ event }) => event === 'closing')).toEqual([]);
    expect(world.push.closed).toEqual([]);
    expect(await openOf(world, first)).toEqual([first.connectionId]);
    expect(await world.send(first)).toMatchObject({ code: 0 });
  });

  test('is accepted on another platform, of another user, and when the first has ended', async () => {
    const { world, name, first, connect } = await annOnMobile();
    expect(await world.connect(world.device(name), web('second_1'))).toBe(true);
    expect(await world.connect(world.device(ownName(world, 'bob')), mobile('second_1'))).toBe(true);
    expect(await connect('second_1')).toBe(false);
    await world.drop(first);
    expect(await connect('second_1')).toBe(true);
    expect(await connect('first_1')).toBe(false);
  });

  test('of a socket that is gone without `$disconnect` is refused no longer than its lease', async () => {
    const { world, name, first, connect } = await annOnMobile({ realTimeKickOut: true });
    world.pass(LEASE_MS - 1001);
    expect(await connect('second_1')).toBe(false);
    world.pass(1);
    expect(await connect('second_1')).toBe(true);
    // The sweep has not run: the connect has closed the row itself, and the user is offline in the room.
    expect(await world.isOffline(name)).toBe(true);
    expect(world.push.closed).toEqual([first.connectionId]);
    for (const what of [world.join(first), world.send(first)]) expect(await what).toMatchObject({ code: 30001 });
    expect(await connect('first_1')).toBe(false);
  });

  test('is accepted after a post has found the socket of the first gone', async () => {
    const { world, name, first, connect } = await annOnMobile();
    world.push.gone.add(first.connectionId);
    await world.send(await world.enter(ownName(world, 'bob'), mobile('bob_1')));
    expect(await world.isOffline(name)).toBe(true);
    expect(await connect('second_1')).toBe(true);
  });

  test('is refused as long as frames of the first renew its lease', async () => {
    const { world, first, connect } = await annOnMobile();
    world.pass(LEASE_MS - 2000);
    await world.beat(first);
    world.pass(LEASE_MS - 1);
    expect(await connect('second_1')).toBe(false);
  });
});

describe('the client that has the device, with `refuseSecondLogin`,', () => {
  test('reconnects beside its own dead connection at once, and keeps its membership', async () => {
    const { world, name, first } = await annOnMobile();
    const next = await world.enter(name, mobile('first_1'));
    expect(new Set(await openOf(world, next))).toEqual(new Set([first.connectionId, next.connectionId]));
    expect(await world.join(next)).toMatchObject({ code: 0, fresh: false });
  });

  test('replaces its own former login when its app connects again, and an older one does not return', async () => {
    const { world, name, first, connect } = await annOnMobile();
    const next = await world.open(name, mobile('first_2'));
    expect(framesOf(world, first, 'closing')).toMatchObject([{ code: 31010 }]);
    expect(await openOf(world, next)).toEqual([next.connectionId]);
    world.pass(1000);
    expect(await connect('first_1')).toBe(false);
    expect(await connect('second_1')).toBe(false);
  });

  test('gets the device back after another one has had it', async () => {
    const { world, name, first, connect } = await annOnMobile();
    await world.drop(first);
    const other = await world.open(name, mobile('second_1'));
    world.pass(1000);
    expect(await connect('first_1')).toBe(false);
    await world.drop(other);
    expect(await connect('first_1')).toBe(true);
    expect(await connect('second_1')).toBe(false);
  });
});

describe('of two logins at the same time, with `refuseSecondLogin`,', () => {
  test('exactly one wins, many times', async () => {
    const world = createWorld(store(), refusing);
    for (let round = 0; round < 20; round += 1) {
      const name = ownName(world, `bob-${round}`);
      const outcomes = await Promise.all(
        ['one', 'two', 'three'].map((run) => world.connect(world.device(name), mobile(`${run}-${round}_1`))),
      );
      expect(outcomes.filter((isOpen) => isOpen)).toHaveLength(1);
      expect(await openOf(world, world.device(name))).toHaveLength(1);
    }
    expect(world.push.closed).toEqual([]);
  });

  /** `between` runs after the second login has found no connection of the first, and before it takes the device. */
  async function race(between: (world: World, name: string) => Promise<unknown>) {
    const interlude = createInterlude();
    const world = worldWith(
      store(),
      (real) => ({
        putLogins: async (...next) => {
          await interlude.play();
          return real.putLogins(...next);
        },
      }),
      refusing,
    );
    const name = ownName(world, 'ann');
    await world.drop(await world.open(name, mobile('first_1')));
    world.pass(1000);
    interlude.plan(() => between(world, name));
    const isSecondIn = await world.connect(world.device(name), mobile('second_1'));
    return { isSecondIn, open: await world.deps.store.connectionsOf(world.device(name).userId) };
  }

  test('one that comes between the reads and the write of the other wins', async () => {
    const { isSecondIn, open } = await race((world, name) => world.open(name, mobile('third_1')));
    expect([isSecondIn, open.map(({ loginId }) => loginId)]).toEqual([false, ['third_1']]);
  });

  test('the first, which reconnects at that moment, keeps the device', async () => {
    const { isSecondIn, open } = await race((world, name) => world.open(name, mobile('first_1')));
    expect([isSecondIn, open.map(({ loginId }) => loginId)]).toEqual([false, ['first_1']]);
  });

  test('the one that wins leaves the row of the other alone, which is refused', async () => {
    const disturbed = disturb(store().store, 'openConnection', 'after');
    const world = worldWith(store(), () => disturbed.store, refusing);
    const name = ownName(world, 'ann');
    disturbed.once(async () => {
      world.pass(1);
      await world.open(name, mobile('second_1'));
    });
    expect(await world.connect(world.device(name), mobile('first_1'))).toBe(false);
    expect(world.push.closed).toEqual([]);
    expect(await openOf(world, world.device(name))).toHaveLength(1);
  });

  test('a frame renews the lease of the first while the second closes it: the first stays', async () => {
    const interlude = createInterlude();
    const world = worldWith(
      store(),
      (real) => ({
        closeLapsed: async (...key) => {
          await interlude.play();
          return real.closeLapsed(...key);
        },
      }),
      refusing,
    );
    const name = ownName(world, 'ann');
    const first = await world.enter(name, mobile('first_1'));
    world.pass(LEASE_MS);
    interlude.plan(() => world.beat(first));
    expect(await world.connect(world.device(name), mobile('second_1'))).toBe(false);
    expect(await openOf(world, first)).toEqual([first.connectionId]);
    expect(await world.send(first)).toMatchObject({ code: 0 });
  });
});

test('`refuseSecondLogin` changes nothing without `oneDevicePerPlatform`', async () => {
  const world = createWorld(store(), { ...refusing, oneDevicePerPlatform: false });
  const name = ownName(world, 'ann');
  await world.open(name, mobile('first_1'));
  const second = await world.open(name, mobile('second_1'));
  expect(await openOf(world, second)).toHaveLength(2);
});

test('a connect costs one write and half a read unit more with `refuseSecondLogin`, and a refused one writes no row', async () => {
  const costs = [];
  for (const refuseSecondLogin of [false, true]) {
    const { world, costOf } = createMeteredWorld(store(), { ...refusing, refuseSecondLogin });
    const name = ownName(world, 'ann');
    const connect = (instance: string) => world.connect(world.device(name), mobile(instance));
    await connect('first_1');
    const own = await costOf(() => connect('first_1'));
    const other = await costOf(() => connect('second_1'));
    costs.push({ own: own.writes, reads: own.readUnits, other: other.writes, isIn: other.answer });
  }
  const [off, on] = costs;
  expect(off?.isIn).toBe(true);
  expect(on).toEqual({ own: (off?.own ?? 0) + 1, reads: (off?.reads ?? 0) + 0.5, other: 0, isIn: false });
});
