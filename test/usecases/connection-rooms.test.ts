import { beforeEach, describe, expect, test } from 'vitest';
import { BUCKET_MS, LEASE_MS } from '../../lib/domain/lease.ts';
import type { RoomId } from '../../lib/protocol/ids.ts';
import type { RoomStore } from '../../lib/store/room-store.ts';
import { closeConnection } from '../../lib/usecases/close-connection.ts';
import type { Caller, Deps } from '../../lib/usecases/deps.ts';
import { joinRoom } from '../../lib/usecases/join-room.ts';
import { leaveRoom } from '../../lib/usecases/leave-room.ts';
import { createRoom } from '../../lib/usecases/steps/create-room.ts';
import { destroyRoom } from '../../lib/usecases/steps/destroy-room.ts';
import { forgetRoom } from '../../lib/usecases/steps/rooms-of-connection.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';
import { createInterlude, worldWith } from './changed-world.ts';
import { disturb } from './disturbed-store.ts';
import { emptyDueList } from './due-list.ts';
import { beginJob, inEveryWay, JOIN_TOUCHES, playBoth, type Touches } from './every-order.ts';

const store = useStore('dynoxide');
beforeEach(() => emptyDueList(store()));

const SHARED: Touches = { ...JOIN_TOUCHES, closeConnection: () => ({ row: 'connection', writes: true }) };

const REQUEST = { messageCount: -1, autoCreate: true };
const OLD = { roomEpoch: '', membership: 'an old one', seq: 0 };

const rowOf = ({ deps, room }: World, { userId }: Caller) => deps.store.getMember(room, userId);
const roomsOf = async ({ deps }: World, caller: Caller) => (await deps.store.getConnection(caller))?.rooms ?? [];
const epochOf = async ({ deps, room }: World) => (await deps.store.getRoom(room))?.epoch ?? '';

/** The end of the connection takes it off the member's row; otherwise the member would stay online for ever. */
async function expectOfflineAfter(world: World, caller: Caller): Promise<void> {
  await world.drop(caller);
  expect((await rowOf(world, caller))?.connections ?? []).not.toContain(caller.connectionId);
}

async function refuseResume(world: World, caller: Caller) {
  const resume = { ...OLD, roomEpoch: await epochOf(world) };
  return joinRoom(world.deps, caller, { ...REQUEST, room: world.room, resume });
}

type Act = (deps: Deps, caller: Caller, room: RoomId) => Promise<unknown>;

const join: Act = (deps, caller, room) => joinRoom(deps, caller, { ...REQUEST, room });
const leave: Act = (deps, caller, room) => leaveRoom(deps, caller, room);
const end: Act = (deps, caller) => closeConnection(deps, caller, Number.POSITIVE_INFINITY);
const resumeAnother: Act = async (deps, caller, room) => {
  const { epoch = '' } = (await deps.store.getRoom(room)) ?? {};
  return joinRoom(deps, caller, { ...REQUEST, room, resume: { ...OLD, roomEpoch: epoch } });
};

/** Two concurrent acts of a user who is already in the room, in every order of their steps. */
async function inEveryOrder(world: World, acts: readonly [Act, Act], rooms: readonly [RoomId, RoomId], check: Check) {
  let guests = 0;
  return inEveryWay(async (choose) => {
    guests += 1;
    const bob = await world.enter(`bob-${guests}`);
    const begin = (which: 0 | 1) => beginJob(world.deps, SHARED, (deps) => acts[which](deps, bob, rooms[which]));
    await playBoth([await begin(0), await begin(1)], choose, () => undefined);
    await check(bob);
  });
}

type Check = (bob: Caller) => Promise<void>;

