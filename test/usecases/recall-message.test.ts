import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../lib/domain/outcome.ts';
import type { StoredMessage } from '../../lib/domain/room.ts';
import type { RefusalAnswer } from '../../lib/protocol/answers.ts';
import type { Message } from '../../lib/protocol/message.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { readHistory, repair } from '../../lib/usecases/read-history.ts';
import { type Recall, recallMessage } from '../../lib/usecases/recall-message.ts';
import { createRoom } from '../../lib/usecases/steps/create-room.ts';
import { destroyRoom } from '../../lib/usecases/steps/destroy-room.ts';
import { useStore } from '../support/emulators.ts';
import { createWorld, type World } from '../support/world.ts';
import { createInterlude, framesOf, worldWith } from './changed-world.ts';

const use = useStore('dynoxide');

const recallOwn = (world: World, caller: Caller, messageId: string) =>
  world.frame<{ readonly code: 0 }>(caller, { action: 'recall', room: world.room, messageId });
const recallAny = (world: World, messageId: string, change: Partial<Recall> = {}) =>
  recallMessage(world.deps, {
    room: world.room,
    messageId,
    byUserId: 'admin',
    extra: '',
    isAdmin: true,
    isDelete: false,
    ...change,
  });

const messagesOf = (
  answer: Outcome<{ readonly messages: readonly Message[] }> | Omit<RefusalAnswer, 'event' | 'id'>,
): readonly Message[] => {
  if (!('messages' in answer)) throw new Error('unable to read messages; the answer has none');
  return answer.messages;
};
/** Every accepted message, as history and as repair return it: they must agree. */
async function allMessages(world: World): Promise<readonly Message[]> {
  const reader = await world.enter('reader');
  const ask = { room: world.room, timestampMs: 0, count: 50 };
  const newestFirst = messagesOf(await readHistory(world.deps, reader, { ...ask, order: 'descending' }));
  const repaired = await repair(world.deps, reader, world.room, 0, 0);
  expect([...newestFirst].reverse()).toEqual(messagesOf(repaired));
  expect(repaired).toMatchObject({ complete: true });
  expect(messagesOf(await readHistory(world.deps, reader, { ...ask, order: 'ascending' }))).toEqual(
    messagesOf(repaired),
  );
  return messagesOf(repaired);
}
const recalledSeqs = (messages: readonly Message[]) => messages.flatMap(({ seq, recalled }) => (recalled ? [seq] : []));
const seqsOf = (messages: readonly Message[]) => messages.map(({ seq }) => seq);
const upTo = (last: number) => Array.from({ length: last }, (_, index) => index + 1);
const seqsInTail = async (world: World) =>
  (await world.deps.store.getRoom(world.room))?.tail.map(({ seq }) => seq) ?? [];
const idAt = (messages: readonly Message[], seq: number) =>
  messages.find((message) => message.seq === seq)?.messageId ?? '';

async function sent(world: World, caller: Caller): Promise<{ readonly messageId: string; readonly seq: number }> {
  const answer = await world.send(caller);
  if (!('seq' in answer)) throw new Error(`unable to send; code ${answer.code}`);
  return answer;
}

