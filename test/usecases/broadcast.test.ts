import { expect, test } from 'vitest';
import { inParallel } from '../../lib/domain/in-parallel.ts';
import { emptyMember, joined } from '../../lib/domain/member.ts';
import type { RoomId, UserId } from '../../lib/protocol/ids.ts';
import { type Broadcast, type RoomStore, StoreFault, type WalkPut } from '../../lib/store/room-store.ts';
import { type BroadcastRequest, broadcastMessage } from '../../lib/usecases/broadcast-message.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { continueBroadcast } from '../../lib/usecases/steps/continue-broadcast.ts';
import { createRoom } from '../../lib/usecases/steps/create-room.ts';
import { stopDistribution } from '../../lib/usecases/stop-distribution.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';
import { framesOf, worldWith } from './changed-world.ts';

const use = useStore('dynoxide');

const broadcast = (world: World, change: Partial<BroadcastRequest> = {}) =>
  broadcastMessage(world.deps, {
    ...{ fromUserId: 'ann' as UserId, type: 'RC:TxtMsg', content: '{"content":"hello"}', includeSender: true },
    ...change,
  });
const broadcastsTo = (world: World, caller: Caller) => framesOf(world, caller, 'broadcast');

/** Many rooms with one member each, and the broadcasts that were written. */
async function worldOfRooms(count: number, change: (store: RoomStore) => Partial<RoomStore>) {
  const puts: (Broadcast & { readonly put: WalkPut })[] = [];
  const world = worldWith(use(), (store) => ({
    putBroadcast: (next, expiresAtMs, put) => {
      puts.push({ ...next, put });
      return store.putBroadcast(next, expiresAtMs, put);
    },
    ...change(store),
  }));
  const callers = Array.from({ length: count }, (_, index) => ({
    room: `${world.room}-${`${index + 1}`.padStart(3, '0')}` as RoomId,
    caller: world.device('bob'),
  }));
  await inParallel(callers, 20, async ({ room, caller }) => {
    const made = await createRoom(world.deps, room, room);
    const nobody = emptyMember(room, caller.userId, made.epoch);
    await world.deps.store.putMember(
      joined(nobody, { ...caller, device: 'phone' }, `in-${room}`, world.clock.nowMs),
      0,
    );
  });
  // The stream fills the list of rooms.
  await world.settle();
  return { world, callers, puts };
}

const fullRoom = (index: number) => `-${`${index}`.padStart(3, '0')}`;

test('120 rooms get it in several runs; a destroyed one and one that fails do not stop the others', async () => {
  const destroyed = 20;
  const failing = 70;
  let roomMs = 0;
  const { world, callers, puts } = await worldOfRooms(120, (store) => ({
    getRoom: (room) => {
      world.pass(roomMs);
      return store.getRoom(room);
    },
    listMembers: (room, cursor) =>
      room.endsWith(fullRoom(failing))
        ? Promise.reject(new StoreFault('unable to list'))
        : store.listMembers(room, cursor),
  }));
  const gone = callers[destroyed - 1]?.room as RoomId;
  // Its members' rows are still there, and it is put on the list of rooms, as if the event of its end had not arrived.
  const { epoch = '' } = { ...(await world.deps.store.getRoom(gone)) };
  await world.deps.store.destroyRoom(gone, epoch, world.clock.nowMs, false);
  await world.settle();
  await world.deps.store.addToList('rooms', [{ item: gone, untilMs: 0 }]);
  const sentAtMs = world.clock.nowMs;
  const { id } = await broadcast(world);
  roomMs = 1000;
  await world.settle();

  const counts = callers.map(({ caller }) => broadcastsTo(world, caller).length);
  expect(counts).toEqual(callers.map((_, index) => (index + 1 === destroyed || index + 1 === failing ? 0 : 1)));
  expect(world.faults).toEqual([new StoreFault('unable to list')]);
  // A run has 40 s, and notes every 5 s what is done.
  const ofKind = (kind: WalkPut) => puts.filter(({ put }) => put === kind).map(({ afterRoom }) => afterRoom);
  expect(ofKind('continue')).toEqual(['', callers[39]?.room, callers[79]?.room]);
  expect(ofKind('note').slice(0, 2)).toEqual([callers[4]?.room, callers[9]?.room]);
  const [first] = callers;
  const room = await world.deps.store.getRoom(first?.room as RoomId);
  expect(broadcastsTo(world, first?.caller as Caller)).toEqual([
    {
      ...{ event: 'broadcast', room: room?.roomId, roomEpoch: room?.epoch },
      message: {
        ...{ seq: 0, messageId: id, clientMessageId: id, senderUserId: 'ann' },
        ...{ type: 'RC:TxtMsg', content: '{"content":"hello"}', sentAtMs },
      },
    },
  ]);

  // A run that is repeated finds that all is done.
  const before = puts.length;
  await continueBroadcast(world.deps, id, Number.POSITIVE_INFINITY);
  expect(puts).toHaveLength(before);
  expect(callers.map(({ caller }) => broadcastsTo(world, caller).length)).toEqual(counts);
});

