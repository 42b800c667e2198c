import { beforeEach, expect, test } from 'vitest';
import { inParallel } from '../../lib/domain/in-parallel.ts';
import { BUCKET_MS, LEASE_MS } from '../../lib/domain/lease.ts';
import { emptyMember, withConnection } from '../../lib/domain/member.ts';
import type { RoomId } from '../../lib/protocol/ids.ts';
import { type RoomStore, StoreFault } from '../../lib/store/room-store.ts';
import { closeConnection } from '../../lib/usecases/close-connection.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { createRoom } from '../../lib/usecases/steps/create-room.ts';
import { sweep } from '../../lib/usecases/sweep/sweep.ts';
import { useStore } from '../support/emulators.ts';
import type { World } from '../support/world.ts';
import { worldWith } from './changed-world.ts';
import { emptyDueList } from './due-list.ts';

const store = useStore('dynoxide');
beforeEach(() => emptyDueList(store()));

const CALL_MS = 5;
const BUDGET_MS = 1000;
/** The member's row, the room's, the member's again; then both once more. */
const ROOM_MS = 5 * CALL_MS;
const realTime = { realTimeKickOut: true, multipleRooms: true } as const;

/** A world in which the calls of the check of a room take their time; `begun`: when the checks of each room began. */
function slowWorld(change: (real: RoomStore) => Partial<RoomStore> = () => ({})) {
  const begun = new Map<RoomId, number[]>();
  let isSlow = false;
  const world: World = worldWith(
    store(),
    (real) => {
      const changed = { ...real, ...change(real) };
      const slowly = async <T>(call: () => Promise<T>): Promise<T> => {
        const answer = await call();
        if (isSlow) world.pass(CALL_MS);
        return answer;
      };
      return {
        getMember: (room, user) => {
          if (isSlow) begun.set(room, [...(begun.get(room) ?? []), world.clock.nowMs]);
          return slowly(() => changed.getMember(room, user));
        },
        getRoom: (room) => slowly(() => changed.getRoom(room)),
        putMember: (...values) => slowly(() => changed.putMember(...values)),
        deleteMember: (member) => slowly(() => changed.deleteMember(member)),
      };
    },
    realTime,
  );
  const slow = () => {
    isSlow = true;
    begun.clear();
  };
  return { world, begun, slow };
}

/** A slow world in which the rows of the room with this suffix cannot be read until `heal`. */
function poisonedWorld(end: string) {
  let isPoisoned = true;
  const made = slowWorld((real) => ({
    getMember: (room, user) =>
      isPoisoned && room.endsWith(end)
        ? Promise.reject(new StoreFault('unable to read the row'))
        : real.getMember(room, user),
  }));
  const heal = () => {
    isPoisoned = false;
  };
  return { ...made, heal };
}

/** Bob's one connection has joined all of them. */
async function inRooms(world: World, count: number) {
  await world.deps.store.addToSet('real-time-walk', ['#'], 10);
  const rooms = Array.from({ length: count }, (_, index) => `${world.room}-${index}` as RoomId);
  const bob = await world.open('bob', { instance: 'run_1' });
  await inParallel(rooms, 16, async (room) => {
    const { epoch } = await createRoom(world.deps, room, '');
    await world.deps.store.addConnectionRoom(bob, room, world.clock.nowMs, 'join');
    const by = { connectionId: bob.connectionId, device: 'mobile.run' };
    const member = withConnection({ ...emptyMember(room, bob.userId, epoch), membershipId: 'm' }, by);
    await world.deps.store.putMember(member, 0);
  });
  await emptyDueList(store());
  await world.deps.store.arm(world.clock.nowMs + LEASE_MS, [{ kind: 'connection', ...bob }]);
  return { bob, rooms };
}

const rowsIn = (world: World, { userId }: Caller, rooms: readonly RoomId[]) =>
  Promise.all(rooms.map((room) => world.deps.store.getMember(room, userId)));

