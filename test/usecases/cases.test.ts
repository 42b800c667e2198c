import { expect, test } from 'vitest';
import { useStore } from '../support/emulators.ts';
import { createWorld } from '../support/world.ts';

const store = useStore('dynoxide');

test('KICK-31ST, I-M4: 30 messages are tolerated, the 31st is not', async () => {
  const world = createWorld(store());
  const ann = await world.enter('ann');
  await world.drop(await world.enter('bob'));
  await world.publish(30);
  expect(await world.isIn('bob')).toBe(true);
  await world.publish(1);
  expect(await world.isIn('bob')).toBe(false);
  expect(await world.memberIds()).toEqual(['ann']);
  expect(await world.endsSeenBy(ann, 'bob')).toEqual(['offline']);
});

test('case 1: 30 messages, reconnected, then one more: stays, and the next disconnect starts the count again', async () => {
  const world = createWorld(store());
  await world.enter('ann');
  const phone = await world.enter('bob');
  await world.drop(phone);
  await world.publish(30);
  const again = await world.open('bob');
  expect(await world.join(again)).toMatchObject({ code: 0, fresh: false });
  await world.publish(1);
  expect(await world.isIn('bob')).toBe(true);
  await world.drop(again);
  await world.publish(30);
  expect(await world.isIn('bob')).toBe(true);
  await world.publish(1);
  expect(await world.isIn('bob')).toBe(false);
});

test('case 2: the 31st message at exactly 30,000 ms: evicted', async () => {
  const world = createWorld(store());
  await world.drop(await world.enter('bob'));
  await world.publish(30);
  world.pass(30_000);
  expect(await world.isIn('bob')).toBe(true);
  await world.publish(1);
  expect(await world.isIn('bob')).toBe(false);
});

test('case 3: the only message since the disconnect, at exactly 30,000 ms: stays', async () => {
  const world = createWorld(store());
  await world.drop(await world.enter('bob'));
  world.pass(30_000);
  await world.publish(1);
  expect(await world.isIn('bob')).toBe(true);
});

test('case 4, I-M5: the only message since the disconnect, at 30,001 ms: evicted', async () => {
  const world = createWorld(store());
  const ann = await world.enter('ann');
  await world.drop(await world.enter('bob'));
  world.pass(30_001);
  expect(await world.isIn('bob')).toBe(true);
  await world.publish(1);
  expect(await world.isIn('bob')).toBe(false);
  expect(await world.endsSeenBy(ann, 'bob')).toEqual(['offline']);
});

test("case 7: reconnected, then the old connection's `$disconnect` arrives: stays online", async () => {
  const world = createWorld(store());
  const old = await world.enter('bob');
  const next = await world.open('bob');
  expect(await world.join(next)).toMatchObject({ code: 0, fresh: false });
  await world.drop(old);
  expect(await world.isOffline('bob')).toBe(false);
  world.pass(60_000);
  await world.publish(40);
  expect(await world.isIn('bob')).toBe(true);
});

test('case 8: `$disconnect` twice, the second after a new disconnect: the mark stays', async () => {
  const world = createWorld(store());
  const old = await world.enter('bob');
  await world.drop(old);
  const next = await world.open('bob');
  await world.join(next);
  await world.publish(3);
  await world.drop(next);
  const marked = await world.deps.store.getMember(world.room, old.userId);
  world.pass(10_000);
  await world.publish(1);
  await world.drop(old);
  await world.drop(next);
  const after = await world.deps.store.getMember(world.room, old.userId);
  expect(after?.offline).toEqual(marked?.offline);
  expect(after?.offline?.seq).toBe(3);
});

test('case 9: `$disconnect` before `$connect`: the connection is refused, and nobody is online', async () => {
  const world = createWorld(store());
  await world.enter('ann');
  const bob = world.device('bob');
  await world.drop(bob);
  expect(await world.connect(bob)).toBe(false);
  expect(await world.join(bob)).toMatchObject({ code: 30001 });
  expect(await world.memberIds()).toEqual(['ann']);
  await world.publish(1);
  expect(world.push.framesOf(bob.connectionId)).toEqual([]);
});

test('case 9: `$disconnect` during the join: nobody stays online without a connection', async () => {
  const world = createWorld(store());
  await world.enter('ann');
  for (let round = 0; round < 20; round += 1) {
    const name = `bob-${round}`;
    const bob = await world.open(name);
    await Promise.all([world.join(bob), world.drop(bob)]);
    const row = await world.deps.store.getMember(world.room, bob.userId);
    expect(row?.connections ?? []).toEqual([]);
  }
  await world.publish(31);
  expect(await world.memberIds()).toEqual(['ann']);
});

test('case 10: two devices, one disconnects, 100 messages: stays', async () => {
  const world = createWorld(store());
  const phone = await world.enter('bob');
  await world.enter('bob');
  await world.drop(phone);
  world.pass(60_000);
  await world.publish(100);
  expect(await world.isIn('bob')).toBe(true);
  expect(await world.isOffline('bob')).toBe(false);
});

