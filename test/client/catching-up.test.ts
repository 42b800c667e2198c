import { describe, expect, it } from 'vitest';
import type { MessagesAnswer } from '../../lib/protocol/answers.ts';
import { range } from '../support/range.ts';
import { useScriptedEngine } from './scripted-engine.ts';
import { joinedAnswer, message } from './server-frames.ts';

const script = useScriptedEngine();

const messages = (first: number, last: number) => range(first, last).map((seq) => message(seq));

/** Joins and gets a push of this seq; the messages before it are missing for longer than the client waits. */
async function joinBehind(seq: number): Promise<void> {
  await script.join();
  script.pushMessages(message(seq));
  await script.flush();
  script.timers.advance(200);
}

/** Answers the next `repair`, which must ask for these seqs. */
async function answerRepair(
  [afterSeq, beforeSeq]: readonly [number, number],
  { messages, ...more }: Partial<MessagesAnswer> & Pick<MessagesAnswer, 'messages'>,
): Promise<void> {
  const { id, ...frame } = await script.server.take('repair');
  expect(frame).toEqual({ action: 'repair', room: 'r', afterSeq, beforeSeq });
  script.answerPage(id, messages, more);
}

async function expectSeqs(first: number, last: number, isOffline: boolean): Promise<void> {
  for (let seq = first; seq <= last; seq += 1) {
    const [kind, handed, , offline] = await script.events.next();
    expect([kind, handed, offline]).toEqual(['message', seq, isOffline]);
  }
}

/** Expects that the client asks for nothing more: the next frame is the flush's. */
async function expectRest(): Promise<void> {
  script.timers.advance(60_000);
  await script.flush();
}

describe('a join whose answer does not hold all messages asked for', () => {
  it('fetches the rest at once and in order, and delivers later pushes after it', async () => {
    await script.connect();
    await script.engine.joinChatRoom('r', 50, true);
    const { id } = await script.server.take('join');
    script.server.send(joinedAnswer(id, { seq: 973, latestSeq: 1000, messages: messages(951, 973) }));
    script.pushMessages(message(1001));
    await answerRepair([973, 1001], { messages: messages(974, 990), next: 990 });
    await answerRepair([990, 1001], { messages: messages(991, 1000) });
    expect(await script.events.next()).toEqual(['joined', 0, 'r']);
    await expectSeqs(951, 1000, true);
    await expectSeqs(1001, 1001, false);
    await expectRest();
  });

  it('fetches the rest without a push', async () => {
    await script.join({ seq: 2, latestSeq: 3, messages: messages(1, 2) });
    await answerRepair([2, 4], { messages: messages(3, 3) });
    await expectSeqs(1, 3, true);
    await expectRest();
  });

  it('continues on the next connection when the connection is lost', async () => {
    await script.join({ seq: 2, latestSeq: 5, messages: messages(1, 2) });
    await script.server.take('repair');
    await script.reconnect();
    const { id, resume } = await script.server.take('join');
    expect(resume?.seq).toBe(2);
    script.server.send(joinedAnswer(id, { fresh: false, seq: 4, latestSeq: 6, messages: messages(3, 4) }));
    await answerRepair([4, 7], { messages: messages(5, 6) });
    await expectSeqs(1, 6, true);
    await expectRest();
  });
});

