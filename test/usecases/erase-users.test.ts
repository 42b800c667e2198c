import { expect, test } from 'vitest';
import { inParallel } from '../../lib/domain/in-parallel.ts';
import { emptyMember, joined } from '../../lib/domain/member.ts';
import type { RoomId, UserId } from '../../lib/protocol/ids.ts';
import { type Erasure, type RoomStore, StoreFault } from '../../lib/store/room-store.ts';
import { addToAllowlist, allowlist } from '../../lib/usecases/allowlist-users.ts';
import { blockEverywhere, blockedEverywhere } from '../../lib/usecases/block-everywhere.ts';
import { blockedUsers, blockUsers } from '../../lib/usecases/block-users.ts';
import { deactivatedUsers, deactivateUsers } from '../../lib/usecases/deactivate-users.ts';
import { eraseUsers } from '../../lib/usecases/erase-users.ts';
import { exemptFromMute, exemptUsers } from '../../lib/usecases/exempt-from-mute.ts';
import { mutedEverywhere, muteEverywhere } from '../../lib/usecases/mute-everywhere.ts';
import { mutedUsers, muteUsers } from '../../lib/usecases/mute-users.ts';
import { areMembers } from '../../lib/usecases/query-members.ts';
import { readRoomEntries, setRoomEntries } from '../../lib/usecases/room-entries.ts';
import { continueErasure } from '../../lib/usecases/steps/continue-erasure.ts';
import { createRoom } from '../../lib/usecases/steps/create-room.ts';
import { destroyRoom } from '../../lib/usecases/steps/destroy-room.ts';
import { addToBlacklist, blacklist, listUsers, setProfile, setTags, tags } from '../../lib/usecases/user-profile.ts';
import { fresh, user } from '../store/rows.ts';
import { useStore } from '../support/emulators.ts';
import { servedValue } from '../support/outcome.ts';
import { createWorld, type World } from '../support/world.ts';
import { connectWith, worldWith } from './changed-world.ts';
import { disturb } from './disturbed-store.ts';
import { emptyDueList } from './due-list.ts';

const use = useStore('dynoxide');

/** An erasure affects all worlds of the store, so each test has users of its own. */
const newUser = () => user(fresh('gus'));

/** A member who is offline, and whose connection's row is already gone. */
async function putOffline(world: World, room: RoomId, user: UserId): Promise<void> {
  const made = await createRoom(world.deps, room, room);
  const device = { ...world.device(user), device: 'phone' };
  const member = joined(emptyMember(room, user, made.epoch), device, `in-${room}-${user}`, world.clock.nowMs);
  const { nowMs } = world.clock;
  const offline = { seq: 0, atMs: nowMs, sinceMs: nowMs };
  await world.deps.store.putMember(
    { ...member, connections: [], devices: {}, disconnectedDevices: ['phone'], offline },
    0,
  );
}

const isIn = async (world: World, room: RoomId, user: UserId) => (await areMembers(world.deps, room, [user]))[0];
const roomsOf = (world: World, count: number): readonly RoomId[] =>
  Array.from({ length: count }, (_, index) => `${world.room}-${`${index + 1}`.padStart(3, '0')}` as RoomId);
const endsIn = (world: World, user: UserId) =>
  world.events.filter(({ userIds, type }) => type === 2 && userIds.includes(user));

test('from the answer on no connection is open, no token opens one, and the user is in none of the current rooms', async () => {
  const world = createWorld(use(), { multipleRooms: true });
  const gus = newUser();
  const other = `${world.room}-other` as RoomId;
  const ann = await world.enter('ann');
  const device = await world.enter(gus);
  await world.join(device, { room: other });
  await eraseUsers(world.deps, [gus, gus]);
  // The stream has delivered nothing yet: neither room is on the list of rooms.
  expect(world.push.framesOf(device.connectionId).at(-1)).toMatchObject({ event: 'closing', code: 31029 });
  expect(world.push.closed).toEqual([device.connectionId]);
  expect([await isIn(world, world.room, gus), await isIn(world, other, gus)]).toEqual([false, false]);
  expect((await world.send(device)).code).toBeGreaterThan(0);
  world.pass(86_400_000);
  expect(await connectWith(world, gus, world.clock.nowMs - 86_400_000)).toMatchObject({ reason: 'token-expired' });
  expect(await connectWith(world, gus, world.clock.nowMs)).toBe('open');
  // Reported as a leave, once in each room.
  expect(await world.endsSeenBy(ann, gus)).toEqual(['left']);
  expect(
    endsIn(world, gus)
      .map(({ chatRoomId, status }) => [chatRoomId, status])
      .toSorted(),
  ).toEqual([
    [world.room, 0],
    [other, 0],
  ]);
});

