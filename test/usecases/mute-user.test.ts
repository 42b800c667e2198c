import { expect, test } from 'vitest';
import type { UserId } from '../../lib/protocol/ids.ts';
import { exemptFromMute, exemptUsers } from '../../lib/usecases/exempt-from-mute.ts';
import { mutedUsers, muteUsers, unmuteUsers } from '../../lib/usecases/mute-users.ts';
import { createRoom } from '../../lib/usecases/steps/create-room.ts';
import { destroyRoom } from '../../lib/usecases/steps/destroy-room.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld } from '../support/world.ts';
import { disturb } from './disturbed-store.ts';
import { leaveRoomDestroyed } from './half-destroyed-room.ts';

const store = useStore('dynoxide');
const [ann, bob] = ['ann', 'bob'] as UserId[] as [UserId, UserId];
const minuteMs = 60_000;

test('a muted user may not send, and gets everything; after the time they may send', async () => {
  const world = createWorld(store());
  const [annsPhone, bobsPhone] = [await world.enter(ann), await world.enter(bob)];
  const untilMs = world.clock.nowMs + minuteMs;
  expect(await muteUsers(world.deps, world.room, [bob], untilMs)).toBe('muted');
  expect(await world.send(bobsPhone)).toMatchObject({ code: 23408 });
  expect(await world.send(annsPhone)).toMatchObject({ code: 0, seq: 1 });
  expect(world.push.framesOf(bobsPhone.connectionId).map((frame) => frame.event)).toContain('messages');
  world.pass(minuteMs - 1);
  expect(await world.send(bobsPhone)).toMatchObject({ code: 23408 });
  expect(await mutedUsers(world.deps, world.room)).toEqual([{ userId: bob, untilMs }]);
  world.pass(1);
  expect(await world.send(bobsPhone)).toMatchObject({ code: 0, seq: 2 });
  expect(await mutedUsers(world.deps, world.room)).toEqual([]);
});

test('of several calls the last counts', async () => {
  const world = createWorld(store());
  await world.enter(ann);
  const untilMs = world.clock.nowMs + minuteMs;
  await muteUsers(world.deps, world.room, [ann, bob], untilMs + minuteMs);
  await muteUsers(world.deps, world.room, [bob], untilMs);
  expect(await mutedUsers(world.deps, world.room)).toEqual([
    { userId: ann, untilMs: untilMs + minuteMs },
    { userId: bob, untilMs },
  ]);
});

test('a mute survives the membership, and may come before it', async () => {
  const world = createWorld(store());
  await world.enter(ann);
  await muteUsers(world.deps, world.room, [bob], world.clock.nowMs + minuteMs);
  const phone = await world.enter(bob);
  expect(await world.send(phone)).toMatchObject({ code: 23408 });
  await world.leave(phone);
  await world.settle();
  await world.join(phone);
  expect(await world.send(phone)).toMatchObject({ code: 23408 });
});

test('a mute ends with the room', async () => {
  const world = createWorld(store());
  const phone = await world.enter(bob);
  await muteUsers(world.deps, world.room, [bob], world.clock.nowMs + minuteMs);
  await destroyRoom(world.deps, world.room, false);
  await createRoom(world.deps, world.room, '');
  expect(await mutedUsers(world.deps, world.room)).toEqual([]);
  await world.join(phone);
  expect(await world.send(phone)).toMatchObject({ code: 0 });
});

test('a mute restores nothing that an earlier room of this id has left of the user', async () => {
  const world = createWorld(store());
  await world.enter(bob);
  await exemptFromMute(world.deps, world.room, [bob]);
  await leaveRoomDestroyed(world);
  await createRoom(world.deps, world.room, '');
  await muteUsers(world.deps, world.room, [bob], world.clock.nowMs + minuteMs);
  expect(await mutedUsers(world.deps, world.room)).toMatchObject([{ userId: bob }]);
  expect(await exemptUsers(world.deps, world.room)).toEqual([]);
  expect(await world.isIn(bob)).toBe(false);
});

