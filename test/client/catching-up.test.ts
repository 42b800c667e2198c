import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RCIMIWEngine } from '../../lib/client/index.ts';
import type { MessagesAnswer } from '../../lib/protocol/answers.ts';
import { joinedAnswer, message, ScriptedEngine } from './scripted-engine.ts';
import type { Inbox, ScriptedServer } from './scripted-server.ts';
import type { VirtualTimers } from './virtual-timers.ts';

let script: ScriptedEngine;
let server: ScriptedServer;
let timers: VirtualTimers;
let engine: RCIMIWEngine;
let told: Inbox<readonly unknown[]>;

beforeEach(async () => {
  script = await ScriptedEngine.start();
  ({ server, timers, engine, told } = script);
});

afterEach(() => script.stop());

const messages = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => message(first + index));

/** Joins; a push of this seq tells that those before it are missing, and they have not come in time. */
async function joinBehind(seq: number): Promise<void> {
  await script.join();
  script.pushMessages(message(seq));
  await script.fence();
  timers.advance(200);
}

/** Answers the next `repair`, which must ask for these seqs. */
async function answerRepair(
  [afterSeq, beforeSeq]: readonly [number, number],
  answer: Partial<MessagesAnswer> & Pick<MessagesAnswer, 'messages'>,
): Promise<void> {
  const { id, ...frame } = await server.take('repair');
  expect(frame).toEqual({ action: 'repair', room: 'r', afterSeq, beforeSeq });
  server.send({ event: 'answer', id, code: 0, room: 'r', roomEpoch: 'e1', complete: true, ...answer });
}

async function expectSeqs(first: number, last: number, isOffline: boolean): Promise<void> {
  for (let seq = first; seq <= last; seq += 1) {
    const [kind, handed, , offline] = await told.next();
    expect([kind, handed, offline]).toEqual(['message', seq, isOffline]);
  }
}

/** Nothing more is asked for: the next frame is the fence's. */
async function expectRest(): Promise<void> {
  timers.advance(60_000);
  await script.fence();
}

describe('a join whose answer could not hold all that was asked for', () => {
  it('fetches the rest at once, in order, and what came meanwhile after it', async () => {
    await script.connect();
    await engine.joinChatRoom('r', 50, true);
    const { id } = await server.take('join');
    server.send(joinedAnswer(id, { seq: 973, latestSeq: 1000, messages: messages(951, 973) }));
    script.pushMessages(message(1001));
    await answerRepair([973, 1001], { messages: messages(974, 990), next: 990 });
    await answerRepair([990, 1001], { messages: messages(991, 1000) });
    expect(await told.next()).toEqual(['joined', 0, 'r']);
    await expectSeqs(951, 1000, true);
    await expectSeqs(1001, 1001, false);
    await expectRest();
  });

  it('does not need a push to find out that there is more', async () => {
    await script.join({ seq: 2, latestSeq: 3, messages: messages(1, 2) });
    await answerRepair([2, 4], { messages: messages(3, 3) });
    await expectSeqs(1, 3, true);
    await expectRest();
  });

  it('asks again after a loss where it was, on the next connection', async () => {
    await script.join({ seq: 2, latestSeq: 5, messages: messages(1, 2) });
    await server.take('repair');
    await script.reconnect();
    const { id, resume } = await server.take('join');
    expect(resume?.seq).toBe(2);
    server.send(joinedAnswer(id, { fresh: false, seq: 4, latestSeq: 6, messages: messages(3, 4) }));
    await answerRepair([4, 7], { messages: messages(5, 6) });
    await expectSeqs(1, 6, true);
    await expectRest();
  });
});