test('a room that fails does not stop the others, and the sweep finishes it', async () => {
  await emptyDueList(use());
  let failing: RoomId | undefined;
  const world = worldWith(use(), (store) => ({
    getMember: (room, user) =>
      room === failing ? Promise.reject(new StoreFault('unable to read')) : store.getMember(room, user),
  }));
  const gus = newUser();
  const [first, second, third] = roomsOf(world, 3) as [RoomId, RoomId, RoomId];
  for (const room of [first, second, third]) await putOffline(world, room, gus);
  await world.settle();
  failing = second;
  await eraseUsers(world.deps, [gus]);
  await world.settle();
  expect(world.faults).toEqual([new StoreFault('unable to read')]);
  expect([await isIn(world, first, gus), await isIn(world, third, gus)]).toEqual([false, false]);
  // It fails again, and is retried five minutes later.
  expect(await world.sweep()).toMatchObject({ failed: 1 });
  failing = undefined;
  expect(await isIn(world, second, gus)).toBe(true);
  world.pass(310_000);
  expect(await world.sweep()).toMatchObject({ failed: 0 });
  expect(await isIn(world, second, gus)).toBe(false);
});

test('what the app has set for the user, and their restrictions in all rooms, are removed', async () => {
  const world = createWorld(use());
  const { deps } = world;
  const gus = newUser();
  const untilMs = world.clock.nowMs + 60_000;
  await setProfile(deps, gus, { name: 'Gus', portraitUri: 'http://x' });
  await addToBlacklist(deps, gus, ['eve' as UserId]);
  await setTags(deps, gus, ['a']);
  await blockEverywhere(deps, [gus], untilMs);
  await muteEverywhere(deps, [gus], untilMs);
  await deactivateUsers(deps, [gus]);
  await setProfile(deps, gus, { name: 'Gus again' });
  await eraseUsers(deps, [gus]);
  expect(await deps.store.getProfile(gus)).toBeUndefined();
  expect(await blacklist(deps, gus, undefined, 9)).toEqual({ users: [] });
  expect(await tags(deps, gus)).toEqual([]);
  const access = await deps.store.getAccess(gus);
  expect(access).toMatchObject({ blockedUntilMs: 0, mutedUntilMs: 0, deactivatedAtMs: 0, forceClosed: [] });
  for (const list of ['blocked-users', 'muted-users', 'deactivated-users', 'users'] as const) {
    const items = await deps.store.readList(list, { afterItem: '', limit: 10_000 }, 0);
    expect(items.filter(({ item }) => item.endsWith(`#${gus}`))).toEqual([]);
  }
  const shown = [
    await blockedEverywhere(deps, undefined, 1000),
    await mutedEverywhere(deps, undefined, 1000),
    await deactivatedUsers(deps, 1, 50),
    (await listUsers(deps, 'descending', 1, 100)).users,
  ];
  expect(JSON.stringify(shown)).not.toContain(gus);
  // Only the time from which tokens are valid stays, for as long as an old token might be used.
  world.pass(367 * 86_400_000);
  expect((await deps.store.getAccess(gus)).revision).toBe(0);
});

test('in a room the user loses the allowlist, the exemption and their entries; a block and a mute there stay', async () => {
  const world = createWorld(use());
  const { deps, room } = world;
  const gus = newUser();
  const untilMs = world.clock.nowMs + 60_000;
  await world.enter('ann');
  await putOffline(world, room, gus);
  await addToAllowlist(deps, room, [gus, 'ann' as UserId]);
  await exemptFromMute(deps, room, [gus]);
  await muteUsers(deps, room, [gus], untilMs);
  const change = { autoDelete: false, overwrite: true };
  await setRoomEntries(deps, room, {
    userId: gus,
    entries: new Map([
      ['seat', '8'],
      ['topic', 'tea'],
    ]),
    ...change,
  });
  await setRoomEntries(deps, room, { userId: 'ann' as UserId, entries: new Map([['topic', 'milk']]), ...change });
  const blocked = newUser();
  await blockUsers(deps, room, [blocked], untilMs);
  await exemptFromMute(deps, room, [blocked]);
  // Never members: one has an entry, the other is on the allowlist.
  const [owner, kept] = [newUser(), newUser()];
  await setRoomEntries(deps, room, { userId: owner, entries: new Map([['of owner', '1']]), ...change });
  await addToAllowlist(deps, room, [kept]);
  await world.settle();
  await eraseUsers(deps, [gus, blocked, owner, kept]);
  await world.settle();
  expect(await world.isIn(gus)).toBe(false);
  expect(await allowlist(deps, room)).toEqual(['ann']);
  expect(await exemptUsers(deps, room)).toEqual([]);
  expect(servedValue(await readRoomEntries(deps, room, [])).map(({ key, userId }) => [key, userId])).toEqual([
    ['topic', 'ann'],
  ]);
  expect(await mutedUsers(deps, room)).toEqual([{ userId: gus, untilMs }]);
  expect(await blockedUsers(deps, room)).toEqual([{ userId: blocked, untilMs }]);
});

