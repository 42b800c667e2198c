import { describe, expect, test } from 'vitest';
import { sendKey } from '../../lib/domain/sending.ts';
import type { RoomId, UserId } from '../../lib/protocol/ids.ts';
import { AcceptanceUnknown } from '../../lib/store/room-store.ts';
import { destroyRoom } from '../../lib/usecases/destroy-room.ts';
import { endExemption, exemptFromMute } from '../../lib/usecases/exempt-from-mute.ts';
import { setSlowMode, slowModeOf } from '../../lib/usecases/slow-mode.ts';
import { createRoom } from '../../lib/usecases/steps/create-room.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';
import { disturb } from './disturbed-store.ts';

const use = useStore('dynoxide');
const ann = 'ann' as UserId;
const TEN_SEC = 10;

/** A room in slow mode, with one message in ten seconds. */
async function slowWorld(change: Parameters<typeof createWorld>[1] = {}) {
  const world = createWorld(use(), change);
  await createRoom(world.deps, world.room, '');
  await setSlowMode(world.deps, world.room, TEN_SEC);
  return world;
}

const sorted = (names: readonly string[]) => [...names].sort((a, b) => a.localeCompare(b));

/** The calls of the store by three messages of one member, the last after many messages of others. */
async function callsOfSends(intervalSec: number) {
  const under = use();
  const calls: string[] = [];
  const counted = Object.entries(under.store).map(([name, call]: [string, (...values: unknown[]) => unknown]) => {
    const counting = (...values: unknown[]) => {
      calls.push(name);
      return call(...values);
    };
    return [name, counting];
  });
  const world = createWorld({ ...under, store: Object.fromEntries(counted) });
  const phone = await world.enter(ann);
  await setSlowMode(world.deps, world.room, intervalSec);
  const callsOf = async () => {
    world.pass(10_000);
    calls.length = 0;
    expect(await world.send(phone)).toMatchObject({ code: 0 });
    return sorted(calls);
  };
  const [first, next] = [await callsOf(), await callsOf()];
  await world.publish(10);
  return { first, next, afterMany: await callsOf() };
}

const seqOf = async ({ deps, room }: World) => (await deps.store.getRoom(room))?.seq;
const slow = (retryAfterMs: number) => ({ code: 20690, retryAfterMs });

