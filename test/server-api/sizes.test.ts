import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JoinedAnswer, MessagesAnswer } from '../../lib/protocol/answers.ts';
import { encodedBytes, frameBytes, utf8Bytes } from '../../lib/protocol/frame-size.ts';
import { CONTENT_BYTES_MAX, FRAME_BYTES_MAX } from '../../lib/protocol/limits.ts';
import type { Message } from '../../lib/protocol/message.ts';
import type { PushFrame } from '../../lib/protocol/push-frames.ts';
import type { Caller } from '../../lib/usecases/deps.ts';
import { continueBroadcast } from '../../lib/usecases/steps/continue-broadcast.ts';
import { useStore } from '../support/emulators.ts';
import { createApiWorld } from './api-world.ts';

const use = useStore('dynoxide');
const ANY_ID = 'i'.repeat(36);
/** They differ in their number of bytes in UTF-8, in JSON, or in both. */
const UNITS = ['a', '"', '\\', '\n', '\u0001', '\u0000', '\u2028', 'é', '語', '😀', '\u{10ffff}', '/', '<'];

/** A text that repeats these units up to a number of bytes in a frame. */
function textOf(units: readonly string[], bytes: number): string {
  const round = units.join('');
  const text = round.repeat(Math.floor(bytes / encodedBytes(round)));
  return text + 'a'.repeat(bytes - encodedBytes(text));
}

const units = fc.array(fc.constantFrom(...UNITS), { minLength: 1, maxLength: 6 });
const sizes = fc.oneof(
  fc.integer({ min: CONTENT_BYTES_MAX - 40, max: CONTENT_BYTES_MAX }),
  fc.integer({ min: CONTENT_BYTES_MAX + 1, max: CONTENT_BYTES_MAX + 40 }),
  // The server API ignores an empty parameter.
  fc.integer({ min: 1, max: 200 }),
  fc.integer({ min: 8_000, max: 20_000 }),
);

/** A world that measures every frame of the server. */
function measuredWorld() {
  const world = createApiWorld(use(), { multipleRooms: true });
  const ask = async <T>(caller: Caller, frame: object): Promise<T> => {
    const answer = await world.frame<object>(caller, { id: ANY_ID, room: world.room, ...frame });
    expect(frameBytes({ event: 'answer', id: ANY_ID, ...answer })).toBeLessThanOrEqual(FRAME_BYTES_MAX);
    return answer as T;
  };
  const pushed = <E extends PushFrame['event']>({ connectionId }: Caller, event: E) => {
    const frames = world.push.framesOf(connectionId);
    for (const frame of frames) expect(frameBytes(frame)).toBeLessThanOrEqual(FRAME_BYTES_MAX);
    return frames.filter((frame): frame is Extract<PushFrame, { event: E }> => frame.event === event);
  };
  return { ...world, ask, pushed };
}

type Measured = ReturnType<typeof measuredWorld>;
const LONG_USER = 'u'.repeat(64);
const LONG_TYPE = 't'.repeat(32);

/** Sends the content to the room by a client and by the server API; returns which of them were accepted. */
async function putIn({ ask, call, room }: Measured, ann: Caller, content: string, count: number) {
  const clientMessageId = `${count}-`.padEnd(64, 'c');
  const sent = await ask<{ code: number }>(ann, { action: 'send', clientMessageId, type: LONG_TYPE, content });
  expect([0, 30016]).toContain(sent.code);
  const form = { fromUserId: LONG_USER, objectName: LONG_TYPE, content };
  const published = await call('/message/chatroom/publish.json', { ...form, toChatroomId: room });
  expect([200, 1005]).toContain(published.code);
  const broadcast = await call('/message/chatroom/broadcast.json', form);
  expect([200, 1005]).toContain(broadcast.code);
  return [sent.code === 0, published.code === 200, broadcast.code === 200];
}

