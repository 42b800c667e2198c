import { expect, test } from 'vitest';
import type { UserId } from '../../lib/protocol/ids.ts';
import { endExemption, exemptFromMute, exemptUsers } from '../../lib/usecases/exempt-from-mute.ts';
import { muteRoom } from '../../lib/usecases/mute-room.ts';
import { muteUsers, unmuteUsers } from '../../lib/usecases/mute-users.ts';
import { createRoom } from '../../lib/usecases/steps/create-room.ts';
import { destroyRoom } from '../../lib/usecases/steps/destroy-room.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld } from '../support/world.ts';
import { disturb } from './disturbed-store.ts';
import { leaveRoomDestroyed } from './half-destroyed-room.ts';

const store = useStore('dynoxide');
const [ann, bob] = ['ann', 'bob'] as UserId[] as [UserId, UserId];
const minuteMs = 60_000;

test('an exempt user may send in a muted room, and while they are muted themselves', async () => {
  const world = createWorld(store());
  const [annsPhone, bobsPhone] = [await world.enter(ann), await world.enter(bob)];
  await muteRoom(world.deps, world.room);
  expect(await exemptFromMute(world.deps, world.room, [bob])).toBe('exempt');
  await muteUsers(world.deps, world.room, [bob], world.clock.nowMs + minuteMs);
  expect(await world.send(annsPhone)).toMatchObject({ code: 23408 });
  expect(await world.send(bobsPhone)).toMatchObject({ code: 0 });
  expect(await exemptUsers(world.deps, world.room)).toEqual([bob]);
});

test('an exemption survives a leave and a block, and ends with the room', async () => {
  const world = createWorld(store());
  await world.enter(ann);
  const phone = await world.enter(bob);
  await exemptFromMute(world.deps, world.room, [bob]);
  await world.leave(phone);
  await world.settle();
  await world.join(phone);
  await world.block(world.clock.nowMs + minuteMs, bob);
  await world.unblock(bob);
  await world.settle();
  expect(await exemptUsers(world.deps, world.room)).toEqual([bob]);
  await destroyRoom(world.deps, world.room, false);
  await createRoom(world.deps, world.room, '');
  expect(await exemptUsers(world.deps, world.room)).toEqual([]);
});

test('after the end of an exemption no message of the user is accepted, not even one that was checked before', async () => {
  const under = store();
  const disturbed = disturb(under.store, 'takeTurn', 'after');
  const world = createWorld({ ...under, store: disturbed.store });
  const phone = await world.enter(bob);
  await exemptFromMute(world.deps, world.room, [bob]);
  await muteRoom(world.deps, world.room);
  disturbed.once(() => endExemption(world.deps, world.room, [bob]));
  expect(await world.send(phone)).toMatchObject({ code: 23408 });
  expect((await world.deps.store.getRoom(world.room))?.seq).toBe(0);
  expect(await exemptUsers(world.deps, world.room)).toEqual([]);
});

test('the end of an exemption leaves no row of a user who is not a member, unless they are muted', async () => {
  const world = createWorld(store());
  await world.enter(ann);
  await exemptFromMute(world.deps, world.room, [bob]);
  await muteUsers(world.deps, world.room, [bob], world.clock.nowMs + minuteMs);
  await endExemption(world.deps, world.room, [bob]);
  expect(await world.deps.store.getMember(world.room, bob)).toMatchObject({ muteExempt: false });
  await unmuteUsers(world.deps, world.room, [bob]);
  expect(await world.deps.store.getMember(world.room, bob)).toBeUndefined();
});

test.each(['never was', 'is being destroyed'])('a room that %s: false, and no list', async (state) => {
  const world = createWorld(store());
  if (state === 'is being destroyed') {
    await createRoom(world.deps, world.room, '');
    await leaveRoomDestroyed(world);
  }
  expect(await exemptFromMute(world.deps, world.room, [bob])).toMatchObject({ reason: 'no-such-room' });
  expect(await endExemption(world.deps, world.room, [bob])).toMatchObject({ reason: 'no-such-room' });
  expect(await exemptUsers(world.deps, world.room)).toMatchObject({ reason: 'no-such-room' });
});

test('a user called constructor is exempt like any other, and only by an exemption', async () => {
  const world = createWorld(store());
  const name = 'constructor' as UserId;
  const phone = await world.enter(name);
  await muteRoom(world.deps, world.room);
  expect(await world.send(phone)).toMatchObject({ code: 23408 });
  await exemptFromMute(world.deps, world.room, [name]);
  expect(await world.send(phone)).toMatchObject({ code: 0 });
});
