import { beforeEach, describe, expect, test } from 'vitest';
import { messageHandler } from '../../lib/handlers/message.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { expireTokens } from '../../lib/usecases/expire-tokens.ts';
import type { Joined } from '../../lib/usecases/join-room.ts';
import { openConnection } from '../../lib/usecases/open-connection.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';
import { createInterlude, framesOf, worldWith } from './changed-world.ts';
import { emptyDueList } from './due-list.ts';

const store = useStore('dynoxide');

const realTime = { realTimeKickOut: true } as const;
const graceMs = 60_000;
const mobile = { platform: 'mobile', instance: 'run-1' } as const;
const web = { platform: 'web', instance: 'run-2' } as const;
/** Connections are found by their user, in whatever world he is. */
const ownName = ({ room }: World, name: string) => `${name}-of-${room}`;

beforeEach(() => emptyDueList(store()));

const rowOf = ({ deps, room }: World, { userId }: Caller) => deps.store.getMember(room, userId);
const openOf = async ({ deps }: World, { userId }: Caller) =>
  (await deps.store.connectionsOf(userId)).map(({ connectionId }) => connectionId);
const ping = (world: World, caller: Caller) => world.frame(caller, { action: 'ping' });
const armLook = ({ deps, clock, room }: World, { userId }: Caller) =>
  deps.store.arm(clock.nowMs, [{ kind: 'member', room, userId }]);