test('a run that dies repeats only what it did since its last note', async () => {
  let roomMs = 0;
  const { world, callers } = await worldOfRooms(30, (store) => ({
    getRoom: (room) => {
      world.pass(roomMs);
      return store.getRoom(room);
    },
  }));
  const { id } = await broadcast(world);
  roomMs = 1000;
  let lists = 0;
  const store: RoomStore = {
    ...world.deps.store,
    // A page of the list for each 5 s: it dies before the fourth.
    readList: (list, { afterItem, limit }, nowMs) => {
      lists += 1;
      if (lists === 4) return Promise.reject(new StoreFault('the Lambda is dead'));
      // Not the rooms of the tests before.
      return world.deps.store.readList(list, { afterItem: afterItem || world.room, limit }, nowMs);
    },
  };
  await expect(continueBroadcast({ ...world.deps, store }, id, Number.POSITIVE_INFINITY)).rejects.toThrow('is dead');
  const times = () => callers.map(({ caller }) => broadcastsTo(world, caller).length);
  expect(times()).toEqual(callers.map((_, index) => (index < 15 ? 1 : 0)));
  await continueBroadcast({ ...world.deps, store }, id, Number.POSITIVE_INFINITY);
  expect(times()).toEqual(callers.map(() => 1));
});

test('a room that is larger than the time of a run is continued at its cursor', async () => {
  const world = createWorld(use());
  const ann = await world.enter('ann');
  await world.settle();
  const { id } = await broadcast(world);
  const cursors: (string | undefined)[] = [];
  const members = await world.deps.store.listMembers(world.room, undefined);
  const store: RoomStore = {
    ...world.deps.store,
    readList: async (_list, { afterItem }) => (afterItem < world.room ? [{ item: world.room, untilMs: 0 }] : []),
    listMembers: async (_room, cursor) => {
      cursors.push(cursor);
      world.pass(30_000);
      const page = Number(cursor ?? 0) + 1;
      return page === 5 ? members : { members: [], cursor: `${page}` };
    },
  };
  const deps = { ...world.deps, store };
  const run = () => continueBroadcast(deps, id, world.clock.nowMs + 40_000);
  await run();
  expect(await store.getBroadcast(id)).toMatchObject({ rest: [{ room: world.room, cursor: '2' }] });
  expect(broadcastsTo(world, ann)).toEqual([]);
  await run();
  await run();
  expect(cursors).toEqual([undefined, '1', '2', '3', '4']);
  expect(broadcastsTo(world, ann)).toHaveLength(1);
  await run();
  expect(cursors).toHaveLength(5);
});

test('its sender gets it only on request', async () => {
  const world = createWorld(use());
  const ann = await world.enter('ann');
  const laptop = await world.enter('ann');
  const bob = await world.enter('bob');
  await world.settle();
  await broadcast(world, { includeSender: false });
  await world.settle();
  await broadcast(world, { includeSender: true, content: 'all' });
  await world.settle();
  const contents = (caller: Caller) => broadcastsTo(world, caller).map(({ message }) => message.content);
  expect(contents(ann)).toEqual(['all']);
  expect(contents(laptop)).toEqual(['all']);
  expect(contents(bob)).toEqual(['{"content":"hello"}', 'all']);
});

test('it is no message of the room: no seq, no time, no history, and it evicts nobody', async () => {
  const world = createWorld(use());
  const ann = await world.enter('ann');
  await world.drop(await world.enter('bob'));
  await world.publish(30);
  const before = await world.deps.store.getRoom(world.room);
  world.pass(60_000);
  await broadcast(world);
  await world.settle();
  expect(broadcastsTo(world, ann)).toHaveLength(1);
  expect(await world.deps.store.getRoom(world.room)).toEqual(before);
  expect(await world.isIn('bob')).toBe(true);
});

test('a room whose distribution is stopped does not get it', async () => {
  const world = createWorld(use());
  const ann = await world.enter('ann');
  await world.settle();
  await broadcast(world);
  await world.settle();
  await stopDistribution(world.deps, world.room);
  await broadcast(world);
  await world.settle();
  expect(broadcastsTo(world, ann)).toHaveLength(1);
});

test('a member whose connection turns out to be gone is marked offline', async () => {
  const world = createWorld(use());
  const ann = await world.enter('ann');
  await world.settle();
  world.push.gone.add(ann.connectionId);
  await broadcast(world);
  await world.settle();
  expect(await world.isOffline('ann')).toBe(true);
});
