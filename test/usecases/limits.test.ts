import { describe, expect, test } from 'vitest';
import type { Settings } from '../../lib/domain/settings.ts';
import type { RoomId, UserId } from '../../lib/protocol/ids.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { fresh } from '../store/rows.ts';
import { useStore } from '../support/emulators.ts';
import type { World } from '../support/world.ts';
import { connectWith, framesOf } from './changed-world.ts';
import { createMeteredWorld } from './metered-world.ts';

const store = useStore('dynoxide');

/** All worlds of the store share the limits, so each test has users of its own. */
const ownName = fresh;

const limited = {
  ...{ joinsPerMinute: 3, newRoomsPerMinute: 2, leavesPerMinute: 3, historyReadsPerMinute: 3, repairsPerMinute: 3 },
  ...{
    attributeChangesPerMinute: 3,
    recallsPerMinute: 3,
    infoReadsPerMinute: 3,
    pingsPerMinute: 3,
    connectsPerMinute: 3,
  },
  sendsPerSecond: 3,
} as const satisfies Partial<Settings>;

/** A member of the world's room whose own join no longer counts. */
async function member(settings: Partial<Settings> = {}) {
  const { world, costOf } = createMeteredWorld(store(), { ...limited, ...settings });
  const ann = await world.enter(ownName('ann'));
  world.pass(600_000);
  await world.beat(ann);
  return { world, costOf, ann };
}

type Done = { readonly code: 0 };

interface Action {
  readonly name: string;
  /** The n-th frame of this kind. */
  readonly frame: (world: World, n: number) => object;
  readonly prepare?: (world: World, ann: Caller) => Promise<unknown>;
}

const perMinute = { code: 20607, retryAfterMs: 20_000 } as const;
const inRoom = (action: string, more: object) => ({
  name: action,
  frame: ({ room }: World) => ({ action, room, ...more }),
});
const history = { timestampMs: 0, order: 'descending', count: 10 };

const actions: readonly Action[] = [
  inRoom('join', { messageCount: -1, autoCreate: false }),
  inRoom('history', history),
  inRoom('getEntries', { afterKey: '' }),
  inRoom('repair', { afterSeq: 0, beforeSeq: 0 }),
  {
    name: 'setEntries',
    frame: ({ room }, n) => ({
      action: 'setEntries',
      room,
      entries: { [`k${n}`]: 'v' },
      autoDelete: false,
      overwrite: true,
    }),
  },
  {
    name: 'removeEntries',
    frame: ({ room }, n) => ({ action: 'removeEntries', room, keys: [`k${n}`], force: true }),
    prepare: async (world, ann) => {
      for (let n = 0; n < 5; n += 1) {
        world.pass(60_000);
        const entries = { [`k${n}`]: 'v' };
        await world.frame(ann, { action: 'setEntries', room: world.room, entries, autoDelete: false, overwrite: true });
      }
      world.pass(60_000);
    },
  },
  inRoom('info', { memberCount: 20, order: 'ascending' }),
  { name: 'ping', frame: () => ({ action: 'ping' }) },
];