describe('a recall', () => {
  test('of a message in the tail: the same seq, ids, sender and time, and everyone in the room is notified', async () => {
    const world = createWorld(use());
    const ann = await world.enter('ann');
    const bob = await world.enter('bob');
    await world.publish(1);
    const { messageId } = await sent(world, ann);
    const before = await allMessages(world);
    world.pass(1000);
    expect(await recallOwn(world, ann, messageId)).toEqual({ code: 0 });
    const after = await allMessages(world);
    const stands = after[1];
    expect(stands).toEqual({ ...before[1], type: 'RC:RcNtf', recalled: true, content: stands?.content });
    expect(after[0]).toEqual(before[0]);
    expect(JSON.parse(stands?.content ?? '')).toEqual({
      operatorId: 'ann',
      recallTime: world.clock.nowMs,
      originalObjectName: 'RC:TxtMsg',
      admin: false,
      extra: '',
    });
    const room = await world.deps.store.getRoom(world.room);
    const notified = { event: 'recalled', room: world.room, roomEpoch: room?.epoch, message: stands };
    for (const caller of [ann, bob]) expect(framesOf(world, caller, 'recalled')).toEqual([notified]);
  });

  test('of messages in the log and in the tail: history and repair show them, and the seqs have no gap', async () => {
    const world = createWorld(use());
    const ann = await world.enter('ann');
    await world.publish(15);
    const before = await allMessages(world);
    expect(await seqsInTail(world)).not.toContain(6);
    expect(await seqsInTail(world)).toContain(15);
    for (const seq of [1, 6, 15]) expect(await recallAny(world, idAt(before, seq))).toEqual({ code: 0 });
    const after = await allMessages(world);
    expect(seqsOf(after)).toEqual(upTo(15));
    expect(recalledSeqs(after)).toEqual([1, 6, 15]);
    expect(after.map(({ messageId, sentAtMs }) => [messageId, sentAtMs])).toEqual(
      before.map(({ messageId, sentAtMs }) => [messageId, sentAtMs]),
    );
    expect(framesOf(world, ann, 'recalled').map(({ message }) => message.seq)).toEqual([1, 6, 15]);
    // A message that is recalled in the tail is logged as recalled.
    await world.publish(14);
    expect(await seqsInTail(world)).not.toContain(15);
    expect(recalledSeqs(await allMessages(world))).toEqual([1, 6, 15]);
  });

  test('by the server API may be of any message, and says who did it and why', async () => {
    const world = createWorld(use());
    const { messageId } = await sent(world, await world.enter('ann'));
    expect(await recallAny(world, messageId, { byUserId: 'bob', extra: 'spam' })).toEqual({ code: 0 });
    const [stands] = await allMessages(world);
    expect(stands?.senderUserId).toBe('ann');
    expect(JSON.parse(stands?.content ?? '')).toMatchObject({ operatorId: 'bob', admin: true, extra: 'spam' });
  });

  test('that is repeated succeeds; the first one stands, and nobody is notified again', async () => {
    const world = createWorld(use());
    const ann = await world.enter('ann');
    await world.publish(8);
    const { messageId } = await sent(world, ann);
    const ids = [idAt(await allMessages(world), 1), messageId];
    for (const id of ids) expect(await recallAny(world, id)).toEqual({ code: 0 });
    const first = await allMessages(world);
    world.pass(1000);
    expect(await recallOwn(world, ann, messageId)).toEqual({ code: 0 });
    expect(await recallAny(world, ids[0] ?? '', { byUserId: 'other' })).toEqual({ code: 0 });
    expect(await allMessages(world)).toEqual(first);
    const notified = framesOf(world, ann, 'recalled').map(({ message }) => message);
    expect(notified).toEqual([first[0], first[8]]);
  });

  test('takes no seq, evicts nobody, and a repeat of the send is answered as before', async () => {
    const world = createWorld(use());
    const ann = await world.enter('ann');
    await world.drop(await world.enter('bob'));
    const answer = await world.send(ann, 'mine');
    await world.publish(29);
    world.pass(60_000);
    expect(await recallOwn(world, ann, 'messageId' in answer ? answer.messageId : '')).toEqual({ code: 0 });
    expect(await world.isIn('bob')).toBe(true);
    expect(await world.deps.store.getRoom(world.room)).toMatchObject({ seq: 30 });
    expect(await world.send(ann, 'mine')).toEqual(answer);
  });
});

describe('a recall is refused', () => {
  test('to a member, of a message of another user', async () => {
    const world = createWorld(use());
    const ann = await world.enter('ann');
    const bob = await world.enter('bob');
    const { messageId } = await sent(world, ann);
    await world.publish(1);
    const before = await allMessages(world);
    expect(await recallOwn(world, bob, messageId)).toMatchObject({ code: 25107 });
    expect(await recallOwn(world, bob, idAt(before, 2))).toMatchObject({ code: 25107 });
    expect(await allMessages(world)).toEqual(before);
    expect(await recallOwn(world, ann, messageId)).toEqual({ code: 0 });
    expect(framesOf(world, bob, 'recalled')).toHaveLength(1);
  });

  test('to a user who is not in the room, and where there is no room', async () => {
    const world = createWorld(use());
    const ann = await world.enter('ann');
    const { messageId } = await sent(world, ann);
    await world.leave(ann);
    expect(await recallOwn(world, ann, messageId)).toMatchObject({ code: 23406 });
    expect(recalledSeqs(await allMessages(world))).toEqual([]);
    await destroyRoom(world.deps, world.room, false);
    expect(await recallOwn(world, ann, messageId)).toMatchObject({ code: 23410 });
    expect(await recallAny(world, messageId)).toMatchObject({ reason: 'no-such-room' });
  });

  test('of what the room does not have: no id at all, a future seq, an id of another message or of none', async () => {
    const world = createWorld(use());
    await world.enter('ann');
    await world.publish(9);
    const all = await allMessages(world);
    const [, id = ''] = idAt(all, 3).split(/-(.*)/);
    for (const unknown of ['', 'x', `a-${id}`, `4-${id}`, `03-${id}`, '3-other', '0-other', `3-${id}x`]) {
      expect(await recallAny(world, unknown)).toMatchObject({ reason: 'no-such-message' });
    }
    expect(await allMessages(world)).toEqual(all);
    expect(await recallAny(world, `3-${id}`)).toEqual({ code: 0 });
  });

  test('of a message of an earlier room of this id', async () => {
    const world = createWorld(use());
    await world.enter('ann');
    await world.publish(8);
    const old = await allMessages(world);
    await destroyRoom(world.deps, world.room, false);
    await createRoom(world.deps, world.room, 'again');
    await world.publish(8);
    for (const seq of [1, 8])
      expect(await recallAny(world, idAt(old, seq))).toMatchObject({ reason: 'no-such-message' });
    expect(recalledSeqs(await allMessages(world))).toEqual([]);
  });
});

