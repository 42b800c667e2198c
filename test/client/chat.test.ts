import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type Chat, type ChatRoom, CLIENT_CLOSED, createChat, READER_TOO_SLOW } from '../../lib/client/index.ts';
import { VirtualTimers } from '../simulation/virtual-timers.ts';
import { range } from '../support/range.ts';
import { token } from './scripted-engine.ts';
import { ScriptedServer } from './scripted-server.ts';
import { joinedAnswer, message } from './server-frames.ts';

const inRoom = { room: 'r', roomEpoch: 'e1' } as const;

let server: ScriptedServer;
let chat: Chat;
let timers: VirtualTimers;

beforeEach(async () => {
  server = await ScriptedServer.start();
  timers = new VirtualTimers();
  const deps = { timers, random: () => 0.5, now: () => timers.nowMs };
  chat = createChat({ server: server.url, token, WebSocket, deafSec: 3600, ...deps });
});

afterEach(async () => {
  chat.close();
  await server.stop();
});

const push = (...seqs: number[]) =>
  server.send({ event: 'messages', ...inRoom, messages: seqs.map((seq) => message(seq)) });

/** Connects and joins the room `r`, which has these messages. */
async function join(...seqs: number[]): Promise<ChatRoom> {
  await chat.connect();
  const joining = chat.join('r', { messageCount: 5 });
  const { id, messageCount } = await server.take('join');
  expect(messageCount).toBe(5);
  server.send(joinedAnswer(id, { seq: seqs.length, messages: seqs.map((seq) => message(seq)) }));
  return joining;
}

/** The seq of the next message of a room. */
async function nextSeq({ messages }: ChatRoom): Promise<number | undefined> {
  return (await take(messages[Symbol.asyncIterator]()))?.seq;
}

const refuse = (id: string, code: number) => server.send({ event: 'answer', id, code, message: 'no' });

async function take<Item>(items: AsyncIterator<Item>): Promise<Item | undefined> {
  const { done, value } = await items.next();
  return done === true ? undefined : value;
}

/** Two joins of room r at once, the first of which is aborted; `id` is that of its frame, which waits for an answer. */
async function joinTwiceAndAbortFirst(): Promise<{ readonly id: string; readonly second: Promise<ChatRoom> }> {
  await chat.connect();
  const abort = new AbortController();
  const first = chat.join('r', { signal: abort.signal });
  const second = chat.join('r');
  const { id } = await server.take('join');
  abort.abort();
  await expect(first).rejects.toBe(abort.signal.reason);
  return { id, second };
}