describe('in a room in slow mode', () => {
  test('I-D12: a member sends once in the interval, to the millisecond', async () => {
    const world = await slowWorld();
    const phone = await world.enter(ann);
    expect(await world.send(phone)).toMatchObject({ code: 0, seq: 1 });
    expect(await world.send(phone)).toEqual({
      ...slow(10_000),
      message: 'unable to send the message; the room is in slow mode, with one message in 10 s',
    });
    world.pass(9_999);
    expect(await world.send(phone)).toMatchObject(slow(1));
    world.pass(1);
    expect(await world.send(phone)).toMatchObject({ code: 0, seq: 2 });
    expect(await world.send(phone)).toMatchObject(slow(10_000));
  });

  test('each member has an interval of their own, and the server API none', async () => {
    const world = await slowWorld();
    const [phone, other] = [await world.enter(ann), await world.enter('bob')];
    expect(await world.send(phone)).toMatchObject({ code: 0 });
    expect(await world.send(other)).toMatchObject({ code: 0 });
    await world.publish(3, ann);
    expect(await world.send(phone)).toMatchObject(slow(10_000));
    expect(await seqOf(world)).toBe(5);
  });

  test('I-C2: a refused message writes nothing', async () => {
    const world = await slowWorld();
    const phone = await world.enter(ann);
    await world.send(phone);
    const [room, access, member] = [
      await world.deps.store.getRoom(world.room),
      await world.deps.store.getAccess(ann),
      await world.deps.store.getMember(world.room, ann),
    ];
    world.pass(1);
    expect(await world.send(phone)).toMatchObject(slow(9_999));
    expect(await world.deps.store.getRoom(world.room)).toEqual(room);
    expect(await world.deps.store.getAccess(ann)).toEqual(access);
    expect(await world.deps.store.getMember(world.room, ann)).toEqual(member);
  });

  test('a refused message over a connection that has not joined resumes nobody', async () => {
    const world = await slowWorld();
    const phone = await world.enter(ann, { platform: 'mobile', instance: 'run_1' });
    await world.send(phone);
    await world.drop(phone);
    const again = await world.open(ann, { platform: 'mobile', instance: 'run_1' });
    expect(await world.send(again)).toMatchObject(slow(10_000));
    expect(await world.isOffline(ann)).toBe(true);
  });

  test('I-D2: a repeat of an accepted message is answered as before', async () => {
    const world = await slowWorld();
    const phone = await world.enter(ann);
    const first = await world.send(phone, 'same');
    expect(first).toMatchObject({ code: 0, seq: 1 });
    for (const afterMs of [0, 9_000, 40_000, 3_600_000]) {
      world.pass(afterMs);
      expect(await world.send(phone, 'same')).toEqual(first);
    }
    expect(await seqOf(world)).toBe(1);
  });

  test('I-D12: of sends by two devices at once one is accepted', async () => {
    const world = await slowWorld();
    const devices = [await world.enter(ann), await world.enter(ann), await world.enter(ann)];
    const answers = await Promise.all(devices.map((device) => world.send(device)));
    expect(answers.map(({ code }) => code).sort()).toEqual([0, 20690, 20690]);
    expect(await seqOf(world)).toBe(1);
  });

  test.each([
    ['getAccess', 'after'],
    ['getMember', 'after'],
    ['takeTurn', 'before'],
  ] as const)('I-D12: a message by another device between a send and its turn is found: %s', async (name, when) => {
    const under = use();
    const disturbed = disturb(under.store, name, when);
    const world = createWorld({ ...under, store: disturbed.store });
    const [phone, tablet] = [await world.enter(ann), await world.enter(ann)];
    await setSlowMode(world.deps, world.room, TEN_SEC);
    disturbed.once(() => world.send(tablet));
    expect(await world.send(phone)).toMatchObject({ code: 20690 });
    expect(await seqOf(world)).toBe(1);
  });

  test('I-D12: a leave and a join give nothing back', async () => {
    const world = await slowWorld();
    const phone = await world.enter(ann);
    await world.send(phone);
    await world.leave(phone);
    await world.join(phone);
    expect(await world.send(phone)).toMatchObject(slow(10_000));
  });

  test('the message may be in the log by then', async () => {
    const world = await slowWorld();
    const phone = await world.enter(ann);
    await world.send(phone);
    await world.publish(10);
    world.pass(9_999);
    expect(await world.send(phone)).toMatchObject(slow(1));
    world.pass(1);
    expect(await world.send(phone)).toMatchObject({ code: 0, seq: 12 });
  });

  test('I-D12: the interval counts from the time that the message got in the room', async () => {
    const world = await slowWorld();
    const phone = await world.enter(ann);
    // The clock of another Lambda is three seconds ahead.
    world.pass(3_000);
    await world.publish(1);
    world.pass(-3_000);
    expect(await world.send(phone)).toMatchObject({ code: 0, sentAtMs: world.clock.nowMs + 3_000 });
    world.pass(12_999);
    expect(await world.send(phone)).toMatchObject(slow(1));
    world.pass(1);
    expect(await world.send(phone)).toMatchObject({ code: 0 });
  });
});

describe('exempt from slow mode', () => {
  test('are users on the allowlist, until they are taken off it', async () => {
    const world = await slowWorld();
    const phone = await world.enter(ann);
    await world.protect(ann);
    for (const _ of [1, 2]) expect(await world.send(phone)).toMatchObject({ code: 0 });
    await world.unprotect(ann);
    expect(await world.send(phone)).toMatchObject({ code: 0, seq: 3 });
    expect(await world.send(phone)).toMatchObject(slow(10_000));
  });

  test('are users who are exempt from mutes, until that ends', async () => {
    const world = await slowWorld();
    const phone = await world.enter(ann);
    await exemptFromMute(world.deps, world.room, [ann]);
    for (const _ of [1, 2]) expect(await world.send(phone)).toMatchObject({ code: 0 });
    await endExemption(world.deps, world.room, [ann]);
    expect(await world.send(phone)).toMatchObject({ code: 0, seq: 3 });
    expect(await world.send(phone)).toMatchObject(slow(10_000));
  });
});