/** All messages of the room, by every way to read them. */
async function readAll({ ask }: Measured, reader: Caller, fresh: Caller): Promise<Readonly<Record<string, Message[]>>> {
  const pages = async (frame: object, goOn: (next: number) => object): Promise<Message[]> => {
    const { messages, next, complete } = await ask<MessagesAnswer>(reader, frame);
    expect(complete).toBe(true);
    return next === undefined ? [...messages] : [...messages, ...(await pages({ ...frame, ...goOn(next) }, goOn))];
  };
  const history = { action: 'history', timestampMs: 0, count: 50 };
  const byCursor = (cursor: number) => ({ cursor });
  const repair = (afterSeq: number) => ({ action: 'repair', afterSeq, beforeSeq: 0 });
  const joined = await ask<JoinedAnswer>(fresh, { action: 'join', messageCount: 50, autoCreate: false });
  const { roomEpoch, membership, seq, latestSeq } = joined;
  const resume = { roomEpoch, membership, seq: 0 };
  const resumed = await ask<JoinedAnswer>(fresh, { action: 'join', messageCount: -1, autoCreate: false, resume });
  const rest = async (from: number) => (from < latestSeq ? pages(repair(from), repair) : []);
  return {
    ascending: await pages({ ...history, order: 'ascending' }, byCursor),
    descending: (await pages({ ...history, order: 'descending' }, byCursor)).reverse(),
    repair: await pages(repair(0), repair),
    join: [...joined.messages, ...(await rest(seq))],
    resume: [...resumed.messages, ...(await rest(resumed.seq))],
  };
}

test('all ways to send accept the same content, and all ways to read return it unchanged', async () => {
  const property = fc.asyncProperty(fc.array(fc.tuple(units, sizes), { minLength: 1, maxLength: 4 }), async (given) => {
    const world = measuredWorld();
    const [ann, bob] = [await world.enter(LONG_USER), await world.enter('bob')];
    const accepted: string[] = [];
    for (const [index, [of, bytes]] of given.entries()) {
      const content = textOf(of, bytes);
      expect(encodedBytes(content)).toBe(bytes);
      world.pass(1000);
      const verdicts = await putIn(world, ann, content, index);
      expect(verdicts).toEqual(verdicts.map(() => bytes <= CONTENT_BYTES_MAX));
      if (bytes <= CONTENT_BYTES_MAX) accepted.push(content, content);
    }
    await world.settle();
    const contents = (messages: readonly Message[]) => messages.map(({ content }) => content);
    expect(contents(world.pushed(bob, 'messages').flatMap(({ messages }) => messages))).toEqual(accepted);
    const broadcasts = world.pushed(bob, 'broadcast').map(({ message }) => message.content);
    const once = accepted.filter((_, index) => index % 2 === 0);
    expect(new Set(broadcasts)).toEqual(new Set(once));
    expect(broadcasts).toHaveLength(once.length);
    for (const [way, messages] of Object.entries(await readAll(world, bob, await world.open('eve')))) {
      expect(contents(messages), way).toEqual(accepted);
    }
    expect(world.faults).toEqual([]);
  });
  await fc.assert(property, { numRuns: 25, seed: 11 });
}, 120_000);

