import { beforeEach, describe, expect, test } from 'vitest';
import { messageHandler } from '../../lib/handlers/message.ts';
import { Code } from '../../lib/protocol/codes.ts';
import { StoreFault } from '../../lib/store/room-store.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import type { Joined } from '../../lib/usecases/join-room.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';
import { framesOf, worldWith } from './changed-world.ts';
import { disturb } from './disturbed-store.ts';
import { emptyDueList } from './due-list.ts';

const store = useStore('dynoxide');

const realTime = { realTimeKickOut: true } as const;
const graceMs = 60_000;
const mobile = { platform: 'mobile', instance: 'run-1' } as const;
const web = { platform: 'web', instance: 'run-2' } as const;
/** The store finds connections by user in all worlds, so each world has names of its own. */
const ownName = ({ room }: World, name: string) => `${name}-of-${room}`;

beforeEach(() => emptyDueList(store()));

const rowOf = ({ deps, room }: World, { userId }: Caller) => deps.store.getMember(room, userId);
const ping = (world: World, caller: Caller) => world.frame(caller, { action: 'ping' });
const armCheck = ({ deps, clock, room }: World, { userId }: Caller) =>
  deps.store.arm(clock.nowMs, [{ kind: 'member', room, userId }]);

describe('LEAVE is per device', () => {
  test('a run that logs in again is the same device: nothing of its former login stays', async () => {
    const world = createWorld(store());
    const name = ownName(world, 'bob');
    await world.drop(await world.enter(name, { ...web, instance: 'run_2_1' }));
    const again = await world.enter(name, { ...web, instance: 'run_2_2' });
    expect((await rowOf(world, again))?.disconnectedDevices).toEqual([]);
    await world.enter(name, { ...web, instance: 'run_3_1' });
    await world.enter(name, { ...web, instance: '_1' });
    expect(new Set(Object.values((await rowOf(world, again))?.devices ?? {})).size).toBe(3);
    await world.leave(again);
    expect((await rowOf(world, again))?.connections).toHaveLength(2);
  });

  test('another online device keeps the user in the room', async () => {
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

  async function onlyDisconnectedLeft(world: World) {
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

  test('with only disconnected devices left the user is offline from the leave on, and messages count from then', async () => {
    const world = createWorld(store());
    await onlyDisconnectedLeft(world);
    world.pass(30_000);
    await world.publish(30);
    expect(await world.isIn('bob')).toBe(true);
    await world.publish(1);
    expect(await world.isIn('bob')).toBe(false);
  });

  test('I-M2: a device that is lost during a leave received what came before it, and that does not count', async () => {
    const disturbed = disturb(store().store, 'getRoom', 'after');
    const world = worldWith(store(), () => disturbed.store);
    const phone = await world.enter('bob', mobile);
    const laptop = await world.enter('bob', web);
    disturbed.once(async () => {
      await world.publish(20);
      await world.drop(laptop);
    });
    expect(await world.leave(phone)).toEqual({ code: 0 });
    expect(framesOf(world, laptop, 'messages')).toHaveLength(20);
    expect(await rowOf(world, phone)).toMatchObject({ offline: { seq: 20 } });
    await world.publish(30);
    expect(await world.isIn('bob')).toBe(true);
    await world.publish(1);
    expect(await world.isIn('bob')).toBe(false);
  });

  test('the same with the real-time service: the grace starts with the leave', async () => {
    const world = createWorld(store(), realTime);
    await onlyDisconnectedLeft(world);
    world.pass(graceMs - 1);
    await world.sweep();
    expect(await world.isIn('bob')).toBe(true);
    world.pass(15_001);
    await world.sweep();
    expect(await world.isIn('bob')).toBe(false);
  });

  test('a setting makes one leave end all devices, the disconnected ones too', async () => {
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

  test('I-M10: a resume of a membership that was left is answered left, also where a later one was evicted', async () => {
    const { store: healthy } = store();
    let isDead = false as boolean;
    const deleteMember: typeof healthy.deleteMember = (member) =>
      isDead ? Promise.reject(new Error('the Lambda has died')) : healthy.deleteMember(member);
    const world = worldWith(store(), () => ({ ...healthy, deleteMember }), { leaveEndsAllDevices: true });
    const phone = await world.enter('bob', mobile);
    const laptop = await world.open('bob', web);
    const left = (await world.join(laptop)) as Joined;
    await world.leave(laptop);
    await world.drop(phone);
    const evicted = (await world.join(laptop)) as Joined;
    await world.drop(laptop);
    isDead = true;
    await world.publish(31);
    isDead = false;
    const again = await world.open('bob', mobile);
    const resume = ({ roomEpoch, membership }: Joined) =>
      world.join(again, { resume: { roomEpoch, membership, seq: 0 } });
    expect(await resume(left)).toMatchObject({ code: Code.NOT_A_MEMBER, reason: 'left' });
    expect(await resume(evicted)).toMatchObject({ code: Code.NOT_A_MEMBER, reason: 'offline' });
    expect(await world.isIn('bob')).toBe(false);
  });
});

describe("a user's other devices", () => {
  test('are notified of joins and leaves, and nobody else is', async () => {
    const world = createWorld(store(), { multiLoginSync: true });
    const ann = await world.enter(ownName(world, 'ann'));
    const laptop = await world.open(ownName(world, 'bob'), web);
    const phone = await world.enter(ownName(world, 'bob'), mobile);
    await world.leave(phone);
    const { room, clock } = world;
    const sync = (change: string) => ({ event: 'sync', room, change, atMs: clock.nowMs });
    expect(framesOf(world, laptop, 'sync')).toEqual([sync('joined'), sync('left')]);
    expect([...framesOf(world, phone, 'sync'), ...framesOf(world, ann, 'sync')]).toEqual([]);
  });

  test('are not notified when the device renews its connection or reconnects; its own connections are never notified', async () => {
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

  test('are not notified of a join or a leave that was refused', async () => {
    const world = createWorld(store(), { multiLoginSync: true });
    const laptop = await world.open(ownName(world, 'bob'), web);
    const phone = await world.open(ownName(world, 'bob'), mobile);
    expect(await world.join(phone, { autoCreate: false })).toMatchObject({ code: 23410 });
    expect(await world.leave(phone)).toMatchObject({ code: 23410 });
    expect(framesOf(world, laptop, 'sync')).toEqual([]);
  });

  test('are not notified with the setting off', async () => {
    const world = createWorld(store());
    const laptop = await world.open(ownName(world, 'bob'), web);
    await world.leave(await world.enter(ownName(world, 'bob'), mobile));
    expect(world.push.framesOf(laptop.connectionId)).toEqual([]);
  });
});

describe('the clock starts when the last device disconnects', () => {
  test('KICK-30S: the phone is long gone, the laptop disconnected 30 s ago', async () => {
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

  test('KICK-REALTIME: the grace counts from the disconnect of the last device', async () => {
    const world = createWorld(store(), realTime);
    const phone = await world.enter('bob', mobile);
    const laptop = await world.enter('bob', web);
    await world.drop(phone);
    world.pass(40_000);
    await world.drop(laptop);
    for (const stepMs of [graceMs - 40_000, 39_999]) {
      world.pass(stepMs);
      await armCheck(world, phone);
      await world.sweep();
      expect(await world.isIn('bob')).toBe(true);
    }
    world.pass(1);
    await armCheck(world, phone);
    await world.sweep();
    expect(await world.isIn('bob')).toBe(false);
  });

  test('KICK-REALTIME: a device that was lost silently before does not bring the eviction forward', async () => {
    const world = createWorld(store(), { ...realTime, realTimeGraceMs: 120_000 });
    const phone = await world.enter('bob', mobile);
    await world.enter('bob', web);
    world.pass(110_000);
    await ping(world, phone);
    await world.drop(phone);
    const disconnectedAtMs = world.clock.nowMs;
    world.pass(60_000);
    await world.sweep();
    expect((await rowOf(world, phone))?.offline).toMatchObject({ sinceMs: disconnectedAtMs });
    world.pass(59_999);
    await armCheck(world, phone);
    await world.sweep();
    expect(await world.isIn('bob')).toBe(true);
    world.pass(15_001);
    await world.sweep();
    expect(await world.isIn('bob')).toBe(false);
  });
});

describe('a limit of members', () => {
  test('is reached exactly; one more is refused and leaves no member behind; after a leave another user may join', async () => {
    const world = createWorld(store(), { roomMemberLimit: 2 });
    const ann = await world.enter('ann');
    world.pass(1);
    const bob = await world.enter('bob');
    world.pass(1);
    const eve = await world.open('eve');
    expect(await world.join(eve)).toMatchObject({ code: 23411 });
    expect(await world.memberIds()).toEqual(['ann', 'bob']);
    expect(await world.join(await world.open('bob'))).toMatchObject({ code: 0, fresh: false });
    await world.leave(ann);
    expect(await world.join(eve)).toMatchObject({ code: 0, fresh: true });
    world.pass(1);
    expect(await world.join(ann)).toMatchObject({ code: 23411 });
    expect(await world.send(bob)).toMatchObject({ code: 0 });
  });

  test('counts an offline member until they are evicted', async () => {
    const world = createWorld(store(), { roomMemberLimit: 1 });
    await world.drop(await world.enter('ann'));
    world.pass(1);
    const bob = await world.open('bob');
    expect(await world.join(bob)).toMatchObject({ code: 23411 });
    await world.publish(31);
    expect(await world.join(bob)).toMatchObject({ code: 0 });
  });

  test('two concurrent joins where one more member fits, many times: the limit holds, and a join afterwards succeeds', async () => {
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

  test('the earlier of two joins is so slow that the later one is written first: the limit holds', async () => {
    const disturbed = disturb(store().store, 'putMember', 'before');
    const world = worldWith(store(), () => disturbed.store, { roomMemberLimit: 2 });
    await world.enter('ann');
    world.pass(1);
    const [bob, zoe] = [await world.open('bob'), await world.open('zoe')];
    disturbed.once(async () => {
      world.pass(1);
      await world.join(zoe);
    });
    await world.join(bob);
    expect(await world.memberIds()).toHaveLength(2);
  });

  test('a join is retried after its Lambda died before it read the member list: refused like a first attempt', async () => {
    const disturbed = disturb(store().store, 'listMembers', 'before');
    const world = worldWith(store(), () => disturbed.store, { roomMemberLimit: 1 });
    await world.enter('ann');
    world.pass(1);
    const bob = await world.open('bob');
    disturbed.once(() => Promise.reject(new StoreFault('unable to go on; this Lambda is dead')));
    expect(await world.join(bob)).toMatchObject({ code: Code.UNKNOWN });
    expect(await world.memberIds()).toEqual(['ann', 'bob']);
    world.pass(1000);
    expect(await world.join(bob)).toMatchObject({ code: 23411 });
    expect(await world.memberIds()).toEqual(['ann']);
  });

  test('a member who joins again while another user is refused stays', async () => {
    const disturbed = disturb(store().store, 'listMembers', 'before');
    const world = worldWith(store(), () => disturbed.store, { roomMemberLimit: 1 });
    const ann = await world.enter('ann');
    world.pass(1);
    const bob = await world.open('bob');
    const again: number[] = [];
    disturbed.once(async () => again.push((await world.join(ann)).code));
    expect(await world.join(bob)).toMatchObject({ code: 23411 });
    expect(again).toEqual([0]);
    expect(await world.memberIds()).toEqual(['ann']);
  });

  test('two joins within one millisecond, whatever the users are called: the limit holds', async () => {
    const world = createWorld(store(), { roomMemberLimit: 2 });
    await world.enter('ann');
    world.pass(1);
    expect(await world.join(await world.open('zoe'))).toMatchObject({ code: 0 });
    await world.join(await world.open('bob'));
    expect(await world.memberIds()).toHaveLength(2);
  });
});

test('case 38: the token expires while connected: frames are refused; the membership rules are unchanged', async () => {
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
  // A refused frame is a sign of life too.
  await world.sweep();
  expect(await world.isOffline('bob')).toBe(false);
  await ping(world, ann);
  world.pass(120_000);
  await world.sweep();
  expect(await world.isOffline('bob')).toBe(true);
  expect(await world.isIn('bob')).toBe(true);
  await world.publish(31);
  expect(await world.isIn('bob')).toBe(false);
  expect(await world.endsSeenBy(ann, 'bob')).toEqual(['offline']);
});