test('after the ack no message of the user is accepted, not even one that was checked before', async () => {
  const under = store();
  const disturbed = disturb(under.store, 'takeTurn', 'after');
  const world = createWorld({ ...under, store: disturbed.store });
  const phone = await world.enter(bob);
  disturbed.once(() => muteUsers(world.deps, world.room, [bob], world.clock.nowMs + minuteMs));
  expect(await world.send(phone)).toMatchObject({ code: 23408 });
  expect((await world.deps.store.getRoom(world.room))?.seq).toBe(0);
});

test('a join during a mute stands, and so does the mute', async () => {
  const world = createWorld(store());
  await world.enter(ann);
  const disturbed = disturb(world.deps.store, 'getMember', 'after');
  disturbed.once(() => world.enter(bob));
  const deps = { ...world.deps, store: disturbed.store };
  await muteUsers(deps, world.room, [bob], world.clock.nowMs + minuteMs);
  expect(await world.isIn(bob)).toBe(true);
  expect(await mutedUsers(world.deps, world.room)).toMatchObject([{ userId: bob }]);
});

test('the end of a mute lets the user send, and leaves no row of a user who is not a member', async () => {
  const world = createWorld(store());
  const phone = await world.enter(bob);
  await muteUsers(world.deps, world.room, [ann, bob], world.clock.nowMs + minuteMs);
  expect(await unmuteUsers(world.deps, world.room, [ann, bob])).toBe('unmuted');
  expect(await world.send(phone)).toMatchObject({ code: 0 });
  // Removed, and not only expired: a clock that is behind finds nothing either.
  world.pass(-minuteMs);
  expect(await world.deps.store.getMember(world.room, ann)).toBeUndefined();
});

test('the end of a mute keeps a block', async () => {
  const world = createWorld(store());
  await world.enter(ann);
  const untilMs = world.clock.nowMs + minuteMs;
  await world.block(untilMs, bob);
  await muteUsers(world.deps, world.room, [bob], untilMs);
  await unmuteUsers(world.deps, world.room, [bob]);
  expect(await world.join(await world.open(bob))).toMatchObject({ code: 23409 });
});

test('the end of a mute that never was writes nothing', async () => {
  const world = createWorld(store());
  await world.enter(ann);
  const before = await world.deps.store.getMember(world.room, ann);
  expect(await unmuteUsers(world.deps, world.room, [ann, bob])).toBe('unmuted');
  expect(await world.deps.store.getMember(world.room, ann)).toEqual(before);
  expect(await world.deps.store.getMember(world.room, bob)).toBeUndefined();
});

test('a mute whose time is already over writes nothing', async () => {
  const world = createWorld(store());
  await world.enter(ann);
  expect(await muteUsers(world.deps, world.room, [bob], world.clock.nowMs)).toBe('muted');
  expect(await world.deps.store.getMember(world.room, bob)).toBeUndefined();
});

test.each(['never was', 'is being destroyed'])('a room that %s: false, and no list', async (state) => {
  const world = createWorld(store());
  if (state === 'is being destroyed') {
    await world.enter(bob);
    await leaveRoomDestroyed(world);
  }
  expect(await muteUsers(world.deps, world.room, [bob], world.clock.nowMs + minuteMs)).toMatchObject({
    reason: 'no-such-room',
  });
  expect(await unmuteUsers(world.deps, world.room, [bob])).toMatchObject({ reason: 'no-such-room' });
  expect(await mutedUsers(world.deps, world.room)).toMatchObject({ reason: 'no-such-room' });
});

test.each(['constructor', 'toString'])('a user called %s is muted like any other', async (name) => {
  const world = createWorld(store());
  const phone = await world.enter(name);
  await muteUsers(world.deps, world.room, [name as UserId], world.clock.nowMs + minuteMs);
  expect(await world.send(phone)).toMatchObject({ code: 23408 });
  expect(await mutedUsers(world.deps, world.room)).toMatchObject([{ userId: name }]);
  await unmuteUsers(world.deps, world.room, [name as UserId]);
  expect(await world.send(phone)).toMatchObject({ code: 0 });
});