describe('a recall while the tail moves to the log', () => {
  /** The next messages move the tail to the log. */
  const flush = (world: World) => world.publish(8);

  test('the message leaves the tail after it was found there', async () => {
    const interlude = createInterlude();
    const world = worldWith(use(), (store) => ({
      recallInTail: async (room, epoch, recalled) => {
        await interlude.play();
        return store.recallInTail(room, epoch, recalled);
      },
    }));
    const ann = await world.enter('ann');
    const { messageId } = await sent(world, ann);
    interlude.plan(() => flush(world));
    expect(await recallOwn(world, ann, messageId)).toEqual({ code: 0 });
    expect(recalledSeqs(await allMessages(world))).toEqual([1]);
    expect(framesOf(world, ann, 'recalled').map(({ message }) => message.seq)).toEqual([1]);
  });

  test.each([
    ['before the log is written', 'appendLog'],
    ['before the tail is truncated', 'advanceDelivery'],
  ] as const)('a delivery has read the tail; the recall comes %s', async (_when, name) => {
    const interlude = createInterlude();
    const world = worldWith(use(), (store) =>
      name === 'appendLog'
        ? {
            appendLog: async (...args) => {
              await interlude.play();
              return store.appendLog(...args);
            },
          }
        : {
            advanceDelivery: async (progress) => {
              if (progress.logged.length > 0) await interlude.play();
              return store.advanceDelivery(progress);
            },
          },
    );
    const ann = await world.enter('ann');
    await world.publish(3);
    const messages = await allMessages(world);
    interlude.plan(async () => {
      expect(await seqsInTail(world)).toContain(3);
      expect(await recallAny(world, idAt(messages, 3))).toEqual({ code: 0 });
      expect(recalledSeqs(await allMessages(world))).toEqual([3]);
    });
    for (let count = 4; count <= 16; count += 1) {
      await world.publish(1);
      const all = await allMessages(world);
      expect(seqsOf(all)).toEqual(upTo(count));
      if (framesOf(world, ann, 'recalled').length > 0) expect(recalledSeqs(all)).toEqual([3]);
    }
    expect(framesOf(world, ann, 'recalled')).toHaveLength(1);
    expect(await seqsInTail(world)).not.toContain(3);
  });

  test('a late sender logs the original again', async () => {
    const late: (() => Promise<void>)[] = [];
    const world = worldWith(use(), (store) => ({
      appendLog: async (room, epoch, messages: readonly StoredMessage[], expiresAtMs) => {
        late.push(() => store.appendLog(room, epoch, messages, expiresAtMs));
        return store.appendLog(room, epoch, messages, expiresAtMs);
      },
    }));
    await world.enter('ann');
    await world.publish(2);
    const messages = await allMessages(world);
    expect(late).toHaveLength(1);
    expect(await recallAny(world, idAt(messages, 2))).toEqual({ code: 0 });
    await late[0]?.();
    const after = await allMessages(world);
    expect(recalledSeqs(after)).toEqual([2]);
    expect(seqsOf(after)).toEqual(upTo(2));
  });

  test('the recalled message does not expire before the original, also where a late sender logs that again', async () => {
    const world = createWorld(use());
    await world.enter('ann');
    await world.publish(8);
    const messages = await allMessages(world);
    const room = await world.deps.store.getRoom(world.room);
    const log = { roomId: world.room, epoch: room?.epoch ?? '' };
    await recallAny(world, idAt(messages, 2));
    world.pass(30_000);
    const weekMs = 7 * 86_400_000;
    const original = messages.slice(0, 2);
    await world.deps.store.appendLog(log.roomId, log.epoch, original, world.clock.nowMs + weekMs);
    world.pass(weekMs - 31_000);
    for (let secs = 0; secs < 40; secs += 1, world.pass(1000)) {
      const range = { afterSeq: 1, beforeSeq: 3, order: 'ascending', limit: 1, charactersMax: 1000 } as const;
      const [second] = (await world.deps.store.readLog({ ...log, ...range })).messages;
      expect(second?.recalled ?? 'gone').toBe(secs < 33 ? true : 'gone');
    }
  });
});
