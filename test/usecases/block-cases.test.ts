import { expect, test } from 'vitest';
import { useStore } from '../support/emulators.ts';
import { createWorld } from '../support/world.ts';

const store = useStore('dynoxide');
const minuteMs = 60_000;

test('case 13: allowlisted, offline for an hour, 1,000 messages: stays', async () => {
  const world = createWorld(store());
  await world.drop(await world.enter('bob'));
  await world.protect('bob');
  world.pass(60 * minuteMs);
  await world.publish(1000);
  expect(await world.isIn('bob')).toBe(true);
});

test('case 14: taken off the allowlist while offline and long past the limits: evicted by the next message', async () => {
  const world = createWorld(store());
  const ann = await world.enter('ann');
  await world.drop(await world.enter('bob'));
  await world.protect('bob');
  world.pass(60_000);
  await world.publish(40);
  expect(await world.unprotect('bob')).toBe('removed');
  expect(await world.isIn('bob')).toBe(true);
  await world.publish(1);
  expect(await world.isIn('bob')).toBe(false);
  expect(await world.endsSeenBy(ann, 'bob')).toEqual(['offline']);
});

test('case 15: added to the allowlist after message 31, before the row is removed: already evicted', async () => {
  const world = createWorld(store());
  const ann = await world.enter('ann');
  await world.drop(await world.enter('bob'));
  await world.publish(30);
  const room = await world.deps.store.getRoom(world.room);
  // Message 31 as the store accepts it, from a Lambda that dies right after.
  await world.deps.store.acceptMessage({
    roomId: world.room,
    epoch: room?.epoch ?? '',
    sendPermissionVersion: undefined,
    message: {
      id: 'message-31',
      clientMessageId: 'message-31',
      senderUserId: 'system',
      type: 'RC:TxtMsg',
      content: '{}',
      sentAtMs: world.clock.nowMs,
    },
    isInTail: true,
    lease: { id: 'lease', untilMs: world.clock.nowMs + 5_000 },
  });
  expect(await world.protect('bob')).toBe('added');
  expect(await world.isIn('bob')).toBe(false);
  expect(await world.endsSeenBy(ann, 'bob')).toEqual(['offline']);
});

test('case 16: a sixth user for the allowlist: refused', async () => {
  const world = createWorld(store());
  await world.enter('ann');
  expect(await world.protect('u1', 'u2', 'u3', 'u4', 'u5')).toBe('added');
  expect(await world.protect('u6')).toMatchObject({ reason: 'list-full' });
  expect(await world.protect('u5')).toBe('added');
});

test('case 17: blocked while offline: removed at once, one notice `blocked`, no later `offline`', async () => {
  const world = createWorld(store());
  const ann = await world.enter('ann');
  await world.drop(await world.enter('bob'));
  await world.block(world.clock.nowMs + minuteMs, 'bob');
  expect(await world.isIn('bob')).toBe(false);
  world.pass(40_000);
  await world.publish(40);
  expect(await world.endsSeenBy(ann, 'bob')).toEqual(['blocked']);
});

test('case 18, I-B4: block lifted, socket never closed: not a member, may join', async () => {
  const world = createWorld(store());
  const bob = await world.enter('bob');
  await world.block(world.clock.nowMs + minuteMs, 'bob');
  await world.settle();
  const removals = world.push.framesOf(bob.connectionId).filter((frame) => frame.event === 'removed');
  expect(removals).toMatchObject([{ reason: 'blocked' }]);
  expect(await world.unblock('bob')).toBe('unblocked');
  expect(await world.isIn('bob')).toBe(false);
  expect(await world.send(bob)).toMatchObject({ code: 23406 });
  expect(await world.join(bob)).toMatchObject({ code: 0, fresh: true });
  expect(await world.isIn('bob')).toBe(true);
});

test('case 19: a block and a join at once: never both blocked and a member (I-B1)', async () => {
  const world = createWorld(store());
  await world.enter('ann');
  for (let round = 0; round < 20; round += 1) {
    const name = `bob-${round}`;
    const bob = await world.open(name);
    await Promise.all([world.join(bob), world.block(world.clock.nowMs + minuteMs, name)]);
    expect(await world.isIn(name)).toBe(false);
    expect(await world.join(bob)).toMatchObject({ code: 23409 });
  }
  expect(await world.memberIds()).toEqual(['ann']);
});

test('case 19: a block and a send at once: no message of the user is accepted after the ack (I-B2)', async () => {
  const world = createWorld(store());
  await world.enter('ann');
  for (let round = 0; round < 20; round += 1) {
    const name = `bob-${round}`;
    const bob = await world.enter(name);
    const sending = world.send(bob);
    await world.block(world.clock.nowMs + minuteMs, name);
    const seqAtAck = (await world.deps.store.getRoom(world.room))?.seq ?? 0;
    const sent = await sending;
    if (sent.code === 0) expect('seq' in sent && sent.seq).toBeLessThanOrEqual(seqAtAck);
    expect((await world.deps.store.getRoom(world.room))?.seq).toBe(seqAtAck);
    expect(await world.send(bob)).toMatchObject({ code: 23409 });
  }
});

test('case 20, I-B4: blocked for a minute, joins at 59,999 and 60,000 ms: refused, allowed', async () => {
  const world = createWorld(store());
  const bob = await world.enter('bob');
  await world.block(world.clock.nowMs + minuteMs, 'bob');
  world.pass(59_999);
  expect(await world.join(bob)).toMatchObject({ code: 23409 });
  world.pass(1);
  expect(await world.isIn('bob')).toBe(false);
  expect(await world.join(bob)).toMatchObject({ code: 0, fresh: true });
  expect(await world.isIn('bob')).toBe(true);
});

test('I-B3, I-D8: a user who is blocked, evicted or never joined reads nothing of the room', async () => {
  const world = createWorld(store());
  await world.enter('ann');
  const [bob, carol, dave] = [await world.enter('bob'), await world.enter('carol'), await world.open('dave')];
  const asks = [
    { action: 'history', room: world.room, timestampMs: 0, order: 'descending', count: 10 },
    { action: 'repair', room: world.room, afterSeq: 0, beforeSeq: 0 },
  ];
  await world.publish(1);
  for (const ask of asks) expect(await world.frame(bob, ask)).toMatchObject({ code: 0 });
  await world.block(world.clock.nowMs + minuteMs, 'bob');
  await world.drop(carol);
  await world.publish(31);
  for (const caller of [bob, await world.open('carol'), dave]) {
    for (const ask of asks) expect(await world.frame(caller, ask)).toMatchObject({ code: 23406 });
  }
  for (const ask of asks) expect(await world.frame(carol, ask)).toMatchObject({ code: 30001 });
});