describe('slow mode', () => {
  test('is off at first, and can be read, changed and switched off', async () => {
    const world = createWorld(use());
    expect(await slowModeOf(world.deps, world.room)).toMatchObject({ reason: 'no-such-room' });
    expect(await setSlowMode(world.deps, world.room, 1)).toMatchObject({ reason: 'no-such-room' });
    const phone = await world.enter(ann);
    expect(await slowModeOf(world.deps, world.room)).toBe(0);
    for (const seconds of [30, 3_600, 2]) {
      await setSlowMode(world.deps, world.room, seconds);
      expect(await slowModeOf(world.deps, world.room)).toBe(seconds);
    }
    await world.send(phone);
    expect(await world.send(phone)).toMatchObject(slow(2_000));
    await setSlowMode(world.deps, world.room, 0);
    expect(await slowModeOf(world.deps, world.room)).toBe(0);
    expect(await world.send(phone)).toMatchObject({ code: 0 });
  });

  test('that is off leaves nothing on any row', async () => {
    const world = await slowWorld();
    await setSlowMode(world.deps, world.room, 0);
    const zoe = await world.enter('zoe');
    expect(await world.send(zoe)).toMatchObject({ code: 0 });
    expect(await world.deps.store.getRoom(world.room)).not.toHaveProperty('slowModeSec');
    expect((await world.deps.store.getAccess(zoe.userId)).slowSends).toEqual([]);
  });

  test('costs a message no write, and one read at most where the last one has left the tail', async () => {
    const [plain, slowed] = [await callsOfSends(0), await callsOfSends(TEN_SEC)];
    expect(slowed.first).toEqual(plain.first);
    expect(slowed.next).toEqual(plain.next);
    expect(slowed.afterMany).toEqual(sorted([...plain.afterMany, 'findSent']));
  });

  test('ends with the room', async () => {
    const world = await slowWorld();
    const phone = await world.enter(ann);
    await world.send(phone);
    await destroyRoom(world.deps, world.room, false);
    await world.join(phone);
    expect(await slowModeOf(world.deps, world.room)).toBe(0);
    for (const _ of [1, 2]) expect(await world.send(phone)).toMatchObject({ code: 0 });
    await setSlowMode(world.deps, world.room, TEN_SEC);
    expect(await world.send(phone)).toMatchObject({ code: 0, seq: 3 });
  });

  test('applies to a message that was checked before it was switched on', async () => {
    const under = use();
    const disturbed = disturb(under.store, 'acceptMessage', 'before');
    const world = createWorld({ ...under, store: disturbed.store });
    const [phone, tablet] = [await world.enter(ann), await world.enter(ann)];
    disturbed.once(() => setSlowMode(world.deps, world.room, TEN_SEC));
    expect(await world.send(phone)).toMatchObject({ code: 0 });
    expect(await world.send(tablet)).toMatchObject(slow(10_000));
  });

  test('of one room is not that of a second one, and a user is in no more than 20 at once', async () => {
    const world = createWorld(use(), { multipleRooms: true, sendsPerSecond: 100 });
    const phone = await world.open('zed');
    const access = () => world.deps.store.getAccess(phone.userId);
    const rooms = Array.from({ length: 21 }, (_, index) => `${world.room}-${index}` as RoomId);
    const sendTo = (room: RoomId, clientMessageId = 'm') =>
      world.frame(phone, { action: 'send', room, clientMessageId, type: 'RC:TxtMsg', content: '{}' });
    for (const room of rooms) {
      await world.join(phone, { room });
      await setSlowMode(world.deps, room, 60);
    }
    for (const room of rooms.slice(0, 20)) expect(await sendTo(room)).toMatchObject({ code: 0 });
    // A minute, and twice the 32 s in which an attempt may be under way.
    expect(await sendTo(rooms[20] as RoomId)).toMatchObject(slow(124_000));
    expect((await access()).sends).toHaveLength(20);
    world.pass(124_000);
    expect(await sendTo(rooms[20] as RoomId)).toMatchObject({ code: 0 });
    expect((await access()).slowSends).toHaveLength(1);
  });
});

