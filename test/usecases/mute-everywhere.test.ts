import { expect, test } from 'vitest';
import type { RoomId, UserId } from '../../lib/domain/ids.ts';
import { StoreFault } from '../../lib/store/room-store.ts';
import { mutedEverywhere, muteEverywhere, unmuteEverywhere } from '../../lib/usecases/mute-everywhere.ts';
import { exemptFromMute } from '../../lib/usecases/mute-exemption.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';
import { disturb } from './disturbed-store.ts';

const store = useStore('dynoxide');
const minuteMs = 60_000;
let users = 0;

/** Mutes in all rooms reach over worlds, so each test has a user of its own. */
function newUser(): UserId {
  users += 1;
  return `bob-${users}` as UserId;
}

const endOf = async (world: World, user: UserId): Promise<number | undefined> =>
  (await mutedEverywhere(world.deps)).find(({ userId }) => userId === user)?.untilMs;

test('he talks in no room, though exempt in one, until the time is over', async () => {
  const world = createWorld(store(), { multipleRooms: true });
  const bob = newUser();
  const phone = await world.enter(bob);
  const room = `${world.room}-2` as RoomId;
  await world.join(phone, { room });
  await exemptFromMute(world.deps, world.room, [bob]);
  await muteEverywhere(world.deps, [bob], world.clock.nowMs + minuteMs);
  const sendToOther = (clientMessageId: string) =>
    world.frame(phone, { action: 'send', room, clientMessageId, type: 'RC:TxtMsg', content: '{}' });
  expect(await world.send(phone)).toMatchObject({ code: 23408 });
  expect(await sendToOther('m1')).toMatchObject({ code: 23408 });
  world.pass(minuteMs - 1);
  expect(await world.send(phone)).toMatchObject({ code: 23408 });
  world.pass(1);
  expect(await world.send(phone)).toMatchObject({ code: 0 });
  expect(await sendToOther('m2')).toMatchObject({ code: 0 });
});

test('the last call counts; the list has him until the time is over', async () => {
  const world = createWorld(store());
  const [bob, eve] = [newUser(), newUser()];
  const untilMs = world.clock.nowMs + minuteMs;
  await muteEverywhere(world.deps, [bob, eve, bob], untilMs + minuteMs);
  await muteEverywhere(world.deps, [bob], untilMs);
  expect(await endOf(world, bob)).toBe(untilMs);
  world.pass(minuteMs);
  expect(await endOf(world, bob)).toBeUndefined();
  expect(await endOf(world, eve)).toBe(untilMs + minuteMs);
});

test('an end of the mute lets him talk and takes him off the list', async () => {
  const world = createWorld(store());
  const bob = newUser();
  const phone = await world.enter(bob);
  await muteEverywhere(world.deps, [bob], world.clock.nowMs + minuteMs);
  await unmuteEverywhere(world.deps, [bob]);
  expect(await world.send(phone)).toMatchObject({ code: 0 });
  expect(await endOf(world, bob)).toBeUndefined();
  const listed = await world.deps.store.readList('muted-users', '', 1000, world.clock.nowMs);
  expect(listed.map(({ entry }) => entry)).not.toContain(bob);
});

test('one who is listed and not muted is not shown', async () => {
  const world = createWorld(store());
  const bob = newUser();
  await world.deps.store.addToList('muted-users', [{ entry: bob, untilMs: world.clock.nowMs + minuteMs }]);
  expect(await endOf(world, bob)).toBeUndefined();
});

test('a mute that dies right after its write is listed', async () => {
  const world = createWorld(store());
  const bob = newUser();
  const untilMs = world.clock.nowMs + minuteMs;
  const disturbed = disturb(world.deps.store, 'setAccess', 'after');
  disturbed.once(() => {
    throw new StoreFault('unable to go on');
  });
  const deps = { ...world.deps, store: disturbed.store };
  await expect(muteEverywhere(deps, [bob], untilMs)).rejects.toThrow(StoreFault);
  expect((await world.deps.store.getAccess(bob)).mutedUntilMs).toBe(untilMs);
  expect(await endOf(world, bob)).toBe(untilMs);
});

test('a longer mute in the middle of a shorter one is listed for as long as it holds', async () => {
  const world = createWorld(store());
  const bob = newUser();
  const [shortMs, longMs] = [world.clock.nowMs + minuteMs, world.clock.nowMs + 2 * minuteMs];
  const disturbed = disturb(world.deps.store, 'getAccess', 'after');
  disturbed.once(() => muteEverywhere(world.deps, [bob], longMs));
  await muteEverywhere({ ...world.deps, store: disturbed.store }, [bob], shortMs);
  world.pass(minuteMs);
  expect(await endOf(world, bob)).toBe(longMs);
});

test('a mute in the middle of the end of one leaves him muted and listed', async () => {
  const world = createWorld(store());
  const bob = newUser();
  const untilMs = world.clock.nowMs + minuteMs;
  await muteEverywhere(world.deps, [bob], untilMs);
  const disturbed = disturb(world.deps.store, 'removeFromList', 'before');
  disturbed.once(() => muteEverywhere(world.deps, [bob], untilMs));
  await unmuteEverywhere({ ...world.deps, store: disturbed.store }, [bob]);
  expect(await endOf(world, bob)).toBe(untilMs);
});

test('a user called constructor is muted as any other, and only if he is', async () => {
  const world = createWorld(store());
  const name = 'constructor' as UserId;
  const phone = await world.enter(name);
  expect(await world.send(phone)).toMatchObject({ code: 0 });
  await muteEverywhere(world.deps, [name], world.clock.nowMs + minuteMs);
  expect(await world.send(phone)).toMatchObject({ code: 23408 });
  expect(await endOf(world, name)).toBe(world.clock.nowMs + minuteMs);
});