test('a user who is created again in between is a new user, and keeps what is theirs', async () => {
  const world = createWorld(use(), { multipleRooms: true });
  const { deps, room } = world;
  const gus = newUser();
  const old = `${room}-old` as RoomId;
  await createRoom(deps, room, room);
  await putOffline(world, old, gus);
  const change = { userId: gus, autoDelete: false, overwrite: true };
  await setRoomEntries(deps, room, { ...change, entries: new Map([['old', '1']]) });
  await world.settle();
  world.pass(1000);
  await eraseUsers(deps, [gus]);
  world.pass(1000);
  await setProfile(deps, gus, { name: 'Anew' });
  const device = await world.open(gus);
  expect(await world.join(device)).toMatchObject({ code: 0 });
  await setRoomEntries(deps, room, { ...change, entries: new Map([['new', '1']]) });
  await world.settle();
  expect(await isIn(world, room, gus)).toBe(true);
  expect(await isIn(world, old, gus)).toBe(false);
  expect(await world.send(device)).toMatchObject({ code: 0 });
  expect(servedValue(await readRoomEntries(deps, room, [])).map(({ key }) => key)).toEqual(['new']);
  expect(await deps.store.getProfile(gus)).toMatchObject({ name: 'Anew' });
});

test('a row of an earlier room epoch is removed without an event; a destroyed room is left to its own clean-up', async () => {
  const world = createWorld(use());
  const { deps, room } = world;
  const gus = newUser();
  await putOffline(world, room, gus);
  const { epoch = '' } = { ...(await deps.store.getRoom(room)) };
  await deps.store.destroyRoom(room, epoch, world.clock.nowMs, false);
  await world.settle();
  await deps.store.addToList('rooms', [{ item: room, untilMs: 0 }]);
  await eraseUsers(deps, [gus]);
  await world.settle();
  expect((await deps.store.getMember(room, gus))?.membershipId).toBeDefined();
  await deps.store.removeRoom(room, epoch);
  await createRoom(deps, room, room);
  await world.settle();
  await eraseUsers(deps, [gus]);
  await world.settle();
  expect(await deps.store.getMember(room, gus)).toBeUndefined();
  expect(endsIn(world, gus)).toEqual([]);
  await destroyRoom(deps, room, false);
});

test('a user who was evicted before is reported once, as offline', async () => {
  const world = createWorld(use());
  const gus = newUser();
  await world.enter('ann');
  await world.drop(await world.enter(gus));
  await world.publish(31);
  const ended = await world.deps.store.getMember(world.room, gus);
  expect(ended).toBeUndefined();
  await eraseUsers(world.deps, [gus]);
  await world.settle();
  expect(endsIn(world, gus).map(({ status }) => status)).toEqual([1]);
});

test('a message that was checked before the answer is refused after it', async () => {
  const under = use();
  const disturbed = disturb(under.store, 'takeTurn', 'after');
  const world = createWorld({ ...under, store: disturbed.store });
  const gus = newUser();
  const device = await world.enter(gus);
  await world.settle();
  disturbed.once(() => eraseUsers({ ...world.deps, store: under.store }, [gus]));
  expect((await world.send(device)).code).toBeGreaterThan(0);
  expect((await world.deps.store.getRoom(world.room))?.seq).toBe(0);
});

