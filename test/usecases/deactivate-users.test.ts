import { expect, test } from 'vitest';
import { connectHandler } from '../../lib/handlers/connect.ts';
import type { UserId } from '../../lib/protocol/ids.ts';
import { type RoomStore, StoreFault } from '../../lib/store/room-store.ts';
import { deactivatedUsers, deactivateUsers, reactivateUsers } from '../../lib/usecases/deactivate-users.ts';
import { addToBlacklist, blacklist, setProfile, setTags, tags } from '../../lib/usecases/user-profile.ts';
import { fresh, user } from '../store/rows.ts';
import { useStore } from '../support/emulators.ts';
import { servedValue } from '../support/outcome.ts';
import { createWorld, type World } from '../support/world.ts';
import { connectWith } from './changed-world.ts';
import { disturb } from './disturbed-store.ts';

const store = useStore('dynoxide');

/** A restriction affects all worlds of the store, so each test has users of its own. */
const newUser = () => user(fresh('dee'));

async function listed(world: World): Promise<readonly string[]> {
  return servedValue(await deactivatedUsers(world.deps, 1, 50));
}

test('devices are notified and force-closed, and the user cannot connect until they are reactivated', async () => {
  const world = createWorld(store());
  const dee = newUser();
  await world.enter('ann');
  const device = await world.enter(dee);
  await deactivateUsers(world.deps, [dee, dee]);
  expect(world.push.framesOf(device.connectionId).at(-1)).toMatchObject({ event: 'closing', code: 31029 });
  expect(world.push.closed).toEqual([device.connectionId]);
  expect(await world.isOffline(dee)).toBe(true);
  world.pass(86_400_000);
  expect(await connectWith(world, dee, world.clock.nowMs)).toMatchObject({ reason: 'account-cancelled' });
  expect(await listed(world)).toContain(dee);
  await reactivateUsers(world.deps, [dee]);
  expect(await listed(world)).not.toContain(dee);
  expect(await connectWith(world, dee, world.clock.nowMs)).toBe('open');
});

test('a browser gets the reason as one of the sub-protocols that it offered', async () => {
  const world = createWorld(store());
  const dee = newUser();
  await deactivateUsers(world.deps, [dee]);
  expect(await world.connect(world.device(dee))).toBe(false);
  const { connectionId } = world.device(dee);
  const refused = await connectHandler(() => world.deps)({
    headers: { 'Sec-WebSocket-Protocol': 'doorman.v1, doorman.refused.31009, doorman.refused.31029' },
    requestContext: {
      ...{ connectionId, requestTimeEpoch: world.clock.nowMs },
      authorizer: { userId: dee, issuedAtMs: `${world.clock.nowMs}`, expiresAtMs: '9000000000000' },
    },
  });
  expect(refused).toEqual({ statusCode: 200, headers: { 'Sec-WebSocket-Protocol': 'doorman.refused.31029' } });
});

test('a message over a socket that is still open is refused', async () => {
  const world = createWorld(store());
  const dee = newUser();
  const device = await world.enter(dee);
  await world.deps.store.setAccess(dee, { deactivatedAtMs: world.clock.nowMs });
  expect(await world.send(device)).toMatchObject({ code: 23409 });
});

test('after a reactivation older tokens stay invalid, and an earlier block still holds', async () => {
  const world = createWorld(store());
  const dee = newUser();
  const atMs = world.clock.nowMs;
  await deactivateUsers(world.deps, [dee]);
  await world.deps.store.setAccess(dee, { blockedUntilMs: atMs + 10_000 });
  world.pass(5000);
  await reactivateUsers(world.deps, [dee]);
  expect(await connectWith(world, dee, world.clock.nowMs)).toMatchObject({ reason: 'user-blocked' });
  world.pass(5000);
  expect(await connectWith(world, dee, atMs)).toMatchObject({ reason: 'token-expired' });
  expect(await connectWith(world, dee, atMs + 1)).toBe('open');
});

test('name, picture, blacklist and tags are removed, for these users only', async () => {
  const { deps } = createWorld(store());
  const [dee, other] = [newUser(), newUser()];
  for (const user of [dee, other]) {
    await setProfile(deps, user, { name: 'Name', portraitUri: 'http://x' });
    await addToBlacklist(deps, user, ['eve' as UserId]);
    await setTags(deps, user, ['a']);
  }
  await deactivateUsers(deps, [dee]);
  const dataOf = (user: UserId) =>
    Promise.all([deps.store.getProfile(user), blacklist(deps, user, undefined, 9), tags(deps, user)]);
  expect(await dataOf(dee)).toEqual([undefined, { users: [] }, []]);
  expect(await dataOf(other)).toEqual([expect.objectContaining({ name: 'Name' }), { users: ['eve'] }, ['a']]);
  await reactivateUsers(deps, [dee]);
  expect(await dataOf(dee)).toEqual([undefined, { users: [] }, []]);
});