describe('a room stays on the row of the connection while the user is in it, so the end of the connection finds it there', () => {
  test('a resume of another membership is refused, and the user stays in', async () => {
    const world = createWorld(store());
    const bob = await world.enter('bob');
    expect(await refuseResume(world, bob)).toMatchObject({ reason: 'membership-ended' });
    expect(await world.isIn('bob')).toBe(true);
    expect(await roomsOf(world, bob)).toEqual([world.room]);
    await expectOfflineAfter(world, bob);
    expect(await world.isOffline('bob')).toBe(true);
  });

  test('blocked, unblocked and joined again before the block is notified', async () => {
    const world = createWorld(store());
    const bob = await world.enter('bob');
    await world.settle();
    await world.block(world.clock.nowMs + 60_000, 'bob');
    await world.unblock('bob');
    expect(await world.join(bob)).toMatchObject({ code: 0, fresh: true });
    await world.settle();
    await expectOfflineAfter(world, bob);
    expect(await world.isOffline('bob')).toBe(true);
  });

  test('in a room that was created again while the former one is cleaned up', async () => {
    const interlude = createInterlude();
    const world = worldWith(store(), (real) => ({
      listMembers: async (...values) => {
        const page = await real.listMembers(...values);
        await interlude.play();
        return page;
      },
    }));
    const bob = await world.enter('bob');
    interlude.plan(async () => expect(await world.join(bob)).toMatchObject({ code: 0, fresh: true }));
    await destroyRoom(world.deps, world.room, false);
    expect(await world.isIn('bob')).toBe(true);
    await expectOfflineAfter(world, bob);
    expect(await world.isOffline('bob')).toBe(true);
  });

  test('a leave that is refused because the member row keeps changing', async () => {
    const world = worldWith(store(), () => ({ deleteMember: async () => 'conflict' }));
    const bob = await world.enter('bob');
    expect(await world.leave(bob)).toMatchObject({ code: 20607 });
    expect(await roomsOf(world, bob)).toEqual([world.room]);
    await expectOfflineAfter(world, bob);
  });

  test.each([
    ['a leave and a join', leave, join],
    ['a leave and a refused resume', leave, resumeAnother],
    ['a refused resume and a join', resumeAnother, join],
    ['two leaves', leave, leave],
  ])(
    '%s, concurrently, in every order of their steps',
    async (_what, one, two) => {
      const world = createWorld(store());
      const orders = await inEveryOrder(world, [one, two], [world.room, world.room], async (bob) => {
        const row = await rowOf(world, bob);
        if (row?.connections.includes(bob.connectionId)) expect(await roomsOf(world, bob)).toContain(world.room);
        await expectOfflineAfter(world, bob);
      });
      expect(orders).toBeGreaterThan(5);
    },
    100_000,
  );

  test.each<[string, Act, number]>([
    ['a leave', leave, 5],
    ['a join', join, 5],
    ['a refused resume', resumeAnother, 2],
  ])(
    '%s and the end of the connection, concurrently, in every order of their steps',
    async (_what, act, most) => {
      const world = createWorld(store());
      const orders = await inEveryOrder(world, [act, end], [world.room, world.room], async (bob) => {
        expect((await rowOf(world, bob))?.connections ?? []).toEqual([]);
      });
      expect(orders).toBeGreaterThan(most);
    },
    100_000,
  );

  test('a send that resumes the membership, while an earlier leave would remove the room from the row', async () => {
    const disturbed = disturb(store().store, 'putMember', 'before');
    const world = worldWith(store(), () => disturbed.store);
    await world.drop(await world.enter('bob', { instance: 'run_1' }));
    const bob = await world.open('bob', { instance: 'run_2' });
    disturbed.once(() => forgetRoom(world.deps, bob, world.room));
    expect(await world.send(bob)).toMatchObject({ code: 0 });
    expect((await rowOf(world, bob))?.connections).toEqual([bob.connectionId]);
    await expectOfflineAfter(world, bob);
  });

  test('a refused resume and a join of another room, in every order: one room, and it is on the row', async () => {
    const world = createWorld(store());
    const other = `${world.room}-other` as RoomId;
    await createRoom(world.deps, other, '');
    await inEveryOrder(world, [resumeAnother, join], [world.room, other], async (bob) => {
      const rows = await Promise.all([world.room, other].map((room) => world.deps.store.getMember(room, bob.userId)));
      const inside = rows.filter((row) => row?.connections.includes(bob.connectionId)).map((row) => row?.roomId);
      expect(inside).toHaveLength(1);
      expect(await roomsOf(world, bob)).toContain(inside[0]);
    });
  });
});