test('case 11: two devices disconnect 20 s apart: the clock starts at the second', async () => {
  const world = createWorld(store());
  const phone = await world.enter('bob');
  const laptop = await world.enter('bob');
  await world.drop(phone);
  world.pass(20_000);
  await world.drop(laptop);
  world.pass(30_000);
  await world.publish(1);
  expect(await world.isIn('bob')).toBe(true);
  world.pass(1);
  await world.publish(1);
  expect(await world.isIn('bob')).toBe(false);
});

test('case 12: the phone disconnects silently, the laptop is open: stays; the phone is cleaned up', async () => {
  const world = createWorld(store());
  const phone = await world.enter('bob');
  const laptop = await world.enter('bob');
  world.push.gone.add(phone.connectionId);
  world.pass(60_000);
  await world.publish(40);
  expect(await world.isIn('bob')).toBe(true);
  const row = await world.deps.store.getMember(world.room, phone.userId);
  expect(row?.connections).toEqual([laptop.connectionId]);
});

test('case 21: the server API sends a message as an offline user: it counts, and does not make them online', async () => {
  const world = createWorld(store());
  await world.drop(await world.enter('bob'));
  await world.publish(30, 'bob');
  expect(await world.isOffline('bob')).toBe(true);
  expect(await world.isIn('bob')).toBe(true);
  await world.publish(1, 'bob');
  expect(await world.isIn('bob')).toBe(false);
});

test('case 22: a retry of the 30th message does not count twice', async () => {
  const world = createWorld(store());
  const ann = await world.enter('ann');
  await world.drop(await world.enter('bob'));
  await world.publish(29);
  const first = await world.send(ann, 'same');
  expect(first).toMatchObject({ code: 0, seq: 30 });
  expect(await world.send(ann, 'same')).toEqual(first);
  expect(await world.isIn('bob')).toBe(true);
  expect(await world.send(ann, 'other')).toMatchObject({ code: 0, seq: 31 });
  expect(await world.isIn('bob')).toBe(false);
});

test('case 23: a 31st message that the rate limit refuses does not count', async () => {
  const world = createWorld(store());
  const ann = await world.enter('ann');
  await world.drop(await world.enter('bob'));
  await world.publish(25);
  for (let sent = 0; sent < 5; sent += 1) expect(await world.send(ann)).toMatchObject({ code: 0 });
  expect(await world.send(ann)).toMatchObject({ code: 20604, retryAfterMs: 1000 });
  expect(await world.isIn('bob')).toBe(true);
  world.pass(1000);
  expect(await world.send(ann)).toMatchObject({ code: 0, seq: 31 });
  expect(await world.isIn('bob')).toBe(false);
});

test('case 24: everyone is offline, one message after 31 s: all who are not on the allowlist are evicted', async () => {
  const world = createWorld(store());
  for (const name of ['ann', 'bob', 'eve']) await world.drop(await world.enter(name));
  expect(await world.protect('eve')).toBe('added');
  world.pass(31_000);
  await world.publish(1);
  expect(await world.memberIds()).toEqual(['eve']);
});

test('case 25, KICK-SILENT: no message for a day: all are still members', async () => {
  const world = createWorld(store());
  for (const name of ['ann', 'bob']) await world.drop(await world.enter(name));
  world.pass(24 * 3600 * 1000);
  expect(await world.memberIds()).toEqual(['ann', 'bob']);
});

test('case 34: a join while already a member: same membership, no new notice', async () => {
  const world = createWorld(store());
  const ann = await world.enter('ann');
  const bob = await world.open('bob');
  const first = await world.join(bob);
  await world.settle();
  const framesBefore = world.push.framesOf(ann.connectionId).length;
  const second = await world.join(bob);
  expect(second).toMatchObject({ code: 0, fresh: false });
  expect('membership' in second && second.membership).toBe('membership' in first && first.membership);
  await world.settle();
  expect(world.push.framesOf(ann.connectionId)).toHaveLength(framesBefore);
});

test('case 40, I-M1: 410 for a live peer: its socket is closed, and the membership is resumed', async () => {
  const world = createWorld(store());
  await world.enter('ann');
  const device = { platform: 'mobile', instance: 'run_1' };
  const bob = await world.enter('bob', device);
  world.push.gone.add(bob.connectionId);
  await world.publish(1);
  expect(await world.isOffline('bob')).toBe(true);
  expect(await world.isIn('bob')).toBe(true);
  expect(world.push.closed).toContain(bob.connectionId);
  world.pass(10_000);
  expect(await world.send(bob)).toMatchObject({ code: 30001 });
  expect(await world.send(await world.open('bob', device))).toMatchObject({ code: 0 });
  expect(await world.isOffline('bob')).toBe(false);
  world.pass(60_000);
  await world.publish(40);
  expect(await world.isIn('bob')).toBe(true);
});

test('LEAVE, I-M15: removed at once, with one notice; a second leave is refused; no eviction follows', async () => {
  const world = createWorld(store());
  const ann = await world.enter('ann');
  const bob = await world.enter('bob');
  expect(await world.leave(bob)).toEqual({ code: 0 });
  expect(await world.isIn('bob')).toBe(false);
  expect(await world.leave(bob)).toMatchObject({ code: 23406 });
  world.pass(60_000);
  await world.publish(31);
  expect(await world.endsSeenBy(ann, 'bob')).toEqual(['left']);
});