test('I-L3: a connection with 800 rooms: no check lasts longer than its time and one room, and the runs finish it', async () => {
  const { world, begun, slow } = slowWorld();
  const { bob, rooms } = await inRooms(world, 800);
  world.pass(LEASE_MS + BUCKET_MS);
  slow();
  const ends: number[] = [];
  for (let run = 0; (await world.deps.store.getConnection(bob)) !== undefined; run += 1) {
    expect(run).toBeLessThan(80);
    const startMs = world.clock.nowMs;
    await sweep(world.deps, startMs + BUDGET_MS);
    ends.push(world.clock.nowMs - startMs);
    world.clock.nowMs = startMs + 60_000;
  }
  expect(Math.max(...ends)).toBeLessThanOrEqual(BUDGET_MS + ROOM_MS);
  // 20 s of work for the first walk through the rooms, and the second one a minute after the close.
  expect(ends.length).toBeGreaterThan(20);
  expect([...begun.keys()]).toHaveLength(800);
  expect(await rowsIn(world, bob, rooms)).toEqual(rooms.map(() => undefined));
  expect(world.faults).toEqual([]);
}, 240_000);

test('a room that cannot be read does not stop the others, and the row is kept until it can be read', async () => {
  const { world, heal } = poisonedWorld('-3');
  const { bob, rooms } = await inRooms(world, 8);
  world.pass(LEASE_MS + BUCKET_MS);
  expect(await world.sweep()).toMatchObject({ closed: 1, evicted: 7, failed: 1 });
  for (let minute = 0; minute < 12; minute += 1) {
    world.pass(60_000);
    await world.sweep();
  }
  expect(await world.deps.store.getConnection(bob)).toMatchObject({ closedAtMs: expect.any(Number) });
  heal();
  expect((await rowsIn(world, bob, rooms)).filter((row) => row !== undefined)).toHaveLength(1);
  for (let minute = 0; minute < 7; minute += 1) {
    world.pass(60_000);
    await world.sweep();
  }
  expect(await rowsIn(world, bob, rooms)).toEqual(rooms.map(() => undefined));
  expect(await world.deps.store.getConnection(bob)).toBeUndefined();
});

test('a failure is not forgotten where the rest of the check is handed on after it', async () => {
  const { world, slow, heal } = poisonedWorld('-0');
  const { bob, rooms } = await inRooms(world, 8);
  await world.drop(bob).catch(() => undefined);
  world.pass(LEASE_MS + BUCKET_MS);
  slow();
  for (let run = 0; run < 8; run += 1) await sweep(world.deps, world.clock.nowMs + 2 * CALL_MS);
  expect(await world.deps.store.getConnection(bob)).toMatchObject({ closedAtMs: expect.any(Number) });
  heal();
  for (let minute = 0; minute < 8; minute += 1) {
    world.pass(60_000);
    await world.sweep();
  }
  expect(await rowsIn(world, bob, rooms)).toEqual(rooms.map(() => undefined));
  expect(await world.deps.store.getConnection(bob)).toBeUndefined();
});

test('the end of a connection with more rooms than its Lambda has time for leaves the rest to the sweep', async () => {
  const { world, begun, slow } = slowWorld();
  const { bob, rooms } = await inRooms(world, 100);
  slow();
  const startMs = world.clock.nowMs;
  await closeConnection(world.deps, bob, startMs + 300);
  // Several rooms are begun at once.
  expect(world.clock.nowMs - startMs).toBeLessThanOrEqual(300 + 8 * ROOM_MS);
  expect(begun.size).toBeLessThan(100);
  expect(begun.size).toBeGreaterThan(10);
  world.clock.nowMs = startMs + LEASE_MS + BUCKET_MS;
  await world.sweep();
  expect(await rowsIn(world, bob, rooms)).toEqual(rooms.map(() => undefined));
});