describe('a limit of a user', () => {
  test.each(actions)('$name: refused with its code when used up, at no write and one read unit', async (action) => {
    const { world, costOf, ann } = await member();
    await action.prepare?.(world, ann);
    const ask = (caller: Caller, n: number) => world.frame(caller, action.frame(world, n));
    // Its lease is fresh, so its frames write no sign of life.
    const other = await world.open(ann.userId);
    for (let n = 0; n < 3; n += 1) expect(await ask(ann, n)).toMatchObject({ code: 0 });
    for (const caller of [ann, other, ann]) {
      const { answer, writes, readUnits } = await costOf(() => ask(caller, 3));
      expect(answer).toMatchObject(perMinute);
      expect({ writes, readUnits }).toEqual({ writes: 0, readUnits: 1 });
    }
    world.pass(perMinute.retryAfterMs);
    expect(await ask(ann, 3)).toMatchObject({ code: 0 });
    expect(await ask(ann, 4)).toMatchObject({ code: perMinute.code });
  });

  test('a leave does not give a join back', async () => {
    const { world, ann } = await member({ leavesPerMinute: 0 });
    for (let times = 0; times < 3; times += 1) {
      expect(await world.leave(ann)).toMatchObject({ code: 0 });
      expect(await world.join(ann)).toMatchObject({ code: 0 });
    }
    expect(await world.join(ann)).toMatchObject(perMinute);
  });

  test('leaves have a limit of their own', async () => {
    const { world, costOf, ann } = await member({ joinsPerMinute: 0 });
    for (let times = 0; times < 3; times += 1) {
      expect(await world.leave(ann)).toMatchObject({ code: 0 });
      expect(await world.join(ann)).toMatchObject({ code: 0 });
    }
    const { answer, writes, readUnits } = await costOf(() => world.leave(ann));
    expect(answer).toMatchObject(perMinute);
    expect({ writes, readUnits }).toEqual({ writes: 0, readUnits: 1 });
    expect(await world.isIn(ann.userId)).toBe(true);
  });

  test('recalls have a limit of their own', async () => {
    const { world, costOf, ann } = await member();
    const ids: string[] = [];
    for (let n = 0; n < 4; n += 1) {
      world.pass(1000);
      const sent = await world.send(ann);
      ids.push('messageId' in sent ? sent.messageId : '');
    }
    const recall = (id = '') => world.frame<Done>(ann, { action: 'recall', room: world.room, messageId: id });
    for (const id of ids.slice(0, 3)) expect(await recall(id)).toMatchObject({ code: 0 });
    const { answer, writes, readUnits } = await costOf(() => recall(ids[3]));
    expect(answer).toMatchObject(perMinute);
    expect({ writes, readUnits }).toEqual({ writes: 0, readUnits: 1 });
  });

  test('joins that create a room have a limit of their own, and count as joins too', async () => {
    const { world, costOf, ann } = await member({ multipleRooms: true, joinsPerMinute: 4 });
    const make = (n: number) => world.join(ann, { room: `${world.room}-${n}` as RoomId });
    for (let n = 0; n < 2; n += 1) expect(await make(n)).toMatchObject({ code: 0 });
    const { answer, writes } = await costOf(() => make(2));
    expect(answer).toMatchObject({ code: 20607, retryAfterMs: 30_000 });
    expect(writes).toBe(0);
    expect(await world.deps.store.getRoom(`${world.room}-2` as RoomId)).toBeUndefined();
    for (let n = 0; n < 2; n += 1) expect(await world.join(ann)).toMatchObject({ code: 0 });
    expect(await world.join(ann)).toMatchObject({ code: 20607, retryAfterMs: 15_000 });
  });

  test('each key of an entry change counts', async () => {
    const { world, ann } = await member({ attributeChangesPerMinute: 12 });
    const entries = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`k${index}`, 'v']));
    const set = (some: object) =>
      world.frame(ann, { action: 'setEntries', room: world.room, entries: some, autoDelete: false, overwrite: true });
    expect(await set(entries)).toMatchObject({ code: 0 });
    expect(await set({ a: '1', b: '2', c: '3' })).toMatchObject({ code: 20607, retryAfterMs: 5000 });
    expect(await set({ a: '1', b: '2' })).toMatchObject({ code: 0 });
  });

  test('a flood at one instant gets no more than the limit through', async () => {
    const { world, ann } = await member();
    const answers = await Promise.all(Array.from({ length: 30 }, () => world.frame<Done>(ann, { action: 'ping' })));
    expect(answers.filter(({ code }) => code === 0)).toHaveLength(3);
  });

  test('connects over the limit are refused with HTTP 429', async () => {
    const { world, costOf } = await member();
    const name = ownName('bob');
    for (let times = 0; times < 3; times += 1) expect(await world.connect(world.device(name))).toBe(true);
    const { answer, writes, readUnits } = await costOf(() => world.connect(world.device(name)));
    expect(answer).toBe(false);
    expect({ writes, readUnits }).toEqual({ writes: 0, readUnits: 0.5 });
    expect(await world.deps.store.connectionsOf((await world.open(ownName('eve'))).userId)).toHaveLength(1);
    world.pass(20_000);
    expect(await world.connect(world.device(name))).toBe(true);
    expect(await world.connect(world.device(name))).toBe(false);
  });
});

