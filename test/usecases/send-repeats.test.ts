import { expect, test } from 'vitest';
import { StoreFault } from '../../lib/store/room-store.ts';
import { publishMessage } from '../../lib/usecases/publish-message.ts';
import { recallMessage } from '../../lib/usecases/recall-message.ts';
import { type Sent, sendMessage } from '../../lib/usecases/send-message.ts';
import { interposedStore } from '../store/interposed-store.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';
import { worldWith } from './changed-world.ts';

const use = useStore('dynoxide');

async function accepted(answer: ReturnType<World['send']>): Promise<Sent> {
  const sent = await answer;
  if (!('messageId' in sent)) throw new Error(`unable to send; code ${sent.code}`);
  return sent;
}

const seqOf = async ({ deps, room }: World): Promise<number | undefined> => (await deps.store.getRoom(room))?.seq;

/** I-D2: what may happen to a sender, and to the room, between a send and its repeat. */
const between: Readonly<Record<string, (world: World) => Promise<unknown>>> = {
  nothing: async () => undefined,
  'a message by another user': (world) => world.publish(1),
  '400 messages by others': (world) => world.publish(400),
  '20 other sends': async (world) => {
    const ann = await world.enter('ann');
    for (let count = 0; count < 20; count += 1) {
      world.pass(1000);
      await accepted(world.send(ann));
    }
  },
  'a leave': async (world) => world.leave(await world.enter('ann')),
  'a leave and a join': async (world) => {
    await world.leave(await world.enter('ann'));
    await world.enter('ann');
  },
  'an eviction': async (world) => {
    world.pass(31_000);
    await world.publish(1);
  },
  'an eviction and a join': async (world) => {
    world.pass(31_000);
    await world.publish(1);
    await world.enter('ann');
  },
  'a block in the room': (world) => world.block(world.clock.nowMs + 3_600_000, 'ann'),
  'a block that was lifted': async (world) => {
    await world.block(world.clock.nowMs + 3_600_000, 'ann');
    await world.unblock('ann');
  },
  'a mute of the room': async ({ deps, room }) => {
    const { epoch = '' } = (await deps.store.getRoom(room)) ?? {};
    await deps.store.setRoomMuted(room, epoch, true);
  },
  'a day': async (world) => world.pass(86_400_000),
};

test.each(Object.entries(between))('I-D2: after %s a repeat gets the answer of the send', async (_what, happen) => {
  const world = createWorld(use());
  const first = await world.enter('ann');
  const sent = await accepted(world.send(first, 'same'));
  await world.drop(first);
  await happen(world);
  const seq = await seqOf(world);
  const again = await world.open('ann');
  for (let repeat = 0; repeat < 3; repeat += 1) expect(await world.send(again, 'same')).toEqual(sent);
  expect(await seqOf(world)).toBe(seq);
});

test('a repeat of a message that was recalled, in the tail or in the log, is answered as before', async () => {
  const world = createWorld(use());
  const ann = await world.enter('ann');
  for (const behind of [0, 40]) {
    const sent = await accepted(world.send(ann, `recalled-${behind}`));
    await world.publish(behind);
    const recall = { room: world.room, messageId: sent.messageId, byUserId: 'ann', extra: '', isAdmin: false };
    expect(await recallMessage(world.deps, { ...recall, isDelete: behind === 40 })).toEqual({ code: 0 });
    await world.publish(40);
    expect(await world.send(ann, `recalled-${behind}`)).toEqual(sent);
  }
});

test('the same id is another message for another user, in another room, and in a room that was created again', async () => {
  const world = createWorld(use(), { multipleRooms: true });
  const [ann, bob] = [await world.enter('ann'), await world.enter('bob')];
  const sent = await accepted(world.send(ann, 'same'));
  expect((await accepted(world.send(bob, 'same'))).seq).toBe(sent.seq + 1);
  const other = `${world.room}-other`;
  await world.frame(ann, { action: 'join', room: other, messageCount: -1, autoCreate: true });
  const frame = { action: 'send', room: other, clientMessageId: 'same', type: 'T', content: '' };
  expect(await world.frame(ann, frame)).toMatchObject({ code: 0, room: other, seq: 1 });
  await world.publish(40);
  const { deps, room } = world;
  const { epoch = '' } = (await deps.store.getRoom(room)) ?? {};
  await deps.store.destroyRoom(room, epoch, world.clock.nowMs, false);
  world.pass(60_000);
  await world.join(ann);
  expect(await world.send(ann, 'same')).toMatchObject({ code: 0, seq: 1 });
});

