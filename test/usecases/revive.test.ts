import { describe, expect, test } from 'vitest';
import { emptyMember } from '../../lib/domain/member.ts';
import type { RoomId } from '../../lib/protocol/ids.ts';
import type { Caller, Deps } from '../../lib/usecases/deps.ts';
import { joinRoom } from '../../lib/usecases/join-room.ts';
import { sendMessage } from '../../lib/usecases/send-message.ts';
import { createRoom } from '../../lib/usecases/steps/create-room.ts';
import { fresh } from '../store/rows.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';
import { beginJob, JOIN_TOUCHES, playBoth } from './every-order.ts';

const store = useStore('dynoxide');

const ownName = () => fresh('bob');
const phone = { platform: 'mobile', instance: 'run_1' } as const;
const desk = { platform: 'web', instance: 'run2_1' } as const;

const send = (world: World, caller: Caller, room: RoomId) =>
  world.frame<{ readonly code: number }>(caller, {
    ...{ action: 'send', room, clientMessageId: `${caller.connectionId}-${room}`.slice(-64) },
    ...{ type: 'RC:TxtMsg', content: '{}' },
  });
const roomsOf = (world: World, count: number): RoomId[] =>
  Array.from({ length: count }, (_, index) => `${world.room}-${index}` as RoomId);

/** The rooms that this connection is in. */
async function roomsBy({ deps }: World, { userId, connectionId }: Caller, rooms: readonly RoomId[]) {
  const rows = await Promise.all(rooms.map((room) => deps.store.getMember(room, userId)));
  return rooms.filter((_room, index) => rows[index]?.connections.includes(connectionId));
}

/** The user's phone has joined each of the rooms over a connection of its own, and has lost it. */
async function lostIn(world: World, rooms: readonly RoomId[], name = ownName()): Promise<string> {
  for (const room of rooms) {
    const lost = await world.open(name, phone);
    expect(await world.join(lost, { room })).toMatchObject({ code: 0 });
    await world.drop(lost);
  }
  return name;
}

describe('a send over a connection that has not joined the room', () => {
  test('resumes the membership in one room, and in no other, however many it was in', async () => {
    const world = createWorld(store(), { sendsPerSecond: 100 });
    const rooms = roomsOf(world, 20);
    const bob = await world.open(await lostIn(world, rooms), phone);
    const codes: number[] = [];
    for (const room of rooms) codes.push((await send(world, bob, room)).code);
    expect(codes).toEqual([0, ...rooms.slice(1).map(() => 23406)]);
    expect(await roomsBy(world, bob, rooms)).toEqual([rooms[0]]);
    expect((await world.deps.store.getConnection(bob))?.rooms).toEqual([rooms[0]]);
  });

  test('does not move the connection from the room that it joined', async () => {
    const world = createWorld(store());
    const rooms = roomsOf(world, 2);
    const bob = await world.open(await lostIn(world, rooms), phone);
    expect(await world.join(bob, { room: world.room })).toMatchObject({ code: 0 });
    for (const room of rooms) expect(await send(world, bob, room)).toMatchObject({ code: 23406 });
    expect(await roomsBy(world, bob, [world.room, ...rooms])).toEqual([world.room]);
    expect(await world.leave(bob)).toMatchObject({ code: 0 });
    expect(await send(world, bob, rooms[1] ?? world.room)).toMatchObject({ code: 0 });
  });

  test('resumes the membership in all of them where several rooms are allowed', async () => {
    const world = createWorld(store(), { multipleRooms: true });
    const rooms = roomsOf(world, 3);
    const bob = await world.open(await lostIn(world, rooms), phone);
    for (const room of rooms) expect(await send(world, bob, room)).toMatchObject({ code: 0 });
    expect(await roomsBy(world, bob, rooms)).toEqual(rooms);
  });

  test('is refused where only another device of the user is in the room', async () => {
    const world = createWorld(store());
    const name = ownName();
    const laptop = await world.open(name, desk);
    await world.join(laptop);
    const bob = await world.open(name, phone);
    expect(await world.send(bob)).toMatchObject({ code: 23406 });
    expect((await world.deps.store.getConnection(bob))?.rooms).toEqual([]);
    expect((await world.deps.store.getMember(world.room, bob.userId))?.connections).toEqual([laptop.connectionId]);
    expect(await world.send(laptop)).toMatchObject({ code: 0 });
  });

  test('is accepted without a resume where the sender need not be in the room', async () => {
    const world = createWorld(store(), { membersOnlySend: false });
    const name = ownName();
    const laptop = await world.open(name, desk);
    await world.join(laptop);
    const bob = await world.open(name, phone);
    expect(await world.send(bob)).toMatchObject({ code: 0 });
    expect((await world.deps.store.getMember(world.room, bob.userId))?.connections).toEqual([laptop.connectionId]);
  });
});

type Act = (deps: Deps, caller: Caller, room: RoomId) => Promise<unknown>;

/** There are too many orders of steps to play all of them; these are the same in each run. */
const ORDERS = 150;
function chooser(seed: number): () => 0 | 1 {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state < 2 ** 30 ? 0 : 1;
  };
}

/** The user's phone is a disconnected device of both rooms. */
async function disconnectedFrom(world: World, rooms: readonly RoomId[]): Promise<Caller> {
  const bob = await world.open(ownName(), phone);
  for (const room of rooms) {
    const { epoch = '' } = (await world.deps.store.getRoom(room)) ?? {};
    const disconnected = {
      membershipId: 'm',
      disconnectedDevices: ['mobile.run'],
      offline: { seq: 0, atMs: 1, sinceMs: 1 },
    };
    await world.deps.store.putMember({ ...emptyMember(room, bob.userId, epoch), ...disconnected }, 0);
  }
  return bob;
}

describe('at once, in many orders of their steps: in the end the user is in one room, which is on the row', () => {
  const say: Act = (deps, caller, room) =>
    sendMessage(deps, caller, {
      ...{ room, clientMessageId: `m-${caller.connectionId}`.slice(-64) },
      ...{ type: 'RC:TxtMsg', content: '{}' },
    });
  const join: Act = (deps, caller, room) => joinRoom(deps, caller, { room, messageCount: -1, autoCreate: false });

  test.each<[string, Act, Act]>([
    ['two sends', say, say],
    ['a send and a join of another room', say, join],
  ])(
    '%s',
    async (_what, one, two) => {
      // So that the old mark evicts nobody.
      const world = createWorld(store(), { offlineGraceMs: Number.POSITIVE_INFINITY, offlineMessageLimit: 1_000_000 });
      const rooms = roomsOf(world, 2) as [RoomId, RoomId];
      for (const room of rooms) await createRoom(world.deps, room, '');
      for (let order = 0; order < ORDERS; order += 1) {
        const bob = await disconnectedFrom(world, rooms);
        const begin = (act: Act, room: RoomId) => beginJob(world.deps, JOIN_TOUCHES, (deps) => act(deps, bob, room));
        await playBoth([await begin(one, rooms[0]), await begin(two, rooms[1])], chooser(order), () => undefined);
        const inside = await roomsBy(world, bob, rooms);
        expect(inside).toHaveLength(1);
        if (two === join) expect(inside).toEqual([rooms[1]]);
        expect((await world.deps.store.getConnection(bob))?.rooms).toContain(inside[0]);
        await world.drop(bob);
        for (const room of rooms)
          await world.deps.store.deleteMember(
            (await world.deps.store.getMember(room, bob.userId)) ?? emptyMember(room, bob.userId, ''),
          );
      }
    },
    120_000,
  );
});