describe('a come-back', () => {
  it('goes on for as long as the server says that there is more, over short and empty pages', async () => {
    await script.join();
    await script.reconnect();
    const { id } = await server.take('join');
    server.send(joinedAnswer(id, { fresh: false, seq: 2, latestSeq: 9, messages: messages(1, 2) }));
    await answerRepair([2, 10], { messages: messages(3, 3), next: 3 });
    await answerRepair([3, 10], { messages: [], hidden: [4, 5, 6], next: 6 });
    await answerRepair([6, 10], { messages: messages(8, 8), hidden: [7, 9] });
    await expectSeqs(1, 3, true);
    await expectSeqs(8, 8, true);
    await expectRest();
  });

  it('passes over what has no message, and asks for nothing there', async () => {
    await script.join({ seq: 3, messages: messages(2, 2), hidden: [1, 3] });
    await script.reconnect();
    const { id, resume } = await server.take('join');
    expect(resume?.seq).toBe(3);
    server.send(joinedAnswer(id, { fresh: false, seq: 6, messages: messages(5, 5), hidden: [4, 6] }));
    script.pushMessages(message(7));
    await expectSeqs(2, 2, true);
    await expectSeqs(5, 5, true);
    await expectSeqs(7, 7, false);
    await expectRest();
  });

  it('tells one message that is lost as a gap of one, and goes on', async () => {
    await script.join();
    await script.reconnect();
    const { id } = await server.take('join');
    const found = [message(1), message(3)];
    server.send(joinedAnswer(id, { fresh: false, seq: 3, latestSeq: 6, messages: found, complete: false }));
    await answerRepair([3, 7], { messages: [message(4), message(6)], complete: false });
    await expectSeqs(1, 1, true);
    expect(await told.next()).toEqual(['gap', 'r', 1, 3]);
    await expectSeqs(3, 4, true);
    expect(await told.next()).toEqual(['gap', 'r', 4, 6]);
    await expectSeqs(6, 6, true);
    await expectRest();
  });

  it('has no gap where the answer to an earlier question is about another room by that name', async () => {
    await joinBehind(3);
    const old = await server.take('repair');
    script.push({ event: 'removed', membership: 's1', reason: 'offline' });
    expect(await told.next()).toEqual(['removed', 'r', 'offline']);
    const afresh = { membership: 's2', roomEpoch: 'e2', seq: 1, messages: [message(1)] };
    server.send(joinedAnswer((await server.take('join')).id, afresh));
    expect(await told.next()).toEqual(['joined', 0, 'r']);
    await expectSeqs(1, 1, true);
    const page = { event: 'answer', code: 0, room: 'r', complete: true } as const;
    server.send({ ...page, id: old.id, roomEpoch: 'e1', messages: messages(1, 2) });
    server.send({ event: 'messages', room: 'r', roomEpoch: 'e2', messages: [message(4)] });
    await script.fence();
    timers.advance(200);
    await answerRepair([1, 4], { messages: messages(2, 3), roomEpoch: 'e2' });
    await expectSeqs(2, 4, false);
    await expectRest();
  });

  it('is patient anew in another room by that name, however often it was refused before', async () => {
    await joinBehind(3);
    for (let refused = 1; refused < 8; refused += 1) {
      script.refuse((await server.take('repair')).id, -1, { retryAfterMs: 100 });
      await script.fence();
      if (refused < 7) timers.advance(500 * 2 ** (refused - 1));
    }
    script.push({ event: 'removed', membership: 's1', reason: 'offline' });
    expect(await told.next()).toEqual(['removed', 'r', 'offline']);
    server.send(joinedAnswer((await server.take('join')).id, { membership: 's2', roomEpoch: 'e2', seq: 1 }));
    expect(await told.next()).toEqual(['joined', 0, 'r']);
    server.send({ event: 'messages', room: 'r', roomEpoch: 'e2', messages: [message(4)] });
    await script.fence();
    timers.advance(15_000);
    script.refuse((await server.take('repair')).id, -1, { retryAfterMs: 100 });
    await script.fence();
    timers.advance(500);
    await answerRepair([1, 4], { roomEpoch: 'e2', messages: messages(2, 3) });
    await expectSeqs(2, 4, false);
  });

  it('gives up at last where the server says that there is more, and does not get ahead', async () => {
    await joinBehind(3);
    for (let attempt = 1; attempt < 8; attempt += 1) {
      await answerRepair([0, 3], { messages: [], next: 0 });
      await script.fence();
      timers.advance(500);
    }
    await answerRepair([0, 3], { messages: [], next: 0 });
    expect(await told.next()).toEqual(['gap', 'r', 0, 3]);
    await expectSeqs(3, 3, false);
    await expectRest();
  });
});

describe('a user who has asked too often', () => {
  it('gets what is missing all the same, however often that is said, and does not ask sooner', async () => {
    await joinBehind(2);
    const delaysMs = [700, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000, 15_000, 15_000];
    for (const delayMs of delaysMs) {
      script.refuse((await server.take('repair')).id, 20607, { retryAfterMs: 700 });
      await script.fence();
      timers.advance(delayMs - 1);
      await script.fence();
      timers.advance(1);
    }
    await answerRepair([0, 2], { messages: messages(1, 1) });
    await expectSeqs(1, 2, false);
  });

  it('is not asked for at once again where the server says 0 ms', async () => {
    await script.join();
    await script.reconnect();
    script.refuse((await server.take('join')).id, 20607, { retryAfterMs: 0 });
    await script.fence();
    timers.advance(499);
    await script.fence();
    timers.advance(1);
    expect((await server.take('join')).resume?.membership).toBe('s1');
  });

  it('is there: a ping that is refused so has an answer', async () => {
    await script.connect();
    timers.advance(3_600_000);
    // The heartbeats of an hour, then the question.
    let frame = await server.frames.next();
    while (frame.action === 'beat') frame = await server.frames.next();
    expect(frame.action).toBe('ping');
    script.refuse(frame.id ?? '', 20607, { retryAfterMs: 1000 });
    await script.fence();
    timers.advance(20_000);
    await script.fence();
    expect(await server.connections.next()).toBeDefined();
    await engine.leaveChatRoom('r');
    script.refuse((await server.take('leave')).id, 23406);
    expect(await told.next()).toEqual(['left', 23406, 'r']);
  });
});