test('the user who was deactivated last comes first, and a repeated call moves nobody', async () => {
  const world = createWorld(store());
  const [first, second, third] = [newUser(), newUser(), newUser()];
  for (const user of [first, second, third]) {
    world.pass(1);
    await deactivateUsers(world.deps, [user]);
  }
  world.pass(1);
  await deactivateUsers(world.deps, [first]);
  expect((await listed(world)).slice(0, 3)).toEqual([third, second, first]);
  await reactivateUsers(world.deps, [second, newUser()]);
  expect((await listed(world)).slice(0, 2)).toEqual([third, first]);
});

test('a call that was interrupted is finished by the same call', async () => {
  const writes = ['addToList', 'setAccess', 'expireTokens', 'deleteProfile', 'deleteSet'] as const;
  for (const name of writes satisfies readonly (keyof RoomStore)[]) {
    const world = createWorld(store());
    const dee = newUser();
    await setProfile(world.deps, dee, { name: 'Dee' });
    const device = await world.enter(dee);
    const disturbed = disturb(world.deps.store, name, 'after');
    disturbed.once(() => {
      throw new StoreFault('unable to go on');
    });
    await expect(deactivateUsers({ ...world.deps, store: disturbed.store }, [dee])).rejects.toThrow(StoreFault);
    world.pass(1000);
    await deactivateUsers(world.deps, [dee]);
    expect(await connectWith(world, dee, world.clock.nowMs)).toMatchObject({ reason: 'account-cancelled' });
    expect(world.push.closed).toContain(device.connectionId);
    expect(await listed(world)).toContain(dee);
    expect(await world.deps.store.getProfile(dee)).toBeUndefined();
    // A day later nothing is left of the first attempt, and the deactivated user is still listed.
    const inTwoDays = world.clock.nowMs + 2 * 86_400_000;
    const items = await world.deps.store.readList('deactivated-users', { afterItem: '', limit: 1000 }, inTwoDays);
    expect(items.filter(({ item }) => item.endsWith(`#${dee}`))).toHaveLength(1);
  }
});

test('a reactivation during a deactivation leaves the list correct', async () => {
  for (const read of [1, 2, 3]) {
    const world = createWorld(store());
    const dee = newUser();
    const disturbed = disturb(world.deps.store, 'getAccess', 'after');
    const onRead = (left: number) => () =>
      left === 1 ? reactivateUsers(world.deps, [dee]) : disturbed.once(onRead(left - 1));
    disturbed.once(onRead(read));
    await deactivateUsers({ ...world.deps, store: disturbed.store }, [dee]);
    const { deactivatedAtMs } = await world.deps.store.getAccess(dee);
    expect((await listed(world)).includes(dee)).toBe(deactivatedAtMs > 0);
  }
});

test('a user who is listed and not deactivated is not shown', async () => {
  const world = createWorld(store());
  const dee = newUser();
  await deactivateUsers(world.deps, [dee]);
  await world.deps.store.setAccess(dee, { deactivatedAtMs: 0 });
  expect(await listed(world)).not.toContain(dee);
});

test('a failure for one user holds up no other', async () => {
  const world = createWorld(store());
  const users = Array.from({ length: 20 }, newUser);
  const broken = new Set(users.slice(0, 8));
  const getAccess: RoomStore['getAccess'] = async (one, read) => {
    if (broken.has(one)) throw new StoreFault('unable to go on');
    return world.deps.store.getAccess(one, read);
  };
  const deps = { ...world.deps, store: { ...world.deps.store, getAccess } };
  const isOut = async (one: UserId) => (await world.deps.store.getAccess(one)).deactivatedAtMs > 0;
  await expect(deactivateUsers(deps, users)).rejects.toThrow(StoreFault);
  for (const one of users) expect(await isOut(one)).toBe(!broken.has(one));
  broken.clear();
  await deactivateUsers(deps, users);
  for (const one of users.slice(0, 8)) broken.add(one);
  await expect(reactivateUsers(deps, users)).rejects.toThrow(StoreFault);
  for (const one of users) expect(await isOut(one)).toBe(broken.has(one));
});