test('a call that was interrupted is finished by the same call', async () => {
  const writes = [
    'expireTokens',
    'removeFromList',
    'forgetAccess',
    'deleteProfile',
    'deleteSet',
    'putErasure',
    'deleteMember',
    'bumpSendPermissionVersion',
  ] as const;
  for (const name of writes satisfies readonly (keyof RoomStore)[]) {
    const world = createWorld(use());
    const gus = newUser();
    const old = `${world.room}-old` as RoomId;
    await putOffline(world, old, gus);
    await setProfile(world.deps, gus, { name: 'Gus' });
    const device = await world.enter(gus);
    await muteEverywhere(world.deps, [gus], world.clock.nowMs + 60_000);
    await world.settle();
    const disturbed = disturb(world.deps.store, name, 'after');
    disturbed.once(() => {
      throw new StoreFault('unable to go on');
    });
    const broken = eraseUsers({ ...world.deps, store: disturbed.store }, [gus]);
    const isBroken = await broken.then(
      () => false,
      () => true,
    );
    // The current membership ends by a put of its row, so the call does not get to `deleteMember`.
    expect([name, isBroken]).toEqual([name, name !== 'deleteMember']);
    world.pass(10);
    await eraseUsers(world.deps, [gus]);
    await world.settle();
    expect(world.push.closed).toContain(device.connectionId);
    expect([await isIn(world, world.room, gus), await isIn(world, old, gus)]).toEqual([false, false]);
    expect(await world.deps.store.getProfile(gus)).toBeUndefined();
    expect(await connectWith(world, gus, world.clock.nowMs)).toMatchObject({ reason: 'token-expired' });
    expect(endsIn(world, gus)).toHaveLength(2);
    const muted = await world.deps.store.readList('muted-users', { afterItem: '', limit: 1000 }, 0);
    expect(muted.filter(({ item }) => item.endsWith(`#${gus}`))).toEqual([]);
  }
});

// The next tests fill the list of rooms, which each erasure walks through.
test('of more rooms than are done at once the rest is left to the sweep', async () => {
  await emptyDueList(use());
  const world = createWorld(use(), {
    multipleRooms: true,
    joinsPerMinute: 0,
    newRoomsPerMinute: 0,
    maxRoomsPerConnection: 0,
  });
  const gus = newUser();
  const device = await world.open(gus);
  const rooms = roomsOf(world, 104);
  for (const room of rooms) expect(await world.join(device, { room })).toMatchObject({ code: 0 });
  await eraseUsers(world.deps, [gus]);
  const left = async () => {
    const found = await Promise.all(rooms.map((room) => isIn(world, room, gus)));
    return found.filter(Boolean).length;
  };
  expect(await left()).toBe(4);
  world.pass(1000);
  await world.sweep();
  expect(await left()).toBe(0);
});

test('rooms for which there is no time before the answer are left to the sweep', async () => {
  await emptyDueList(use());
  const { store, clock, ...under } = use();
  const slow: typeof store = {
    ...store,
    bumpSendPermissionVersion: (room, epoch) => {
      clock.nowMs += 2000;
      return store.bumpSendPermissionVersion(room, epoch);
    },
  };
  const settings = { multipleRooms: true, joinsPerMinute: 0, newRoomsPerMinute: 0 };
  const world = createWorld({ ...under, clock, store: slow }, settings);
  const gus = newUser();
  const device = await world.open(gus);
  const rooms = roomsOf(world, 16);
  for (const room of rooms) expect(await world.join(device, { room })).toMatchObject({ code: 0 });
  const left = async () => (await Promise.all(rooms.map((room) => isIn(world, room, gus)))).filter(Boolean).length;
  await eraseUsers(world.deps, [gus]);
  // The rooms that were begun are finished.
  expect(await left()).toBeGreaterThan(0);
  expect(await left()).toBeLessThan(16);
  world.pass(1000);
  await world.sweep();
  expect(await left()).toBe(0);
});

test('older rooms follow, page by page; other users and rooms without the erased ones stay as they are', async () => {
  const puts: Erasure[] = [];
  const world = worldWith(use(), (store) => ({
    putErasure: (next, ...rest) => {
      puts.push(next);
      return store.putErasure(next, ...rest);
    },
  }));
  const [gus, gil, ann] = [newUser(), newUser(), newUser()];
  const rooms = roomsOf(world, 120);
  await inParallel(rooms, 20, async (room) => {
    for (const user of [gus, gil, ann]) await putOffline(world, room, user);
  });
  await world.settle();
  await eraseUsers(world.deps, [gus, gil]);
  expect(await isIn(world, rooms[0] as RoomId, gus)).toBe(true);
  await world.settle();
  for (const user of [gus, gil]) {
    const found = await Promise.all(rooms.map((room) => isIn(world, room, user)));
    expect(found).toEqual(rooms.map(() => false));
    expect(endsIn(world, user)).toHaveLength(120);
  }
  expect(await Promise.all(rooms.map((room) => isIn(world, room, ann)))).toEqual(rooms.map(() => true));
  expect(endsIn(world, ann)).toEqual([]);
  expect(puts[0]).toMatchObject({ userIds: [gus, gil], afterRoom: '' });
  // Repeating a run does no harm.
  const events = world.events.length;
  for (const put of [...puts]) {
    await world.deps.store.putErasure(put, world.clock.nowMs + 60_000, 'note');
    await continueErasure(world.deps, put.id, Number.POSITIVE_INFINITY);
  }
  await world.settle();
  expect(world.events).toHaveLength(events);
});
