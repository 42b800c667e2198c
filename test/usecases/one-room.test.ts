import { describe, expect, test } from 'vitest';
import type { RoomId } from '../../lib/protocol/ids.ts';
import { blockUsers } from '../../lib/usecases/block-users.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { joinRoom } from '../../lib/usecases/join-room.ts';
import { createMemoryStore } from '../simulation/memory-store.ts';
import { createWorld, type World } from '../support/world.ts';
import { framesOf } from './changed-world.ts';
import { beginJob, inEveryWay, JOIN_TOUCHES, playBoth } from './every-order.ts';

// Hundreds of orders; the in-memory table passes the store's contract (test/store/memory.test.ts).
const store = createMemoryStore();

const join = (world: World, caller: Caller, room: RoomId) =>
  world.frame(caller, { action: 'join', room, messageCount: -1, autoCreate: true });

type Pair = readonly [RoomId, RoomId];

async function twoRooms(settings = {}) {
  const world = createWorld(store, settings);
  const rooms: Pair = [`${world.room}-a` as RoomId, `${world.room}-b` as RoomId];
  for (const room of rooms) expect(await join(world, await world.open('owner'), room)).toMatchObject({ code: 0 });
  return { world, rooms };
}

/** Both joins at once. Returns the room that was asked for last. */
async function joinBoth(world: World, caller: Caller, rooms: Pair, choose: () => 0 | 1, isRejoin = false) {
  const request = { messageCount: -1, autoCreate: false };
  const begin = (room: RoomId) => {
    const rejoin = isRejoin && room === rooms[0];
    return beginJob(world.deps, JOIN_TOUCHES, (deps) => joinRoom(deps, caller, { ...request, room, rejoin }));
  };
  const asked = new Set<RoomId>();
  await playBoth([await begin(rooms[0]), await begin(rooms[1])], choose, (which, step) => {
    // The second call of a join only finds that its room was removed from the row.
    if (step?.name === 'addConnectionRoom') asked.add(rooms[which]);
  });
  return [...asked].at(-1);
}

/** The member rows that have this connection. */
async function rowsOf({ deps }: World, { userId, connectionId }: Caller, rooms: Pair) {
  const rows = await Promise.all(rooms.map((room) => deps.store.getMember(room, userId)));
  return rows.filter((row) => row?.connections.includes(connectionId));
}

/** Each user asks for both rooms at once. */
async function expectLastOnly(
  { world, rooms }: { world: World; rooms: Pair },
  come: (name: string) => Promise<Caller>,
) {
  let guests = 0;
  const guestsSeen: { bob: Caller; last: RoomId | undefined; membership: string | undefined }[] = [];
  const orders = await inEveryWay(async (choose) => {
    guests += 1;
    const bob = await come(`bob-${guests}`);
    const last = await joinBoth(world, bob, rooms, choose);
    const stayed = await rowsOf(world, bob, rooms);
    expect(stayed.map((row) => row?.roomId)).toEqual([last]);
    expect((await world.deps.store.getConnection(bob))?.rooms.at(-1)).toBe(last);
    guestsSeen.push({ bob, last, membership: stayed[0]?.membershipId });
  });
  // Notices come by the table's stream: once for all, since reading it takes long.
  await world.settle();
  for (const { bob, last, membership } of guestsSeen) {
    const removals = framesOf(world, bob, 'removed');
    expect(removals.map(({ room }) => room)).toContain(rooms.find((room) => room !== last));
    expect(removals.map((removal) => removal.membership)).not.toContain(membership);
  }
  expect(orders).toBeGreaterThan(30);
}

describe('one room at a time: two joins of one connection at once, in every order of their steps', () => {
  test('the later one stays, and the client is notified of the other', async () => {
    const there = await twoRooms();
    await expectLastOnly(there, (name) => there.world.open(name));
  });

  test('also where the user is in one of the rooms already', async () => {
    const there = await twoRooms();
    await expectLastOnly(there, async (name) => {
      const bob = await there.world.open(name);
      await join(there.world, bob, there.rooms[0]);
      return bob;
    });
  });

  test('also where another device of the user is in one of the rooms', async () => {
    const there = await twoRooms();
    await expectLastOnly(there, async (name) => {
      await join(there.world, await there.world.open(name), there.rooms[0]);
      return there.world.open(name);
    });
  });

  test('what the client joins by itself, after an eviction, never ends what the user has joined', async () => {
    const { world, rooms } = await twoRooms();
    let guests = 0;
    const orders = await inEveryWay(async (choose) => {
      guests += 1;
      const bob = await world.open(`bob-${guests}`);
      await joinBoth(world, bob, rooms, choose, true);
      expect((await rowsOf(world, bob, rooms)).map((row) => row?.roomId)).toEqual([rooms[1]]);
    });
    expect(orders).toBeGreaterThan(30);
  });

  test.each(['blocked', 'full'])(
    'a join that is refused, %s, removes the user from no room',
    async (why) => {
      const { world, rooms } = await twoRooms({ roomMemberLimit: 2 });
      const [open, other] = rooms;
      if (why === 'full') await join(world, await world.open('second'), other);
      let guests = 0;
      await inEveryWay(async (choose) => {
        guests += 1;
        const eve = await world.open(`eve-${guests}`);
        if (why === 'blocked') await blockUsers(world.deps, other, [eve.userId], world.clock.nowMs + 60_000);
        await joinBoth(world, eve, rooms, choose);
        expect((await rowsOf(world, eve, rooms)).map((row) => row?.roomId)).toEqual([open]);
        expect((await world.deps.store.getConnection(eve))?.rooms).toContain(open);
        expect(framesOf(world, eve, 'removed').map(({ room }) => room)).not.toContain(open);
        await world.frame(eve, { action: 'leave', room: open });
      });
      expect(guests).toBeGreaterThan(2);
    },
    100_000,
  );
});