describe('a room on the row of a connection that is not in it', () => {
  const otherOf = (world: World) => `${world.room}-other` as RoomId;

  test('stays there after a leave, until no join of it can be running', async () => {
    const world = createWorld(store());
    const bob = await world.enter('bob');
    await world.leave(bob);
    expect(await roomsOf(world, bob)).toEqual([world.room]);
    await world.join(bob);
    world.pass(60_001);
    await world.leave(bob);
    expect(await roomsOf(world, bob)).toEqual([]);
  });

  test('is removed by a later join of another room after it was left', async () => {
    const world = createWorld(store());
    const bob = await world.enter('bob');
    await world.leave(bob);
    world.pass(60_001);
    await world.join(bob, { room: otherOf(world) });
    expect(await roomsOf(world, bob)).toEqual([otherOf(world)]);
  });

  test('belongs to a join that is still running when the user leaves, and whose Lambda dies', async () => {
    const interlude = createInterlude();
    let isDead = false;
    const world = worldWith(store(), (real) => ({
      putMember: async (...values) => {
        await interlude.play();
        return real.putMember(...values);
      },
      getConnection: async (key) => {
        if (isDead) throw new Error('the Lambda is dead');
        return real.getConnection(key);
      },
    }));
    const bob = await world.enter('bob');
    interlude.plan(async () => {
      expect(await world.leave(bob)).toMatchObject({ code: 0 });
      isDead = true;
    });
    await expect(joinRoom(world.deps, bob, { ...REQUEST, room: world.room })).rejects.toThrow('the Lambda is dead');
    isDead = false;
    expect((await rowOf(world, bob))?.connections).toEqual([bob.connectionId]);
    await expectOfflineAfter(world, bob);
  });

  test('is removed by a join a minute later when it is destroyed', async () => {
    const world = createWorld(store());
    const bob = await world.enter('bob');
    await destroyRoom(world.deps, world.room, false);
    expect(await roomsOf(world, bob)).toEqual([world.room]);
    world.pass(60_001);
    await world.join(bob, { room: otherOf(world) });
    expect(await roomsOf(world, bob)).toEqual([otherOf(world)]);
  });

  test('keeps another device of the user in it when this one joins another room', async () => {
    const world = createWorld(store(), { leaveEndsAllDevices: true });
    const phone = await world.enter('bob');
    await world.block(world.clock.nowMs + 60_000, 'bob');
    await world.unblock('bob');
    const desk = await world.enter('bob');
    await world.settle();
    expect(await world.join(phone, { room: otherOf(world) })).toMatchObject({ code: 0 });
    expect((await rowOf(world, desk))?.connections).toEqual([desk.connectionId]);
  });

  test('is not kept active by a join of another room', async () => {
    const world = createWorld(store());
    const bob = await world.enter('bob');
    await world.block(world.clock.nowMs + 60_000, 'bob');
    await world.settle();
    const activeAtMs = (await world.deps.store.getRoom(world.room))?.lastActiveAtMs;
    world.pass(1_800_000);
    await world.join(bob, { room: otherOf(world) });
    expect((await world.deps.store.getRoom(world.room))?.lastActiveAtMs).toBe(activeAtMs);
  });
});

test('a full room: the refused user is removed although their row changes before the removal is written', async () => {
  const interlude = createInterlude();
  const world = worldWith(
    store(),
    (real) => ({
      listMembers: async (...values) => {
        const page = await real.listMembers(...values);
        await interlude.play();
        return page;
      },
    }),
    { roomMemberLimit: 1 },
  );
  await world.enter('ann');
  const bob = await world.open('bob');
  interlude.plan(async () => {
    const row = await rowOf(world, bob);
    if (row !== undefined) await world.deps.store.putMember({ ...row, mutedUntilMs: 10 ** 14 }, row.revision);
  });
  expect(await world.join(bob)).toMatchObject({ code: 23411 });
  expect(await world.memberIds()).toEqual(['ann']);
  expect((await rowOf(world, bob))?.mutedUntilMs).toBe(10 ** 14);
});