describe('one device of each platform', () => {
  const onePerPlatform = { oneDevicePerPlatform: true } as const;

  test('the older one is told 31010 and ends; the device of another platform stays', async () => {
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
    expect((await rowOf(world, next))?.away).toEqual([]);
  });

  test('another user on the same platform is left alone', async () => {
    const world = createWorld(store(), onePerPlatform);
    await world.enter(ownName(world, 'bob'), mobile);
    await world.enter(ownName(world, 'ann'), web);
    await world.enter(ownName(world, 'eve'), { ...mobile, instance: 'run-3' });
    expect(world.push.closed).toEqual([]);
  });

  test('two at once, many times: exactly one stays', async () => {
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

  test('the earlier of two is so slow that the later one is there first: exactly one stays', async () => {
    const interlude = createInterlude();
    const world = worldWith(
      store(),
      (real) => ({
        openConnection: async (connection) => {
          await interlude.play();
          return real.openConnection(connection);
        },
      }),
      onePerPlatform,
    );
    const name = ownName(world, 'bob');
    interlude.plan(async () => {
      world.pass(1);
      await world.open(name, { ...mobile, instance: 'later' });
    });
    const earlier = await world.open(name, { ...mobile, instance: 'earlier' });
    expect(await openOf(world, earlier)).toHaveLength(1);
  });

  describe('a login that another has followed is refused when it comes back', () => {
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
      const comeBack = (instance: string) => world.connect(world.device(name), { ...mobile, instance });
      return { world, next, name, comeBack };
    }

    async function expectRefused(end: (world: World, old: Caller) => Promise<unknown>) {
      const { world, next, comeBack } = await followed(end);
      for (let times = 0; times < 2; times += 1) expect(await comeBack('run-1_1')).toBe(false);
      expect(framesOf(world, next, 'closing')).toEqual([]);
      expect(await openOf(world, next)).toEqual([next.connectionId]);
      world.pass(dayMs);
      expect(await comeBack('run-1_1')).toBe(false);
      expect(await comeBack('run-3_1')).toBe(true);
      expect(await comeBack('run-1_2')).toBe(true);
      expect(framesOf(world, next, 'closing')).toMatchObject([{ code: 31010 }]);
    }

    test('where it has not heard of its end; logged in anew it stays', () =>
      expectRefused(async ({ push }, old) => push.gone.add(old.connectionId)));

    test('where it was not connected when the other came', () => expectRefused((world, old) => world.drop(old)));

    test('where the other is gone by then', async () => {
      const { world, next, comeBack } = await followed(async () => {});
      await world.drop(next);
      expect(await comeBack('run-1_1')).toBe(false);
      expect(await comeBack('run-1_2')).toBe(true);
    });

    test('where it renews its connection at the moment at which the other comes', async () => {
      const interlude = createInterlude();
      const look = async <T>(read: () => Promise<T>): Promise<T> => {
        await interlude.play();
        return read();
      };
      const world = worldWith(
        store(),
        (real) => ({ connectionsEverOf: (user) => look(() => real.connectionsEverOf(user)) }),
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

    test('and one that was refused follows nobody', async () => {
      const world = createWorld(store(), onePerPlatform);
      const name = ownName(world, 'bob');
      await expireTokens(world.deps, world.device(name).userId, world.clock.nowMs);
      await world.open(name, first);
      world.pass(1000);
      const stale = { issuedAtMs: world.clock.nowMs - dayMs, expiresAtMs: world.clock.nowMs + dayMs };
      const client = { ...mobile, instance: 'run-3_1' };
      expect(await openConnection(world.deps, world.device(name), client, stale)).toBe(31020);
      world.pass(1000);
      expect(await world.connect(world.device(name), first)).toBe(true);
    });

    test('nor does it when the first connections of the present one are forgotten', async () => {
      const { world, comeBack } = await followed(async () => {});
      world.pass(dayMs);
      expect(await comeBack('run-3_1')).toBe(true);
      world.pass(dayMs);
      expect(await comeBack('run-1_1')).toBe(false);
      world.pass(5.5 * dayMs);
      expect(await comeBack('run-3_1')).toBe(true);
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

describe('LEAVE is per device', () => {
  test('a run that has logged in once more is the same device: nothing of its former login is left behind', async () => {
    const world = createWorld(store());
    const name = ownName(world, 'bob');
    await world.drop(await world.enter(name, { ...web, instance: 'run_2_1' }));
    const again = await world.enter(name, { ...web, instance: 'run_2_2' });
    expect((await rowOf(world, again))?.away).toEqual([]);
    await world.enter(name, { ...web, instance: 'run_3_1' });
    await world.enter(name, { ...web, instance: '_1' });
    expect(new Set(Object.values((await rowOf(world, again))?.devices ?? {})).size).toBe(3);
    await world.leave(again);
    expect((await rowOf(world, again))?.connections).toHaveLength(2);
  });

  test('another device that is online keeps him in the room', async () => {
    const world = createWorld(store());
    const ann = await world.enter('ann');
    const phone = await world.enter('bob', mobile);
    const laptop = await world.enter('bob', web);
    expect(await world.leave(phone)).toEqual({ code: 0 });
    expect(await world.isIn('bob')).toBe(true);
    expect(await world.isOffline('bob')).toBe(false);
    await world.publish(1);
    expect(framesOf(world, laptop, 'messages')).toHaveLength(1);
    expect(framesOf(world, phone, 'messages')).toEqual([]);
    expect(await world.endsSeenBy(ann, 'bob')).toEqual([]);
    expect(await world.leave(laptop)).toEqual({ code: 0 });
    expect(await world.isIn('bob')).toBe(false);
    expect(await world.endsSeenBy(ann, 'bob')).toEqual(['left']);
  });

  async function onlyAwayLeft(world: World) {
    const phone = await world.enter('bob', mobile);
    const laptop = await world.enter('bob', web);
    await world.drop(laptop);
    world.pass(40_000);
    await world.publish(7);
    expect(await world.isOffline('bob')).toBe(false);
    expect(await world.leave(phone)).toEqual({ code: 0 });
    const nowMs = world.clock.nowMs;
    expect(await rowOf(world, phone)).toMatchObject({ offline: { seq: 7, atMs: nowMs, sinceMs: nowMs } });
    return phone;
  }

  test('only devices without a connection are left: he is offline from then on, and the messages count from then on', async () => {
    const world = createWorld(store());
    await onlyAwayLeft(world);
    world.pass(30_000);
    await world.publish(30);
    expect(await world.isIn('bob')).toBe(true);
    await world.publish(1);
    expect(await world.isIn('bob')).toBe(false);
  });

  test('the same by the real-time service: his time starts with the leave', async () => {
    const world = createWorld(store(), realTime);
    await onlyAwayLeft(world);
    world.pass(graceMs - 1);
    await world.sweep();
    expect(await world.isIn('bob')).toBe(true);
    world.pass(15_001);
    await world.sweep();
    expect(await world.isIn('bob')).toBe(false);
  });

  test('a setting lets one leave end all, those without a connection too', async () => {
    const world = createWorld(store(), { leaveEndsAllDevices: true });
    const ann = await world.enter('ann');
    const phone = await world.enter('bob', mobile);
    const laptop = await world.enter('bob', web);
    await world.drop(await world.enter('bob', { platform: 'desktop', instance: 'run-3' }));
    expect(await world.leave(phone)).toEqual({ code: 0 });
    expect(await world.isIn('bob')).toBe(false);
    expect(await world.endsSeenBy(ann, 'bob')).toEqual(['left']);
    expect(framesOf(world, laptop, 'removed')).toMatchObject([{ reason: 'left' }]);
    expect(framesOf(world, phone, 'removed')).toEqual([]);
  });
});

describe("a user's other devices", () => {
  test('hear of his joins and leaves, and nobody else does', async () => {
    const world = createWorld(store(), { multiLoginSync: true });
    const ann = await world.enter(ownName(world, 'ann'));
    const laptop = await world.open(ownName(world, 'bob'), web);
    const phone = await world.enter(ownName(world, 'bob'), mobile);
    await world.leave(phone);
    const { room, clock } = world;
    const told = (change: string) => ({ event: 'sync', room, change, atMs: clock.nowMs });
    expect(framesOf(world, laptop, 'sync')).toEqual([told('joined'), told('left')]);
    expect([...framesOf(world, phone, 'sync'), ...framesOf(world, ann, 'sync')]).toEqual([]);
  });

  test('hear nothing when the device renews its connection or comes back; its own connections hear nothing at all', async () => {
    const world = createWorld(store(), { multiLoginSync: true, oneDevicePerPlatform: true });
    const name = ownName(world, 'bob');
    const laptop = await world.open(name, web);
    const old = await world.open(name, mobile);
    const { membership, roomEpoch } = (await world.join(old)) as Joined;
    const renewed = await world.open(name, mobile);
    expect(await world.join(renewed, { resume: { roomEpoch, membership, seq: 0 } })).toMatchObject({ code: 0 });
    await world.drop(old);
    await world.drop(renewed);
    const back = [await world.enter(name, mobile), await world.enter(name, mobile)] as const;
    expect(framesOf(world, laptop, 'sync')).toMatchObject([{ change: 'joined' }]);
    await world.join(laptop);
    for (const own of back) expect(framesOf(world, own, 'sync')).toMatchObject([{ change: 'joined' }]);
    await world.leave(back[0]);
    expect(framesOf(world, laptop, 'sync')).toMatchObject([{ change: 'joined' }, { change: 'left' }]);
    await world.join(back[0]);
    expect(framesOf(world, laptop, 'sync')).toHaveLength(3);
    for (const own of [old, renewed]) expect(framesOf(world, own, 'sync')).toEqual([]);
    for (const own of back) expect(framesOf(world, own, 'sync')).toHaveLength(1);
  });

  test('hear nothing of a join or a leave that was refused', async () => {
    const world = createWorld(store(), { multiLoginSync: true });
    const laptop = await world.open(ownName(world, 'bob'), web);
    const phone = await world.open(ownName(world, 'bob'), mobile);
    expect(await world.join(phone, { autoCreate: false })).toMatchObject({ code: 23410 });
    expect(await world.leave(phone)).toMatchObject({ code: 23410 });
    expect(framesOf(world, laptop, 'sync')).toEqual([]);
  });

  test('hear nothing with the setting off', async () => {
    const world = createWorld(store());
    const laptop = await world.open(ownName(world, 'bob'), web);
    await world.leave(await world.enter(ownName(world, 'bob'), mobile));
    expect(world.push.framesOf(laptop.connectionId)).toEqual([]);
  });
});

describe('the clock starts at the drop of the last device', () => {
  test('KICK-30S: the phone is long gone, the laptop dropped 30 s ago', async () => {
    const world = createWorld(store());
    const phone = await world.enter('bob', mobile);
    const laptop = await world.enter('bob', web);
    await world.drop(phone);
    world.pass(20_000);
    await world.drop(laptop);
    world.pass(30_000);
    await world.publish(1);
    expect(await world.isIn('bob')).toBe(true);
    world.pass(1);
    await world.publish(1);
    expect(await world.isIn('bob')).toBe(false);
  });

  test('KICK-REALTIME: the grace counts from the last drop', async () => {
    const world = createWorld(store(), realTime);
    const phone = await world.enter('bob', mobile);
    const laptop = await world.enter('bob', web);
    await world.drop(phone);
    world.pass(40_000);
    await world.drop(laptop);
    for (const stepMs of [graceMs - 40_000, 39_999]) {
      world.pass(stepMs);
      await armLook(world, phone);
      await world.sweep();
      expect(await world.isIn('bob')).toBe(true);
    }
    world.pass(1);
    await armLook(world, phone);
    await world.sweep();
    expect(await world.isIn('bob')).toBe(false);
  });

  test('KICK-REALTIME: one that was lost silently before does not bring it forward', async () => {
    const world = createWorld(store(), { ...realTime, realTimeGraceMs: 120_000 });
    const phone = await world.enter('bob', mobile);
    await world.enter('bob', web);
    world.pass(110_000);
    await ping(world, phone);
    await world.drop(phone);
    const droppedAtMs = world.clock.nowMs;
    world.pass(60_000);
    await world.sweep();
    expect((await rowOf(world, phone))?.offline).toMatchObject({ sinceMs: droppedAtMs });
    world.pass(59_999);
    await armLook(world, phone);
    await world.sweep();
    expect(await world.isIn('bob')).toBe(true);
    world.pass(15_001);
    await world.sweep();
    expect(await world.isIn('bob')).toBe(false);
  });
});

describe('a limit of members', () => {
  test('is reached exactly; one more is refused and leaves nothing behind; a place that is free is taken', async () => {
    const world = createWorld(store(), { roomMemberLimit: 2 });
    const ann = await world.enter('ann');
    world.pass(1);
    const bob = await world.enter('bob');
    world.pass(1);
    const eve = await world.open('eve');
    expect(await world.join(eve)).toMatchObject({ code: 23411 });
    expect(await world.memberIds()).toEqual(['ann', 'bob']);
    expect(await world.deps.store.getConnection(eve)).toMatchObject({ rooms: [] });
    expect(await world.join(await world.open('bob'))).toMatchObject({ code: 0, fresh: false });
    await world.leave(ann);
    expect(await world.join(eve)).toMatchObject({ code: 0, fresh: true });
    world.pass(1);
    expect(await world.join(ann)).toMatchObject({ code: 23411 });
    expect(await world.send(bob)).toMatchObject({ code: 0 });
  });

  test('a member who is offline holds his place until he is out', async () => {
    const world = createWorld(store(), { roomMemberLimit: 1 });
    await world.drop(await world.enter('ann'));
    world.pass(1);
    const bob = await world.open('bob');
    expect(await world.join(bob)).toMatchObject({ code: 23411 });
    await world.publish(31);
    expect(await world.join(bob)).toMatchObject({ code: 0 });
  });

  test('two at once for one place, many times: never one too many, and the place is not lost', async () => {
    const world = createWorld(store(), { roomMemberLimit: 2 });
    await world.enter('ann');
    for (let round = 0; round < 15; round += 1) {
      world.pass(1);
      const pair = [await world.open(`bob-${round}`), await world.open(`zoe-${round}`)];
      const codes = await Promise.all(pair.map(async (caller) => (await world.join(caller)).code));
      expect(codes).toContain(23411);
      const inside = pair.filter((_caller, index) => codes[index] === 0);
      expect(await world.memberIds()).toEqual(['ann', ...inside.map(({ userId }) => userId)]);
      for (const caller of inside) await world.leave(caller);
      const [next = world.device('nobody')] = pair;
      expect(await world.join(next)).toMatchObject({ code: 0 });
      await world.leave(next);
    }
  });

  test('the earlier of two is so slow that the later one is there first: the limit holds', async () => {
    const interlude = createInterlude();
    const world = worldWith(
      store(),
      (real) => ({
        putMember: async (...values) => {
          await interlude.play();
          return real.putMember(...values);
        },
      }),
      { roomMemberLimit: 2 },
    );
    await world.enter('ann');
    world.pass(1);
    const [bob, zoe] = [await world.open('bob'), await world.open('zoe')];
    interlude.plan(async () => {
      world.pass(1);
      await world.join(zoe);
    });
    await world.join(bob);
    expect(await world.memberIds()).toHaveLength(2);
  });

  test('two within one millisecond, whatever they are called: the limit holds', async () => {
    const world = createWorld(store(), { roomMemberLimit: 2 });
    await world.enter('ann');
    world.pass(1);
    expect(await world.join(await world.open('zoe'))).toMatchObject({ code: 0 });
    await world.join(await world.open('bob'));
    expect(await world.memberIds()).toHaveLength(2);
  });
});

test('case 38: the token expires while connected: frames are refused; the rules of membership are as ever', async () => {
  const world = createWorld(store());
  const ann = await world.enter('ann');
  const bob = await world.enter('bob');
  const onMessage = messageHandler(() => world.deps);
  const late = async (frame: object) => {
    const requestContext = {
      connectionId: bob.connectionId,
      requestTimeEpoch: world.clock.nowMs,
      authorizer: { userId: bob.userId, issuedAtMs: '0', expiresAtMs: String(world.clock.nowMs) },
    };
    const { body = '' } = await onMessage({ requestContext, body: JSON.stringify({ id: 'r1', ...frame }) });
    return JSON.parse(body) as object;
  };
  const message = { action: 'send', room: world.room, clientMessageId: 'm', type: 'RC:TxtMsg', content: '{}' };
  const before = await rowOf(world, bob);
  for (const frame of [message, { action: 'leave', room: world.room }, { action: 'ping' }]) {
    expect(await late(frame)).toMatchObject({ code: 31020 });
  }
  expect(await rowOf(world, bob)).toEqual(before);
  expect((await world.deps.store.getRoom(world.room))?.seq).toBe(0);
  await world.publish(1);
  expect(framesOf(world, bob, 'messages')).toHaveLength(1);
  world.pass(120_000);
  expect(await late({ action: 'ping' })).toMatchObject({ code: 31020 });
  await ping(world, ann);
  world.pass(60_000);
  // What was refused is no sign of life.
  await world.sweep();
  expect(await world.isOffline('bob')).toBe(true);
  expect(await world.isIn('bob')).toBe(true);
  await world.publish(31);
  expect(await world.isIn('bob')).toBe(false);
  expect(await world.endsSeenBy(ann, 'bob')).toEqual(['offline']);
});