test('entries, notices and recalls of any text fit, and arrive unchanged', async () => {
  const lengths = fc.oneof(fc.constantFrom(4095, 4096), fc.integer({ min: 0, max: 50 }));
  const property = fc.asyncProperty(
    fc.array(fc.tuple(units, lengths), { minLength: 1, maxLength: 10 }),
    async (given) => {
      const world = measuredWorld();
      const bob = await world.enter('bob');
      const texts = given.map(([of, length]) =>
        [...of.join('').repeat(length)].reduce(
          (text, one) => (text.length + one.length > length ? text : text + one),
          '',
        ),
      );
      const entries = Object.fromEntries(texts.map((text, index) => [`${index}`.padEnd(128, 'k'), text]));
      const entryInfo = JSON.stringify(entries);
      const set = { chatroomId: world.room, entryOwnerId: LONG_USER, entryInfo };
      expect(await world.call('/chatroom/entry/batch/set.json', set)).toEqual({ code: 200 });
      const pushed = world.pushed(bob, 'entries').map((frame) => frame.entries);
      expect(Object.assign({}, ...pushed)).toEqual(entries);
      const read = async (afterKey: string): Promise<object> => {
        const page = await world.ask<{ entries: object; nextAfterKey?: string }>(bob, {
          action: 'getEntries',
          afterKey,
        });
        return { ...page.entries, ...(page.nextAfterKey === undefined ? {} : await read(page.nextAfterKey)) };
      };
      expect(await read('')).toEqual(entries);
      const extra = texts.find((text) => utf8Bytes(text) <= 4096) ?? '';
      const userId = Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(64, 'u'));
      const mute = { chatroomId: world.room, userId, minute: 1, needNotify: 'true', extra };
      expect(await world.call('/chatroom/user/gag/add.json', mute)).toEqual({ code: 200 });
      expect(world.pushed(bob, 'notice').map((notice) => notice.extra)).toEqual([extra]);
      await world.publish(1);
      const [{ messageId = '' } = {}] = world.pushed(bob, 'messages').flatMap(({ messages }) => messages);
      const recall = { fromUserId: LONG_USER, conversationType: 4, targetId: world.room, messageUID: messageId, extra };
      expect(await world.call('/message/recall.json', recall)).toEqual({ code: 200 });
      const notes = world.pushed(bob, 'recalled').map(({ message }) => JSON.parse(message.content));
      expect(notes).toMatchObject([{ extra }]);
      expect(world.faults).toEqual([]);
    },
  );
  await fc.assert(property, { numRuns: 15, seed: 5 });
}, 120_000);

describe('the envelope of one message', () => {
  const message: Message = {
    ...{ seq: 999_999_999_999, messageId: `zzzzzzzzz-${'m'.repeat(64)}`, clientMessageId: 'c'.repeat(64) },
    ...{ senderUserId: LONG_USER, type: LONG_TYPE, content: 'x'.repeat(CONTENT_BYTES_MAX) },
    ...{ sentAtMs: 2 ** 53, recalled: true, notForSender: true, hidden: true },
  };
  const room = { room: 'r'.repeat(64), roomEpoch: 'e'.repeat(64) };
  const answer = { event: 'answer', id: ANY_ID, code: 0, ...room, messages: [message], complete: false, next: 2 ** 53 };
  const joined = { membership: 'm'.repeat(64), joinedAtMs: 2 ** 53, fresh: false, seq: 2 ** 53, latestSeq: 2 ** 53 };
  test.each<readonly [string, object]>([
    ['a push', { event: 'messages', ...room, messages: [message] }],
    ['a broadcast', { event: 'broadcast', ...room, message }],
    ['a recall', { event: 'recalled', ...room, message }],
    ['a page', answer],
    ['the answer to a join', { ...answer, ...joined, hasEntries: false }],
  ])('leaves room for the longest content in %s', (_where, frame) => {
    expect(frameBytes(frame)).toBeLessThanOrEqual(FRAME_BYTES_MAX);
  });
});

test('a hundred member changes with the longest names fit into one frame', () => {
  const change = {
    userId: LONG_USER,
    change: 'joined',
    reason: 'destroyed',
    membership: 'm'.repeat(64),
    atMs: 2 ** 53,
  };
  const frame = { event: 'members', room: 'r'.repeat(64), roomEpoch: 'e'.repeat(64), changes: Array(100).fill(change) };
  expect(frameBytes(frame)).toBeLessThanOrEqual(FRAME_BYTES_MAX);
});

test('a broadcast that is pushed to a room again fits too', async () => {
  const world = measuredWorld();
  const bob = await world.enter('bob');
  const content = '"'.repeat(CONTENT_BYTES_MAX / 2);
  const broadcast = { id: 'b'.repeat(36), fromUserId: LONG_USER as Caller['userId'], type: LONG_TYPE, content };
  await world.deps.store.addToList('rooms', [{ item: world.room, untilMs: 0 }]);
  const whole = { ...broadcast, includeSender: true, sentAtMs: world.clock.nowMs, afterRoom: '', rest: [] };
  await world.deps.store.putBroadcast(whole, world.clock.nowMs + 60_000, 'note');
  await continueBroadcast(world.deps, broadcast.id, Number.POSITIVE_INFINITY);
  expect(world.pushed(bob, 'broadcast').map(({ message }) => message.content)).toContain(content);
});