test('the sweep finishes a destroyed room, and leaves alone the one that was created in between', async () => {
  const interlude = createInterlude();
  const dead = new Set(['the Lambda']);
  const world = worldWith(store(), (real) => ({
    getRoom: async (id) => {
      const found = await real.getRoom(id);
      if (found?.destroyedAtMs !== undefined) await interlude.play();
      return found;
    },
    removeRoom: async (...values) => {
      if (dead.has('the Lambda')) throw new Error('the Lambda is dead');
      return real.removeRoom(...values);
    },
  }));
  await world.enter('ann');
  await expect(destroyRoom(world.deps, world.room, false)).rejects.toThrow('the Lambda is dead');
  dead.clear();
  world.pass(60_000 + BUCKET_MS);
  interlude.plan(async () => {
    await createRoom(world.deps, world.room, 'again');
    expect(await world.join(await world.open('bob'))).toMatchObject({ code: 0 });
  });
  expect(await world.sweep()).toMatchObject({ failed: 0, destroyed: 0 });
  expect(await world.memberIds()).toEqual(['bob']);
});

describe('the Lambda of a join dies after writing the member row, and the sweep has handled the connection before that', () => {
  /** Runs `between` after the room is on the connection's row and before the member row; then the Lambda dies. */
  async function dieInJoin(atMs: number, settings: object, between: (world: World, bob: Caller) => Promise<unknown>) {
    const interlude = createInterlude();
    let isDead = false;
    const world = worldWith(
      store(),
      (real) => ({
        addConnectionRoom: async (...values) => {
          const row = await real.addConnectionRoom(...values);
          await interlude.play();
          return row;
        },
        getConnection: async (key) => {
          if (isDead) throw new Error('the Lambda is dead');
          return real.getConnection(key);
        },
      }),
      settings,
    );
    await createRoom(world.deps, world.room, '');
    const bob = await world.open('bob');
    world.pass(atMs);
    interlude.plan(async () => {
      await between(world, bob);
      isDead = true;
    });
    await expect(joinRoom(world.deps, bob, { ...REQUEST, room: world.room })).rejects.toThrow('the Lambda is dead');
    isDead = false;
    expect((await rowOf(world, bob))?.connections).toEqual([bob.connectionId]);
    return { world, bob };
  }

  async function expectFoundWithin(durationMs: number, world: World, bob: Caller) {
    for (let passedMs = 0; passedMs < durationMs; passedMs += 30_000) {
      world.pass(30_000);
      await world.sweep();
    }
    expect((await rowOf(world, bob))?.connections).toEqual([]);
    expect(await world.isOffline('bob')).toBe(true);
  }

  test('and closed it, because its lease was over', async () => {
    const { world, bob } = await dieInJoin(LEASE_MS + BUCKET_MS, {}, (there) => there.sweep());
    await expectFoundWithin(90_000, world, bob);
  });

  test('and found it closed by `$disconnect`', async () => {
    const { world, bob } = await dieInJoin(LEASE_MS + BUCKET_MS, {}, async (there, caller) => {
      await there.drop(caller);
      await there.sweep();
    });
    await expectFoundWithin(90_000, world, bob);
  });

  test('an offline member has one timer in the due list, however often their connection was checked', async () => {
    const armed: string[] = [];
    const world = worldWith(store(), (real: RoomStore) => ({
      arm: async (atMs, timers) => {
        armed.push(...timers.map(({ kind }) => kind));
        await real.arm(atMs, timers);
      },
    }));
    await world.enter('bob');
    world.pass(LEASE_MS + BUCKET_MS);
    await world.sweep();
    expect(await world.isOffline('bob')).toBe(true);
    armed.length = 0;
    for (let run = 0; run < 3; run += 1) {
      world.pass(60_000);
      await world.sweep();
    }
    expect(armed).toEqual(['member']);
  });
});
