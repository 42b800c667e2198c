import { expect, test } from 'vitest';
import { createRoom } from '../../lib/usecases/steps/create-room.ts';
import { destroyRoom } from '../../lib/usecases/steps/destroy-room.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld } from '../support/world.ts';
import { createMeteredWorld } from './metered-world.ts';

const store = useStore('dynoxide');

const dayMs = 86_400_000;

test('KICK-SILENT: without messages nobody is evicted in 6 days, and a reconnect finds the membership', async () => {
  const world = createWorld(store());
  await createRoom(world.deps, world.room, '', { end: { destroyType: 'fixed', destroyAfterMin: 10_080 } });
  const bob = await world.open('bob');
  const joined = await world.join(bob);
  await world.drop(bob);
  for (let day = 0; day < 6; day += 1) {
    world.pass(dayMs);
    await world.sweep();
    expect(await world.isIn('bob')).toBe(true);
  }
  expect(await world.join(await world.open('bob'))).toMatchObject({ code: 0, fresh: false });
  expect(await world.memberIds()).toEqual(['bob']);
  expect(joined).toMatchObject({ code: 0, fresh: true });
});

test('BLOCK: online and offline members are removed at once; a join is refused until the time is over', async () => {
  const world = createWorld(store());
  const ann = await world.enter('ann');
  const phone = await world.enter('bob');
  await world.drop(await world.enter('eve'));
  await world.block(world.clock.nowMs + 60_000, 'bob', 'eve');
  expect(await world.memberIds()).toEqual(['ann']);
  expect(await world.endsSeenBy(ann, 'bob')).toEqual(['blocked']);
  expect(await world.endsSeenBy(ann, 'eve')).toEqual(['blocked']);
  world.pass(59_999);
  expect(await world.join(phone)).toMatchObject({ code: 23409 });
  world.pass(1);
  expect(await world.isIn('bob')).toBe(false);
  expect(await world.join(phone)).toMatchObject({ code: 0, fresh: true });
});

test('DESTROY: a destroyed room has no members, online or offline, and takes no message', async () => {
  const world = createWorld(store());
  const ann = await world.enter('ann');
  await world.drop(await world.enter('bob'));
  await destroyRoom(world.deps, world.room, false);
  for (const name of ['ann', 'bob']) expect(await world.isIn(name)).toBe(false);
  expect(await world.memberIds()).toEqual([]);
  expect(await world.send(ann)).toMatchObject({ code: 23410 });
  await expect(world.publish(1)).rejects.toThrow('unable to go on; the room does not exist');
});

test('I-D1: a message carries the user of its connection, and a frame that names another sender is refused', async () => {
  const world = createWorld(store());
  const ann = await world.enter('ann');
  const bob = await world.enter('bob');
  const send = { action: 'send', room: world.room, clientMessageId: 'one', type: 'RC:TxtMsg', content: '{}' };
  expect(await world.frame(bob, { ...send, senderUserId: 'ann' })).toMatchObject({ code: 33003 });
  expect(await world.frame(bob, send)).toMatchObject({ code: 0, seq: 1 });
  const senders = world.push
    .framesOf(ann.connectionId)
    .flatMap((frame) => (frame.event === 'messages' ? frame.messages : []))
    .map(({ senderUserId }) => senderUserId);
  expect(senders).toEqual(['bob']);
});

test('I-D3: concurrent sends get the seqs 1 to N, each once, and the history has the content of each', async () => {
  const world = createWorld(store(), { sendsPerSecond: 200 });
  const names = ['ann', 'bob', 'eve', 'joe'];
  const callers = await Promise.all(names.map((name) => world.enter(name)));
  const sent = await Promise.all(
    callers.flatMap((caller, of) =>
      [0, 1, 2, 3, 4].map(async (nth) => {
        const content = JSON.stringify({ content: `${of}-${nth}` });
        const frame = { action: 'send', room: world.room, clientMessageId: `${of}-${nth}`, type: 'RC:TxtMsg', content };
        for (;;) {
          const answer = await world.frame<{ code: 0; seq: number }>(caller, frame);
          if ('seq' in answer) return { seq: answer.seq, content };
        }
      }),
    ),
  );
  const inOrder = sent.sort((one, other) => one.seq - other.seq);
  expect(inOrder.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  const [ann] = callers;
  if (ann === undefined) throw new Error('unable to read; nobody is in the room');
  const history = await world.frame<{ messages: readonly { seq: number; content: string }[] }>(ann, {
    ...{ action: 'history', room: world.room, timestampMs: 0, order: 'ascending', count: 50 },
  });
  const kept = 'messages' in history ? history.messages.map(({ seq, content }) => ({ seq, content })) : [];
  expect(kept).toEqual(inOrder);
});

test('I-C1: a message costs the same with nobody and with 40 members offline, except for reading their rows', async () => {
  const costWith = async (offline: number) => {
    const { world, costOf } = createMeteredWorld(store(), {});
    const ann = await world.enter('ann');
    for (let nth = 0; nth < offline; nth += 1) await world.drop(await world.enter(`user-${nth}`));
    const { writes, readUnits, answer } = await costOf(() => world.send(ann));
    expect(answer).toMatchObject({ code: 0 });
    return { writes, readUnits };
  };
  const [alone, among] = [await costWith(0), await costWith(40)];
  expect(among.writes).toBe(alone.writes);
  // A member's row has some 300 bytes, and a read unit is 4 KB.
  expect(among.readUnits - alone.readUnits).toBeLessThanOrEqual(4);
});
