import { describe, expect, test } from 'vitest';
import type { Caller } from '../../lib/usecases/deps.ts';
import { expireTokens } from '../../lib/usecases/expire-tokens.ts';
import { openConnection } from '../../lib/usecases/open-connection.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';
import { createInterlude, framesOf, worldWith } from './changed-world.ts';
import { disturb } from './disturbed-store.ts';

const store = useStore('dynoxide');

const mobile = { platform: 'mobile', instance: 'run-1' } as const;
const web = { platform: 'web', instance: 'run-2' } as const;
/** The store finds connections by user in all worlds, so each world has names of its own. */
const ownName = ({ room }: World, name: string) => `${name}-of-${room}`;

const rowOf = ({ deps, room }: World, { userId }: Caller) => deps.store.getMember(room, userId);
const openOf = async ({ deps }: World, { userId }: Caller) =>
  (await deps.store.connectionsOf(userId)).map(({ connectionId }) => connectionId);

describe('one device of each platform', () => {
  const onePerPlatform = { oneDevicePerPlatform: true } as const;

  test('the older one is notified with 31010 and closed; the device of another platform stays', async () => {
    const world = createWorld(store(), onePerPlatform);
    const name = ownName(world, 'bob');
    const old = await world.enter(name, mobile);
    const laptop = await world.enter(name, web);
    world.pass(1000);
    const next = await world.open(name, { ...mobile, instance: 'run-3' });
    expect(framesOf(world, old, 'closing')).toMatchObject([{ code: 31010 }]);
    expect(framesOf(world, laptop, 'closing')).toEqual([]);
    expect(framesOf(world, next, 'closing')).toEqual([]);
    expect(world.push.closed).toEqual([old.connectionId]);
    expect(new Set(await openOf(world, next))).toEqual(new Set([laptop.connectionId, next.connectionId]));
    expect((await rowOf(world, next))?.connections).toEqual([laptop.connectionId]);
    expect(await world.join(old)).toMatchObject({ code: 30001 });
    expect(await world.send(old)).toMatchObject({ code: 30001 });
    expect(await world.join(next)).toMatchObject({ code: 0, fresh: false });
    expect(await world.endsSeenBy(laptop, name)).toEqual([]);
  });

  test('the same run of a client is left alone', async () => {
    const world = createWorld(store(), onePerPlatform);
    const old = await world.enter(ownName(world, 'bob'), mobile);
    world.pass(1000);
    const next = await world.enter(ownName(world, 'bob'), mobile);
    expect(world.push.closed).toEqual([]);
    expect(new Set(await openOf(world, next))).toEqual(new Set([old.connectionId, next.connectionId]));
    expect((await rowOf(world, next))?.disconnectedDevices).toEqual([]);
  });

  test('another user on the same platform is left alone', async () => {
    const world = createWorld(store(), onePerPlatform);
    await world.enter(ownName(world, 'bob'), mobile);
    await world.enter(ownName(world, 'ann'), web);
    await world.enter(ownName(world, 'eve'), { ...mobile, instance: 'run-3' });
    expect(world.push.closed).toEqual([]);
  });

  test('two logins at once, many times: exactly one stays', async () => {
    const world = createWorld(store(), onePerPlatform);
    for (let round = 0; round < 20; round += 1) {
      const name = ownName(world, `bob-${round}`);
      const logins = ['one', 'two'].map((instance) =>
        world.open(name, { ...mobile, instance: `${instance}-${round}` }),
      );
      const [one] = await Promise.all(logins);
      expect(one && (await openOf(world, one))).toHaveLength(1);
    }
  });

  test('the earlier of two logins is so slow that the later one is written first: exactly one stays', async () => {
    const disturbed = disturb(store().store, 'openConnection', 'before');
    const world = worldWith(store(), () => disturbed.store, onePerPlatform);
    const name = ownName(world, 'bob');
    disturbed.once(async () => {
      world.pass(1);
      await world.open(name, { ...mobile, instance: 'later' });
    });
    const earlier = await world.open(name, { ...mobile, instance: 'earlier' });
    expect(await openOf(world, earlier)).toHaveLength(1);
  });

  describe('a login that a later one has replaced is refused when it reconnects', () => {
    const first = { ...mobile, instance: 'run-1_1' } as const;
    const dayMs = 24 * 3600 * 1000;

    async function followed(end: (world: World, old: Caller) => Promise<unknown>) {
      const world = createWorld(store(), onePerPlatform);
      const name = ownName(world, 'bob');
      const old = await world.enter(name, first);
      world.pass(1000);
      await end(world, old);
      const next = await world.open(name, { ...mobile, instance: 'run-3_1' });
      world.pass(1000);
      const reconnect = (instance: string) => world.connect(world.device(name), { ...mobile, instance });
      return { world, next, name, reconnect };
    }

    async function expectRefused(end: (world: World, old: Caller) => Promise<unknown>) {
      const { world, next, reconnect } = await followed(end);
      for (let times = 0; times < 2; times += 1) expect(await reconnect('run-1_1')).toBe(false);
      expect(framesOf(world, next, 'closing')).toEqual([]);
      expect(await openOf(world, next)).toEqual([next.connectionId]);
      world.pass(dayMs);
      expect(await reconnect('run-1_1')).toBe(false);
      expect(await reconnect('run-3_1')).toBe(true);
      expect(await reconnect('run-1_2')).toBe(true);
      expect(framesOf(world, next, 'closing')).toMatchObject([{ code: 31010 }]);
    }

    test('where it was not notified of its end; a new login of the same run is accepted', () =>
      expectRefused(async ({ push }, old) => push.gone.add(old.connectionId)));

    test('where it was not connected when the later one came', () => expectRefused((world, old) => world.drop(old)));

    test('where the later one is gone by then', async () => {
      const { world, next, reconnect } = await followed(async () => {});
      await world.drop(next);
      expect(await reconnect('run-1_1')).toBe(false);
      expect(await reconnect('run-1_2')).toBe(true);
    });

    test('where it renews its connection at the moment at which the later one comes', async () => {
      const interlude = createInterlude();
      const afterInterlude = async <T>(read: () => Promise<T>): Promise<T> => {
        await interlude.play();
        return read();
      };
      const world = worldWith(
        store(),
        (real) => ({ connectionsOf: (user) => afterInterlude(() => real.connectionsOf(user)) }),
        onePerPlatform,
      );
      const name = ownName(world, 'bob');
      await world.open(name, first);
      world.pass(1000);
      interlude.plan(async () => {
        world.pass(1);
        await world.open(name, first);
      });
      const next = await world.open(name, { ...mobile, instance: 'run-3_1' });
      expect(await openOf(world, next)).toEqual([next.connectionId]);
    });

    test('but a login that was refused replaces none', async () => {
      const world = createWorld(store(), onePerPlatform);
      const name = ownName(world, 'bob');
      await expireTokens(world.deps, world.device(name).userId, world.clock.nowMs);
      await world.open(name, first);
      world.pass(1000);
      const stale = { issuedAtMs: world.clock.nowMs - dayMs, expiresAtMs: world.clock.nowMs + dayMs };
      const client = { ...mobile, loginId: 'run-3_1' };
      expect(await openConnection(world.deps, world.device(name), client, stale)).toMatchObject({
        reason: 'token-expired',
      });
      world.pass(1000);
      expect(await world.connect(world.device(name), first)).toBe(true);
    });

    test('also when the first connections of the later one are forgotten', async () => {
      const { world, reconnect } = await followed(async () => {});
      world.pass(dayMs);
      expect(await reconnect('run-3_1')).toBe(true);
      world.pass(dayMs);
      expect(await reconnect('run-1_1')).toBe(false);
      world.pass(5.5 * dayMs);
      expect(await reconnect('run-3_1')).toBe(true);
    });
  });

  test('with the setting off both stay', async () => {
    const world = createWorld(store());
    const name = ownName(world, 'bob');
    const [one, two] = [await world.enter(name, mobile), await world.enter(name, { ...mobile, instance: 'run-3' })];
    expect(world.push.closed).toEqual([]);
    expect((await rowOf(world, one))?.connections).toEqual([one.connectionId, two.connectionId]);
  });
});