describe('connects that are refused for another reason', () => {
  const dayMs = 24 * 3600 * 1000;

  test.each(['blocked', 'deactivated'])('count where the user is %s', async (how) => {
    const { world, costOf } = await member();
    const bob = ownName('bob') as UserId;
    const { nowMs } = world.clock;
    await world.deps.store.setAccess(
      bob,
      how === 'blocked' ? { blockedUntilMs: nowMs + dayMs } : { deactivatedAtMs: nowMs },
    );
    const attempt = () => costOf(() => connectWith(world, bob, nowMs));
    const reason = how === 'blocked' ? 'user-blocked' : 'account-cancelled';
    for (let times = 0; times < 3; times += 1)
      expect(await attempt()).toMatchObject({ writes: 1, readUnits: 1.5, answer: { reason } });
    expect(await attempt()).toMatchObject({ writes: 0, readUnits: 0.5, answer: { reason: 'too-many-requests' } });
  });

  test('do not count where the token is revoked: the row of a deleted user must expire', async () => {
    const { world, costOf } = await member();
    const bob = ownName('bob') as UserId;
    await world.deps.store.expireTokens(bob, world.clock.nowMs);
    for (let times = 0; times < 5; times += 1) {
      const attempt = await costOf(() => connectWith(world, bob, world.clock.nowMs - 1));
      expect(attempt).toMatchObject({ writes: 0, readUnits: 0.5, answer: { reason: 'token-expired' } });
    }
  });
});

describe('I-C2: a refusal writes nothing', () => {
  async function refused(
    world: World,
    cost: ReturnType<typeof createMeteredWorld>['costOf'],
    work: () => Promise<{ readonly code: number }>,
    code: number,
  ) {
    const before = await world.deps.store.getRoom(world.room);
    const { answer, writes } = await cost(work);
    expect(answer).toMatchObject({ code });
    expect(writes).toBe(0);
    expect(await world.deps.store.getRoom(world.room)).toEqual(before);
  }

  /** The room was used so long ago that any activity would be recorded. */
  const idle = async (settings: Partial<Settings> = {}) => {
    const made = await member(settings);
    return { ...made, stranger: await made.world.open(ownName('eve')) };
  };
  const join = { action: 'join', messageCount: -1, autoCreate: true } as const;
  const entry = { autoDelete: false, overwrite: false, entries: { mine: '2' } } as const;

  test('of a join by a blocked user', async () => {
    const { world, costOf, stranger } = await idle();
    await world.block(world.clock.nowMs + 60_000, stranger.userId);
    await refused(world, costOf, () => world.join(stranger), 23409);
  });

  test('of a join of a room that does not exist', async () => {
    const { world, costOf, stranger } = await idle();
    const room = `${world.room}-none` as RoomId;
    await refused(world, costOf, () => world.join(stranger, { room, autoCreate: false }), 23410);
  });

  test.each(['another membership', 'another epoch', 'a room that is gone'])('of a resume of %s', async (what) => {
    const { world, costOf, stranger } = await idle();
    const { epoch = '' } = (await world.deps.store.getRoom(world.room)) ?? {};
    const resume = { roomEpoch: what === 'another epoch' ? 'e' : epoch, membership: 'm', seq: 0 };
    const room = what === 'a room that is gone' ? (`${world.room}-none` as RoomId) : world.room;
    const come = () => world.frame<Done>(stranger, { ...join, room, resume });
    await refused(world, costOf, come, what === 'a room that is gone' ? 23410 : 23406);
  });

  test('of a leave by a stranger, and of a leave of no such room', async () => {
    const { world, costOf, stranger } = await idle();
    await refused(world, costOf, () => world.leave(stranger), 23406);
    const none = { action: 'leave', room: `${world.room}-none` };
    await refused(world, costOf, () => world.frame<Done>(stranger, none), 23410);
  });

  test.each([
    ['history', history],
    ['repair', { afterSeq: 0, beforeSeq: 0 }],
    ['recall', { messageId: '1-a' }],
    ['setEntries', entry],
    ['removeEntries', { keys: ['mine'], force: false }],
    ['getEntries', { afterKey: '' }],
  ])('of %s by a stranger', async (action, fields) => {
    const { world, costOf, stranger } = await idle();
    await refused(world, costOf, () => world.frame<Done>(stranger, { action, room: world.room, ...fields }), 23406);
  });

  test('of a change of what belongs to another user: entries, a message', async () => {
    const { world, costOf, ann } = await idle();
    const bob = await world.enter(ownName('bob'));
    await world.frame(ann, { action: 'setEntries', room: world.room, ...entry });
    const sent = await world.send(ann);
    const messageId = 'messageId' in sent ? sent.messageId : '';
    for (const [code, frame] of [
      [23424, { action: 'setEntries', room: world.room, ...entry }],
      [23424, { action: 'removeEntries', room: world.room, keys: ['mine'], force: false }],
      [25107, { action: 'recall', room: world.room, messageId }],
      [25101, { action: 'recall', room: world.room, messageId: `${messageId}x` }],
    ] as const)
      await refused(world, costOf, () => world.frame<Done>(bob, frame), code);
    expect(new Set(Object.keys((await world.deps.store.getAccess(bob.userId)).turns))).toEqual(
      new Set(['connect', 'join']),
    );
  });

  test.each(['in the room', 'in all rooms', 'with the whole room'])(
    'of an entry change by a user who is muted %s',
    async (where) => {
      const { world, costOf, ann } = await idle();
      const untilMs = world.clock.nowMs + 60_000;
      const { store: rows } = world.deps;
      if (where === 'in all rooms') await rows.setAccess(ann.userId, { mutedUntilMs: untilMs });
      else if (where === 'in the room') {
        const row = await rows.getMember(world.room, ann.userId);
        if (row !== undefined) await rows.putMember({ ...row, mutedUntilMs: untilMs }, row.revision);
      } else await rows.setRoomMuted(world.room, (await rows.getRoom(world.room))?.epoch ?? '', true);
      for (const fields of [
        { action: 'setEntries', ...entry },
        { action: 'removeEntries', keys: ['mine'], force: true },
      ])
        await refused(world, costOf, () => world.frame<Done>(ann, { room: world.room, ...fields }), 23408);
      for (const fields of [
        { action: 'history', ...history },
        { action: 'getEntries', afterKey: '' },
      ])
        expect(await world.frame(ann, { room: world.room, ...fields })).toMatchObject({ code: 0 });
    },
  );

  test('a second recall writes nothing either, and notifies nobody', async () => {
    const { world, costOf, ann } = await idle();
    const sent = await world.send(ann);
    const recall = { action: 'recall', room: world.room, messageId: 'messageId' in sent ? sent.messageId : '' };
    expect(await world.frame(ann, recall)).toMatchObject({ code: 0 });
    await refused(world, costOf, () => world.frame<Done>(ann, recall), 0);
    expect(framesOf(world, ann, 'recalled')).toHaveLength(1);
  });
});