describe('a resume', () => {
  it('fetches pages until the server has no more, also over short and empty pages', async () => {
    await script.join();
    await script.reconnect();
    const { id } = await script.server.take('join');
    script.server.send(joinedAnswer(id, { fresh: false, seq: 2, latestSeq: 9, messages: messages(1, 2) }));
    await answerRepair([2, 10], { messages: messages(3, 3), next: 3 });
    await answerRepair([3, 10], { messages: [], hidden: [4, 5, 6], next: 6 });
    await answerRepair([6, 10], { messages: messages(8, 8), hidden: [7, 9] });
    await expectSeqs(1, 3, true);
    await expectSeqs(8, 8, true);
    await expectRest();
  });

  it('passes over seqs without a message and does not ask for them', async () => {
    await script.join({ seq: 3, messages: messages(2, 2), hidden: [1, 3] });
    await script.reconnect();
    const { id, resume } = await script.server.take('join');
    expect(resume?.seq).toBe(3);
    script.server.send(joinedAnswer(id, { fresh: false, seq: 6, messages: messages(5, 5), hidden: [4, 6] }));
    script.pushMessages(message(7));
    await expectSeqs(2, 2, true);
    await expectSeqs(5, 5, true);
    await expectSeqs(7, 7, false);
    await expectRest();
  });

  it('reports one lost message as a gap of one, and continues', async () => {
    await script.join();
    await script.reconnect();
    const { id } = await script.server.take('join');
    const found = [message(1), message(3)];
    script.server.send(joinedAnswer(id, { fresh: false, seq: 3, latestSeq: 6, messages: found, complete: false }));
    await answerRepair([3, 7], { messages: [message(4), message(6)], complete: false });
    await expectSeqs(1, 1, true);
    expect(await script.events.next()).toEqual(['gap', 'r', 1, 3]);
    await expectSeqs(3, 4, true);
    expect(await script.events.next()).toEqual(['gap', 'r', 4, 6]);
    await expectSeqs(6, 6, true);
    await expectRest();
  });

  it('reports no gap for the answer to a repair of a former room with the same id', async () => {
    await joinBehind(3);
    const old = await script.server.take('repair');
    script.push({ event: 'removed', membership: 's1', reason: 'offline' });
    expect(await script.events.next()).toEqual(['removed', 'r', 'offline']);
    const newRoom = { membership: 's2', roomEpoch: 'e2', seq: 1, messages: [message(1)] };
    await script.answerJoin(newRoom);
    expect(await script.events.next()).toEqual(['joined', 0, 'r']);
    await expectSeqs(1, 1, true);
    script.answerPage(old.id, messages(1, 2));
    script.server.send({ event: 'messages', room: 'r', roomEpoch: 'e2', messages: [message(4)] });
    await script.flush();
    script.timers.advance(200);
    await answerRepair([1, 4], { messages: messages(2, 3), roomEpoch: 'e2' });
    await expectSeqs(2, 4, false);
    await expectRest();
  });

  it('counts refused repairs from zero in a new room with the same id', async () => {
    await joinBehind(3);
    for (let refused = 1; refused < 8; refused += 1) {
      await script.refuseNext('repair', -1, { retryAfterMs: 100 });
      await script.flush();
      if (refused < 7) script.timers.advance(500 * 2 ** (refused - 1));
    }
    script.push({ event: 'removed', membership: 's1', reason: 'offline' });
    expect(await script.events.next()).toEqual(['removed', 'r', 'offline']);
    await script.answerJoin({ membership: 's2', roomEpoch: 'e2', seq: 1 });
    expect(await script.events.next()).toEqual(['joined', 0, 'r']);
    script.server.send({ event: 'messages', room: 'r', roomEpoch: 'e2', messages: [message(4)] });
    await script.flush();
    script.timers.advance(15_000);
    await script.refuseNext('repair', -1, { retryAfterMs: 100 });
    await script.flush();
    script.timers.advance(500);
    await answerRepair([1, 4], { roomEpoch: 'e2', messages: messages(2, 3) });
    await expectSeqs(2, 4, false);
  });

  it('gives up after eight pages without progress, and reports the gap', async () => {
    await joinBehind(3);
    for (let attempt = 1; attempt < 8; attempt += 1) {
      await answerRepair([0, 3], { messages: [], next: 0 });
      await script.flush();
      script.timers.advance(500);
    }
    await answerRepair([0, 3], { messages: [], next: 0 });
    expect(await script.events.next()).toEqual(['gap', 'r', 0, 3]);
    await expectSeqs(3, 3, false);
    await expectRest();
  });
});

describe('a client over its rate', () => {
  it('keeps asking for missing messages, and waits longer after each refusal', async () => {
    await joinBehind(2);
    const delaysMs = [700, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000, 15_000, 15_000];
    for (const delayMs of delaysMs) {
      await script.refuseNext('repair', 20607, { retryAfterMs: 700 });
      await script.flush();
      script.timers.advance(delayMs - 1);
      await script.flush();
      script.timers.advance(1);
    }
    await answerRepair([0, 2], { messages: messages(1, 1) });
    await expectSeqs(1, 2, false);
  });

  it('waits before it asks again, even if the server says 0 ms', async () => {
    await script.join();
    await script.reconnect();
    await script.refuseNext('join', 20607, { retryAfterMs: 0 });
    await script.flush();
    script.timers.advance(499);
    await script.flush();
    script.timers.advance(1);
    expect((await script.server.take('join')).resume?.membership).toBe('s1');
  });

  it('takes a refused ping as an answer', async () => {
    await script.connect();
    script.timers.advance(3_600_000);
    // The heartbeats of an hour, then the ping.
    let frame = await script.server.frames.next();
    while (frame.action === 'beat') frame = await script.server.frames.next();
    expect(frame.action).toBe('ping');
    script.refuse(frame.id ?? '', 20607, { retryAfterMs: 1000 });
    await script.flush();
    script.timers.advance(20_000);
    await script.flush();
    expect(await script.server.connections.next()).toBeDefined();
    await script.engine.leaveChatRoom('r');
    await script.refuseNext('leave', 23406);
    expect(await script.events.next()).toEqual(['left', 23406, 'r']);
  });
});
