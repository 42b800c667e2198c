import { expect, test } from 'vitest';
import type { RoomId } from '../../lib/protocol/ids.ts';
import { StoreFault } from '../../lib/store/room-store.ts';
import { isRoomMuted, mutedRooms, muteRoom, unmuteRoom } from '../../lib/usecases/mute-room.ts';
import { createRoom } from '../../lib/usecases/steps/create-room.ts';
import { useStore } from '../support/emulators.ts';
import { servedValue } from '../support/outcome.ts';
import { createWorld, type World } from '../support/world.ts';
import { disturb } from './disturbed-store.ts';
import { leaveRoomDestroyed } from './half-destroyed-room.ts';

const store = useStore('dynoxide');

const allMuted = async (world: World) => [...servedValue(await mutedRooms(world.deps, 1, 1000))];

async function worldWithRoom() {
  const world = createWorld(store());
  await createRoom(world.deps, world.room, '');
  return world;
}

test('in a muted room only the server API may send; after the mute all may send again', async () => {
  const world = createWorld(store());
  const phone = await world.enter('bob');
  expect(await isRoomMuted(world.deps, world.room)).toBe(false);
  expect(await muteRoom(world.deps, world.room)).toBe('muted');
  expect(await isRoomMuted(world.deps, world.room)).toBe(true);
  expect(await world.send(phone)).toMatchObject({ code: 23408 });
  await world.publish(1);
  expect(await unmuteRoom(world.deps, world.room)).toBe('unmuted');
  expect(await world.send(phone)).toMatchObject({ code: 0, seq: 2 });
});

test('after the ack no message is accepted, not even one that was checked before', async () => {
  const under = store();
  const disturbed = disturb(under.store, 'takeTurn', 'after');
  const world = createWorld({ ...under, store: disturbed.store });
  const phone = await world.enter('bob');
  disturbed.once(() => muteRoom(world.deps, world.room));
  expect(await world.send(phone)).toMatchObject({ code: 23408 });
  expect((await world.deps.store.getRoom(world.room))?.seq).toBe(0);
});

test('the list has a room from its mute to the end of the mute', async () => {
  const world = await worldWithRoom();
  expect(await allMuted(world)).not.toContain(world.room);
  await muteRoom(world.deps, world.room);
  expect(await allMuted(world)).toContain(world.room);
  await unmuteRoom(world.deps, world.room);
  expect(await allMuted(world)).not.toContain(world.room);
  const listed = await world.deps.store.readList('muted-rooms', { afterItem: '', limit: 1000 }, world.clock.nowMs);
  expect(listed.map(({ item }) => item)).not.toContain(world.room);
});

test('a mute ends with the room', async () => {
  const world = await worldWithRoom();
  await muteRoom(world.deps, world.room);
  await leaveRoomDestroyed(world);
  expect(await isRoomMuted(world.deps, world.room)).toMatchObject({ reason: 'no-such-room' });
  expect(await allMuted(world)).not.toContain(world.room);
  await createRoom(world.deps, world.room, '');
  expect(await isRoomMuted(world.deps, world.room)).toBe(false);
});

test('a listed room that is not muted, or does not exist, is not shown', async () => {
  const world = await worldWithRoom();
  const missing = `${world.room}-2`;
  const items = [world.room, missing].map((item) => ({ item, untilMs: 0 }));
  await world.deps.store.addToList('muted-rooms', items);
  const shown = await allMuted(world);
  expect(shown).not.toContain(world.room);
  expect(shown).not.toContain(missing);
});

test('a mute whose Lambda dies right after its write is listed', async () => {
  const world = await worldWithRoom();
  const disturbed = disturb(world.deps.store, 'setRoomMuted', 'after');
  disturbed.once(() => {
    throw new StoreFault('unable to go on');
  });
  await expect(muteRoom({ ...world.deps, store: disturbed.store }, world.room)).rejects.toThrow(StoreFault);
  expect(await isRoomMuted(world.deps, world.room)).toBe(true);
  expect(await allMuted(world)).toContain(world.room);
});

test('a mute during the end of a mute leaves the room muted and listed', async () => {
  for (const [name, when] of [
    ['setRoomMuted', 'after'],
    ['removeFromList', 'before'],
    ['removeFromList', 'after'],
  ] as const) {
    const world = await worldWithRoom();
    await muteRoom(world.deps, world.room);
    const disturbed = disturb(world.deps.store, name, when);
    disturbed.once(() => muteRoom(world.deps, world.room));
    await unmuteRoom({ ...world.deps, store: disturbed.store }, world.room);
    expect(await isRoomMuted(world.deps, world.room)).toBe(true);
    expect(await allMuted(world)).toContain(world.room);
  }
});

test('the end of a mute during a mute leaves the room muted and listed, or neither', async () => {
  for (const [name, when, isMuted] of [
    ['addToList', 'after', true],
    ['setRoomMuted', 'after', false],
  ] as const) {
    const world = await worldWithRoom();
    const disturbed = disturb(world.deps.store, name, when);
    disturbed.once(() => unmuteRoom(world.deps, world.room));
    await muteRoom({ ...world.deps, store: disturbed.store }, world.room);
    expect(await isRoomMuted(world.deps, world.room)).toBe(isMuted);
    expect((await allMuted(world)).includes(world.room)).toBe(isMuted);
  }
});

test('pages of any size show each muted room once, however many listed rooms are not muted', async () => {
  const world = createWorld(store());
  const rooms = ['b', 'constructor', 'd'].map((name) => `page-${name}` as RoomId);
  for (const room of rooms) {
    await createRoom(world.deps, room, '');
    await muteRoom(world.deps, room);
  }
  const stale = Array.from({ length: 230 }, (_, index) => ({ item: `page-bb${index}`, untilMs: 0 }));
  await world.deps.store.addToList('muted-rooms', stale);
  const all = await allMuted(world);
  expect(all.filter((room) => room.startsWith('page-'))).toEqual(rooms);
  const pages: string[] = [];
  for (let page = 1; page <= Math.ceil(all.length / 2); page += 1) {
    pages.push(...servedValue(await mutedRooms(world.deps, page, 2)));
  }
  expect(pages).toEqual(all);
  expect(await mutedRooms(world.deps, Math.ceil(all.length / 2) + 1, 2)).toEqual([]);
});

test.each(['never was', 'is being destroyed'])('a room that %s: false', async (state) => {
  const world = createWorld(store());
  if (state === 'is being destroyed') {
    await createRoom(world.deps, world.room, '');
    await leaveRoomDestroyed(world);
  }
  expect(await muteRoom(world.deps, world.room)).toMatchObject({ reason: 'no-such-room' });
  expect(await unmuteRoom(world.deps, world.room)).toMatchObject({ reason: 'no-such-room' });
  expect(await isRoomMuted(world.deps, world.room)).toMatchObject({ reason: 'no-such-room' });
});