describe('the rooms of one connection', () => {
  const several = { multipleRooms: true, maxRoomsPerConnection: 6, joinsPerMinute: 0, newRoomsPerMinute: 0 } as const;
  const roomAt = ({ room }: World, n: number) => `${room}-${n}` as RoomId;

  test('have a limit; a room that it is already in does not count again', async () => {
    const { world, costOf, ann } = await member(several);
    for (let n = 1; n <= 5; n += 1)
      expect(await world.join(ann, { room: roomAt(world, n) })).toMatchObject({ code: 0 });
    const { answer, writes } = await costOf(() => world.join(ann, { room: roomAt(world, 6) }));
    expect(answer).toMatchObject({ code: 20607 });
    expect(answer).not.toHaveProperty('retryAfterMs');
    expect(writes).toBe(0);
    expect(await world.join(ann, { room: roomAt(world, 5) })).toMatchObject({ code: 0 });
    expect(await world.join(await world.open(ann.userId), { room: roomAt(world, 6) })).toMatchObject({ code: 0 });
    await world.leave(ann);
    expect(await world.join(ann, { room: roomAt(world, 7) })).toMatchObject({ code: 0 });
  });

  test('do not count a room from which the user was removed', async () => {
    const { world, ann } = await member(several);
    for (let n = 1; n <= 5; n += 1) await world.join(ann, { room: roomAt(world, n) });
    await world.block(world.clock.nowMs + 60_000, ann.userId);
    expect(await world.join(ann, { room: roomAt(world, 6) })).toMatchObject({ code: 0 });
    const { rooms = [] } = (await world.deps.store.getConnection(ann)) ?? {};
    expect(rooms).toEqual([1, 2, 3, 4, 5, 6].map((n) => roomAt(world, n)));
    expect(await world.join(ann, { room: roomAt(world, 7) })).toMatchObject({ code: 20607 });
  });
});