describe('an attempt that', () => {
  test('was refused after it had its turn leaves the next message its own', async () => {
    const under = use();
    const disturbed = disturb(under.store, 'takeTurn', 'after');
    const world = createWorld({ ...under, store: disturbed.store });
    const phone = await world.enter(ann);
    await setSlowMode(world.deps, world.room, TEN_SEC);
    disturbed.once(async () => {
      const { epoch = '' } = (await world.deps.store.getRoom(world.room)) ?? {};
      await world.deps.store.setRoomMuted(world.room, epoch, true);
    });
    expect(await world.send(phone)).toMatchObject({ code: 23408 });
    const { epoch = '' } = (await world.deps.store.getRoom(world.room)) ?? {};
    await world.deps.store.setRoomMuted(world.room, epoch, false);
    expect(await world.send(phone)).toMatchObject({ code: 0, seq: 1 });
  });

  test('died without a message is repeated, and delays another message by 32 s at most', async () => {
    const world = await slowWorld();
    const phone = await world.enter(ann);
    await setSlowMode(world.deps, world.room, 3_600);
    const dying = { ...world.deps.store, acceptMessage: () => Promise.reject(new AcceptanceUnknown('no answer')) };
    Object.assign(world.deps, { store: dying });
    expect(await world.send(phone, 'lost')).toMatchObject({ code: -1 });
    Object.assign(world.deps, { store: use().store });
    expect(await world.send(phone, 'other')).toMatchObject({ code: 20690 });
    world.pass(31_999);
    expect(await world.send(phone, 'lost')).toMatchObject({ code: -1, retryAfterMs: 1 });
    expect(await world.send(phone, 'other')).toMatchObject({ code: 20690 });
    world.pass(1);
    expect(await world.send(phone, 'lost')).toMatchObject({ code: 0, seq: 1 });
    expect(await world.send(phone, 'other')).toMatchObject(slow(3_600_000));
    world.pass(3_600_000);
    expect(await world.send(phone, 'other')).toMatchObject({ code: 0, seq: 2 });
  });

  test('I-D12: may still be accepted delays another message, however short the interval', async () => {
    const under = use();
    const disturbed = disturb(under.store, 'acceptMessage', 'before');
    const world = createWorld({ ...under, store: disturbed.store });
    const [phone, tablet] = [await world.enter(ann), await world.enter(ann)];
    await setSlowMode(world.deps, world.room, TEN_SEC);
    // The Lambda of the first stands still for so long.
    disturbed.once(async () => {
      world.pass(20_000);
      expect(await world.send(tablet)).toMatchObject(slow(12_000));
    });
    expect(await world.send(phone)).toMatchObject({ code: 0, seq: 1 });
    expect(await seqOf(world)).toBe(1);
  });

  test('I-D12: got a later time from the room is remembered for longer than the interval', async () => {
    const under = use();
    const disturbed = disturb(under.store, 'acceptMessage', 'before');
    const world = createWorld({ ...under, store: disturbed.store });
    const phone = await world.enter(ann);
    await setSlowMode(world.deps, world.room, TEN_SEC);
    // While the message is under way, one of a clock that is 30 s ahead comes first.
    disturbed.once(async () => {
      world.pass(30_000);
      await world.publish(1);
      world.pass(-30_000);
    });
    expect(await world.send(phone)).toMatchObject({ code: 0, sentAtMs: world.clock.nowMs + 30_000 });
    world.pass(39_999);
    expect(await world.send(phone)).toMatchObject(slow(1));
    world.pass(1);
    expect(await world.send(phone)).toMatchObject({ code: 0 });
  });

  test('I-D12: is repeated while another message takes its turn: one of the two is accepted', async () => {
    const under = use();
    const disturbed = disturb(under.store, 'takeTurn', 'before');
    const world = createWorld({ ...under, store: disturbed.store });
    const [phone, tablet] = [await world.enter(ann), await world.enter(ann)];
    await setSlowMode(world.deps, world.room, TEN_SEC);
    const room = await world.deps.store.getRoom(world.room);
    const access = await under.store.getAccess(ann);
    // The first attempt at `lost` has died 33 s ago.
    const died = { epoch: room?.epoch ?? '', id: world.deps.digest(`${ann}#lost`), atMs: world.clock.nowMs - 33_000 };
    await under.store.takeTurn(ann, {
      ...access,
      sends: [{ key: sendKey(world.room, 'lost'), atMs: died.atMs }],
      slowSends: [{ ...died, untilMs: world.clock.nowMs + 60_000 }],
    });
    disturbed.once(() => world.send(tablet, 'lost'));
    expect(await world.send(phone, 'other')).toMatchObject(slow(10_000));
    expect(await seqOf(world)).toBe(1);
  });
});