describe('a chat', () => {
  it('hands over the messages of the join and later ones, in order', async () => {
    const room = await join(1, 2);
    push(4);
    push(3);
    const messages = room.messages[Symbol.asyncIterator]();
    const seqs = [await take(messages), await take(messages), await take(messages), await take(messages)];
    expect(seqs.map((each) => [each?.seq, each?.text, each?.isEarlier])).toEqual([
      [1, 'text 1', true],
      [2, 'text 2', true],
      [3, 'text 3', false],
      [4, 'text 4', false],
    ]);
  });

  it('resolves a send to the message, and does not hand it over as one of another user', async () => {
    const room = await join();
    const sending = room.send('hello');
    const { id, clientMessageId, type, content } = await server.take('send');
    server.send({ event: 'answer', id, code: 0, ...inRoom, seq: 1, messageId: 'm1', sentAtMs: 7 });
    expect(await sending).toMatchObject({ seq: 1, messageId: 'm1', sentAtMs: 7, senderUserId: 'ann', text: 'hello' });
    const own = message(1, { clientMessageId, type, content, senderUserId: 'ann' });
    server.send({ event: 'messages', ...inRoom, messages: [own, message(2)] });
    expect((await take(room.messages[Symbol.asyncIterator]()))?.seq).toBe(2);
  });

  it('rejects with the code of the server and the id of the message', async () => {
    const room = await join();
    const sending = room.send({ type: 'app:dice', content: { eyes: 6 } }, { clientMessageId: 'mine' });
    const { id, type, content, clientMessageId } = await server.take('send');
    expect([type, content, clientMessageId]).toEqual(['app:dice', '{"eyes":6}', 'mine']);
    server.send({ event: 'answer', id, code: 23408, message: 'no' });
    await expect(sending).rejects.toMatchObject({ name: 'ChatError', code: 23408, clientMessageId: 'mine' });
  });

  it('rejects in slow mode with the time until the next message', async () => {
    const room = await join();
    const sending = room.send({ type: 'app:dice', content: {} });
    const { id } = await server.take('send');
    server.send({ event: 'answer', id, code: 20690, message: 'no', retryAfterMs: 7000 });
    await expect(sending).rejects.toMatchObject({ code: 20690, retryAfterMs: 7000 });
  });

  it('does not send what is aborted before it goes out', async () => {
    const room = await join();
    const abort = new AbortController();
    const first = room.send('first');
    const second = room.send('second', { signal: abort.signal });
    abort.abort();
    await expect(second).rejects.toBe(abort.signal.reason);
    const third = room.send('third');
    for (const [seq, text] of [[1, 'first'] as const, [2, 'third'] as const]) {
      const { id, content } = await server.take('send');
      expect(JSON.parse(content)).toEqual({ content: text });
      server.send({ event: 'answer', id, code: 0, ...inRoom, seq, messageId: `m${seq}`, sentAtMs: seq });
    }
    expect((await first).seq).toBe(1);
    expect((await third).seq).toBe(2);
  });

  it('leaves a room whose join is aborted', async () => {
    await chat.connect();
    const abort = new AbortController();
    const joining = chat.join('r', { signal: abort.signal });
    const { id } = await server.take('join');
    abort.abort();
    await expect(joining).rejects.toBe(abort.signal.reason);
    server.send(joinedAnswer(id));
    expect((await server.take('leave')).room).toBe('r');
  });

  describe('that joins one room twice at once', () => {
    it('is in it although the first join is refused', async () => {
      await chat.connect();
      const first = chat.join('r');
      const second = chat.join('r');
      refuse((await server.take('join')).id, 23411);
      await expect(first).rejects.toMatchObject({ code: 23411 });
      server.send(joinedAnswer((await server.take('join')).id));
      push(1);
      expect(await nextSeq(await second)).toBe(1);
    });

    it('is in it although the second join is refused', async () => {
      await chat.connect();
      const first = chat.join('r');
      const second = chat.join('r');
      server.send(joinedAnswer((await server.take('join')).id));
      refuse((await server.take('join')).id, 20607);
      await expect(second).rejects.toMatchObject({ code: 20607 });
      push(1);
      expect(await nextSeq(await first)).toBe(1);
    });

    it('stays in it, with the messages of both, although the first join is aborted', async () => {
      const { id, second } = await joinTwiceAndAbortFirst();
      server.send(joinedAnswer(id, { seq: 1, messages: [message(1)] }));
      server.send(joinedAnswer((await server.take('join')).id, { fresh: false, seq: 1 }));
      const room = await second;
      push(2);
      const messages = room.messages[Symbol.asyncIterator]();
      expect([(await take(messages))?.seq, (await take(messages))?.seq]).toEqual([1, 2]);
      const sending = room.send('next');
      refuse((await server.take('send')).id, 23408);
      await expect(sending).rejects.toMatchObject({ code: 23408 });
    });

    it('leaves it if the first join is aborted and the second one is refused', async () => {
      const { id, second } = await joinTwiceAndAbortFirst();
      server.send(joinedAnswer(id));
      refuse((await server.take('join')).id, 20607);
      await expect(second).rejects.toMatchObject({ code: 20607 });
      expect((await server.take('leave')).room).toBe('r');
    });
  });

  it('gets another room from a join during which the former one has ended', async () => {
    const former = await join();
    const joining = chat.join('r');
    const { id } = await server.take('join');
    server.send({ event: 'removed', ...inRoom, membership: 's1', reason: 'blocked' });
    const events = former.events[Symbol.asyncIterator]();
    expect(await take(events)).toEqual({ type: 'removed', reason: 'blocked' });
    expect(await take(events)).toBeUndefined();
    server.send(joinedAnswer(id, { membership: 's2' }));
    push(1);
    expect(await nextSeq(await joining)).toBe(1);
  });

  it('leaves a room whose join is aborted and which has ended in between', async () => {
    await join();
    const abort = new AbortController();
    const joining = chat.join('r', { signal: abort.signal });
    const { id } = await server.take('join');
    abort.abort();
    await expect(joining).rejects.toBe(abort.signal.reason);
    server.send({ event: 'removed', ...inRoom, membership: 's1', reason: 'blocked' });
    server.send(joinedAnswer(id, { membership: 's2' }));
    expect((await server.take('leave')).room).toBe('r');
  });

  it('gets another room from a join that waits for a leave', async () => {
    const former = await join();
    const leaving = former.leave();
    const joining = chat.join('r');
    server.send({ event: 'answer', id: (await server.take('leave')).id, code: 0 });
    await leaving;
    server.send(joinedAnswer((await server.take('join')).id, { membership: 's2' }));
    push(1);
    expect(await nextSeq(await joining)).toBe(1);
  });

  it('sends nothing for a join whose signal is aborted before', async () => {
    await chat.connect();
    const signal = AbortSignal.abort('before');
    await expect(chat.join('r', { signal })).rejects.toBe('before');
    const joining = chat.join('other');
    const { id, room } = await server.take('join');
    expect(room).toBe('other');
    refuse(id, 23410);
    await expect(joining).rejects.toMatchObject({ code: 23410 });
  });

  it('rejects every call once it is closed', async () => {
    const room = await join();
    chat.close();
    const closed = { name: 'ChatError', code: CLIENT_CLOSED };
    await expect(chat.connect()).rejects.toMatchObject(closed);
    await expect(chat.join('r')).rejects.toMatchObject(closed);
    await expect(room.send('late')).rejects.toMatchObject(closed);
    await expect(room.leave()).rejects.toMatchObject(closed);
    expect(chat.status).toBe('closed');
  });

  it('hands over a reason of a removal that it does not know, and does not join again', async () => {
    const room = await join();
    const reason = 'moved' as 'blocked';
    server.send({ event: 'removed', ...inRoom, membership: 's1', reason });
    const events = room.events[Symbol.asyncIterator]();
    expect(await take(events)).toEqual({ type: 'removed', reason: 'moved' });
    expect(await take(events)).toBeUndefined();
    const joining = chat.join('other');
    const { id, room: next } = await server.take('join');
    expect(next).toBe('other');
    refuse(id, 23410);
    await expect(joining).rejects.toMatchObject({ code: 23410 });
  });

  it('ends the loops of a room with the room', async () => {
    const room = await join();
    const events = room.events[Symbol.asyncIterator]();
    server.send({ event: 'removed', ...inRoom, membership: 's1', reason: 'blocked' });
    expect(await take(events)).toEqual({ type: 'removed', reason: 'blocked' });
    expect(await take(events)).toBeUndefined();
    expect(await take(room.messages[Symbol.asyncIterator]())).toBeUndefined();
  });

  it('ends a loop that is more than 1,000 items behind with an error, after those', async () => {
    const room = await join();
    const late = room.messages[Symbol.asyncIterator]();
    const fast = room.messages[Symbol.asyncIterator]();
    for (const seq of range(1, 1001)) {
      push(seq);
      expect((await take(fast))?.seq).toBe(seq);
    }
    for (const seq of range(1, 1000)) expect((await take(late))?.seq).toBe(seq);
    await expect(late.next()).rejects.toMatchObject({ code: READER_TOO_SLOW });
    expect(await take(late)).toBeUndefined();
  });

  it('reports its status, and rejects a connect that the server refuses', async () => {
    const status = chat.events[Symbol.asyncIterator]();
    server.refuseWith = 401;
    await expect(chat.connect()).rejects.toMatchObject({ code: 31004 });
    expect(await take(status)).toEqual({ type: 'status', status: 'connecting', code: 0 });
    expect(await take(status)).toEqual({ type: 'status', status: 'closed', code: 31004 });
  });
});