test('a message of the server API does not stand in the way of a send', async () => {
  const world = createWorld(use());
  const ann = await world.enter('ann');
  const publication = { room: world.room, fromUserId: 'ann', type: 'T', content: 'x', includeSender: true };
  const published = await publishMessage(world.deps, { ...publication, rank: 'normal', isKept: true });
  expect(published).toMatchObject({ seq: 1 });
  expect(await world.send(ann)).toMatchObject({ code: 0, seq: 2 });
});

test('an interrupted attempt keeps the next one waiting until it is surely over; then the message counts once', async () => {
  const under = use();
  const world = createWorld(under);
  const ann = await world.enter('ann');
  // The mark is the only write of a send before that of the room; the Lambda dies in between.
  const broken = {
    ...world.deps,
    store: { ...world.deps.store, acceptMessage: () => Promise.reject(new Error('died')) },
  };
  const request = { room: world.room, clientMessageId: 'same', type: 'T', content: 'x' };
  await expect(sendMessage(broken, ann, request)).rejects.toThrow('died');
  expect(await world.send(ann, 'same')).toMatchObject({ code: -1, retryAfterMs: 32_000 });
  world.pass(31_999);
  expect(await world.send(ann, 'same')).toMatchObject({ code: -1, retryAfterMs: 1 });
  world.pass(1);
  const sent = await accepted(world.send(ann, 'same'));
  expect(sent.seq).toBe(1);
  expect(await world.send(ann, 'same')).toEqual(sent);
});

test('a leave does not let a second attempt run beside the first', async () => {
  const world = createWorld(use());
  const ann = await world.enter('ann');
  const { store } = world.deps;
  let second: unknown;
  const slow = {
    ...world.deps,
    store: {
      ...store,
      acceptMessage: async (acceptance: Parameters<typeof store.acceptMessage>[0]) => {
        await world.leave(ann);
        await world.join(ann);
        second = await world.send(ann, 'same');
        return store.acceptMessage(acceptance);
      },
    },
  };
  const request = { room: world.room, clientMessageId: 'same', type: 'T', content: 'x' };
  const first = await sendMessage(slow, ann, request);
  expect(second).toMatchObject({ code: -1 });
  expect(first).toMatchObject({ code: 0, seq: 1 });
  expect(await world.send(ann, 'same')).toEqual(first);
  expect(await seqOf(world)).toBe(1);
});

test('I-D7: a lost answer of any write of a send, and a request that did not arrive: once and durable', async () => {
  const under = use();
  for (const event of ['lost', 'dropped'] as const) {
    for (let at = 0; at < 12; at += 1) {
      const world = createWorld(under);
      const ann = await world.enter('ann');
      const disturbed = createWorld({ ...under, store: interposedStore(under, { [at]: event }) });
      const deps = { ...disturbed.deps, settings: world.deps.settings };
      const request = { room: world.room, clientMessageId: 'same', type: 'T', content: 'x' };
      await sendMessage(deps, ann, request).catch(() => undefined);
      world.pass(32_000);
      const sent = await accepted(world.send(ann, 'same'));
      expect(sent.seq, `${event} at ${at}`).toBe(1);
      expect(await seqOf(world)).toBe(1);
    }
  }
});

test('a mark that cannot be removed leaves the answer of the refusal as it is', async () => {
  let isBroken = false;
  const world: World = worldWith(use(), (real) => ({
    acceptMessage: async (acceptance) => {
      await world.block(world.clock.nowMs + 3_600_000, 'ann');
      isBroken = true;
      return real.acceptMessage(acceptance);
    },
    getAccess: async (user, read) => {
      if (isBroken && read !== 'eventual') throw new StoreFault('unable to read');
      return real.getAccess(user, read);
    },
  }));
  const ann = await world.enter('ann');
  expect(await world.send(ann)).toMatchObject({ code: 23409 });
  expect(world.faults.map(String)).toEqual(['StoreFault: unable to read']);
});
