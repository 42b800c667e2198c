import { beforeEach, describe, expect, test } from 'vitest';
import { inParallel } from '../../lib/domain/in-parallel.ts';
import { LEASE_MS } from '../../lib/domain/lease.ts';
import { emptyMember, joined, type Member } from '../../lib/domain/member.ts';
import type { RoomId } from '../../lib/protocol/ids.ts';
import { type RoomStore, StoreFault } from '../../lib/store/room-store.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { createRoom } from '../../lib/usecases/steps/create-room.ts';
import { countMembers } from '../../lib/usecases/steps/member-limit.ts';
import { memberPages } from '../../lib/usecases/steps/member-pages.ts';
import { useStore } from '../support/emulators.ts';
import type { World } from '../support/world.ts';
import { worldWith } from './changed-world.ts';
import { emptyDueList, sweepUntil } from './due-list.ts';

const store = useStore('dynoxide');
const promisedMs = 300_000;
const realTime = { realTimeKickOut: true } as const;

beforeEach(() => emptyDueList(store()));

describe('case 36, I-M16, I-M17: very many offline members and the 31st message', () => {
  const OFFLINE = 2000;

  /** Members who disconnected when the room was new, with the rows that they would have. */
  async function fill(world: World, real: RoomStore): Promise<void> {
    const { epoch = '' } = (await real.getRoom(world.room)) ?? {};
    const atMs = world.clock.nowMs;
    const names = Array.from({ length: OFFLINE }, (_, index) => `bob-${index}`);
    await inParallel(names, 32, async (name) => {
      const by = { connectionId: `c-${name}`, device: 'phone' } as unknown as Parameters<typeof joined>[1];
      const member = joined(emptyMember(world.room, name as Caller['userId'], epoch), by, `m-${name}`, atMs);
      const offline = { seq: 0, atMs, sinceMs: atMs };
      await real.putMember({ ...member, connections: [], devices: {}, disconnectedDevices: ['phone'], offline }, 0);
    });
  }

  test('all are evicted by the rule at once; the rows are removed in pages; the count is right throughout', {
    timeout: 180_000,
  }, async () => {
    let removed = 0;
    const counts = new Set<number>();
    const world = worldWith(store(), (real) => ({
      deleteMember: async (member) => {
        removed += 1;
        const nth = removed;
        if (nth % 500 === 0) await count();
        // The Lambda dies half-way.
        if (nth > OFFLINE / 2 && nth <= OFFLINE) throw new StoreFault('the Lambda is dead');
        return real.deleteMember(member);
      },
    }));
    const roomRow = async () => {
      const row = await world.deps.store.getRoom(world.room);
      if (row === undefined) throw new Error('unable to count; there is no room');
      return row;
    };
    const count = async () => counts.add(await countMembers(world.deps, await roomRow()));
    const rows = async () => {
      let found = 0;
      for await (const page of memberPages(world.deps, await roomRow(), 'every row')) found += page.length;
      return found;
    };
    await world.enter('ann');
    await world.publish(30);
    await fill(world, store().store);
    expect(await countMembers(world.deps, await roomRow())).toBe(OFFLINE + 1);
    await world.publish(1);
    expect([...counts]).toEqual([1]);
    expect(await world.memberIds()).toEqual(['ann']);
    expect(await rows()).toBe(OFFLINE / 2 + 1);
    await world.publish(1);
    expect([...counts]).toEqual([1]);
    expect(await rows()).toBe(1);
  });
});

describe('case 37: a user in 500 rooms disconnects, and the Lambda dies half-way', () => {
  const ROOMS = 500;

  async function dieHalfWay() {
    let marks = 0;
    const world = worldWith(
      store(),
      (real) => ({
        putMember: (...values) => {
          if (values[0].offline === undefined) return real.putMember(...values);
          marks += 1;
          if (marks >= ROOMS / 2 && marks <= ROOMS) throw new StoreFault('the Lambda is dead');
          return real.putMember(...values);
        },
      }),
      { ...realTime, multipleRooms: true },
    );
    const rooms = Array.from({ length: ROOMS }, (_, index) => `${world.room}-${index}` as RoomId);
    const bob = await world.open('bob');
    await inParallel(rooms, 16, async (room) => {
      await createRoom(world.deps, room, '');
      expect(await world.join(bob, { room })).toMatchObject({ code: 0 });
    });
    await expect(world.drop(bob)).rejects.toThrow('the Lambda is dead');
    const countOf = async (isSo: (row: Member | undefined) => boolean) => {
      let found = 0;
      await inParallel(rooms, 16, async (room) => {
        if (isSo(await world.deps.store.getMember(room, bob.userId))) found += 1;
      });
      return found;
    };
    expect(await countOf((row) => row?.offline !== undefined)).toBe(ROOMS / 2 - 1);
    const areAllEvicted = async () => (await countOf((row) => row === undefined)) === ROOMS;
    return { world, areAllEvicted };
  }

  test('I-L1: the sweep converges: the user is evicted from every room', { timeout: 180_000 }, async () => {
    const { world, areAllEvicted } = await dieHalfWay();
    await sweepUntil(world, areAllEvicted);
    expect(world.faults).toEqual([]);
  });
});

test('case 37, KICK-REALTIME: the disconnect is noticed and its Lambda dies: evicted within 300 s, whenever the sweeps run', async () => {
  let deaths = 1;
  const world = worldWith(
    store(),
    (real) => ({
      putMember: (...values) => {
        if (values[0].offline !== undefined) deaths -= 1;
        if (values[0].offline !== undefined && deaths >= 0) throw new StoreFault('the Lambda is dead');
        return real.putMember(...values);
      },
    }),
    realTime,
  );
  await expect(world.drop(await world.enter('bob'))).rejects.toThrow('the Lambda is dead');
  const disconnectedAtMs = world.clock.nowMs;
  // As late as the two schedules with their delays may run.
  for (const sweepAtMs of [LEASE_MS - 1, LEASE_MS + 119_999]) {
    world.clock.nowMs = disconnectedAtMs + sweepAtMs;
    await world.sweep();
  }
  expect(world.clock.nowMs - disconnectedAtMs).toBeLessThanOrEqual(promisedMs);
  expect(await world.isIn('bob')).toBe(false);
});
