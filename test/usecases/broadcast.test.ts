import { expect, test } from 'vitest';
import { inParallel } from '../../lib/domain/in-parallel.ts';
import { emptyMember, joined } from '../../lib/domain/member.ts';
import type { RoomId, UserId } from '../../lib/protocol/ids.ts';
import { type Broadcast, type RoomStore, StoreFault } from '../../lib/store/room-store.ts';
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
  const puts: Broadcast[] = [];
  const world = worldWith(use(), (store) => ({
    putBroadcast: (next, expiresAtMs) => {
      puts.push(next);
      return store.putBroadcast(next, expiresAtMs);
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

test('120 rooms get it in several runs; a destroyed one and one that fails do not stop the others', async () => {
  const destroyed = 20;
  const failing = 70;
  const { world, callers, puts } = await worldOfRooms(120, (store) => ({
    listMembers: (room, cursor) =>
      room.endsWith(`-0${failing}`)
        ? Promise.reject(new StoreFault('unable to list'))
        : store.listMembers(room, cursor),
  }));
  const gone = callers[destroyed - 1]?.room as RoomId;
  // Its members' rows are still there, and it is put on the list of rooms, as if the event of its end had not arrived.
  const { epoch = '' } = { ...(await world.deps.store.getRoom(gone)) };
  await world.deps.store.destroyRoom(gone, epoch, world.clock.nowMs, false);
  await world.settle();
  await world.deps.store.addToList('rooms', [{ item: gone, untilMs: 0 }]);
  const { id } = await broadcast(world);
  await world.settle();

  const counts = callers.map(({ caller }) => broadcastsTo(world, caller).length);
  expect(counts).toEqual(callers.map((_, index) => (index + 1 === destroyed || index + 1 === failing ? 0 : 1)));
  expect(world.faults).toEqual([new StoreFault('unable to list')]);
  expect(puts.map(({ afterRoom }) => afterRoom)).toEqual(['', callers[49]?.room, callers[99]?.room]);
  const [first] = callers;
  const room = await world.deps.store.getRoom(first?.room as RoomId);
  expect(broadcastsTo(world, first?.caller as Caller)).toEqual([
    {
      ...{ event: 'broadcast', room: room?.roomId, roomEpoch: room?.epoch },
      message: {
        ...{ seq: 0, messageId: id, clientMessageId: id, senderUserId: 'ann' },
        ...{ type: 'RC:TxtMsg', content: '{"content":"hello"}', sentAtMs: world.clock.nowMs },
      },
    },
  ]);

  // The middle run again: its rooms get the same message once more, and it continues from the same room.
  await continueBroadcast(world.deps, puts[1] as Broadcast);
  expect(puts[3]).toEqual(puts[2]);
  await world.settle();
  const again = callers.map(({ caller }) => broadcastsTo(world, caller).map(({ message }) => message.messageId));
  expect(again.slice(0, 50)).toEqual(counts.slice(0, 50).map((times) => (times === 0 ? [] : [id])));
  expect(again.slice(50, 100)).toEqual(counts.slice(50, 100).map((times) => (times === 0 ? [] : [id, id])));
  expect(again.slice(100).map((ids) => [...new Set(ids)])).toEqual(counts.slice(100).map(() => [id]));
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
