import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RCIMIWConversationType, type RCIMIWEngine, RCIMIWTimeOrder } from '../../lib/client/index.ts';
import type { Message } from '../../lib/protocol/message.ts';
import { joinedAnswer, message, ScriptedEngine } from './scripted-engine.ts';
import type { Inbox, ScriptedServer } from './scripted-server.ts';
import type { VirtualTimers } from './virtual-timers.ts';

const { BEFORE, AFTER } = RCIMIWTimeOrder;

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

/** A message of a time. */
const sent = (seq: number, sentAtMs: number): Message => message(seq, { sentAtMs });

const get = (timestamp: number, order: RCIMIWTimeOrder, count: number) =>
  engine.getChatRoomMessages('r', timestamp, order, count, {
    onSuccess: (messages) => told.put(['page', messages.map(({ seq }) => seq)]),
    onError: (code) => told.put(['error', code]),
  });

/** Answers the next `history`; resolves to what it asked for. */
async function answer(messages: readonly Message[], next?: number, roomEpoch = 'e1'): Promise<object> {
  const { id, action: _action, room: _room, ...asked } = await server.take('history');
  const page = { event: 'answer', id, code: 0, room: 'r', roomEpoch, messages, complete: true } as const;
  server.send(next === undefined ? page : { ...page, next });
  return asked;
}

describe('a page of history', () => {
  it('goes on where the last one has ended, though messages have the same time', async () => {
    await script.join();
    await get(0, BEFORE, 2);
    expect(await answer([sent(5, 840), sent(4, 830)], 4)).toEqual({ timestampMs: 0, order: 'descending', count: 2 });
    expect(await told.next()).toEqual(['page', [5, 4]]);
    await get(830, BEFORE, 2);
    const again = { timestampMs: 830, order: 'descending', count: 2, cursor: 4 };
    expect(await answer([sent(3, 830), sent(2, 830)])).toEqual(again);
    expect(await told.next()).toEqual(['page', [3, 2]]);
  });

  it('is fetched until it is full, and costs the app one call', async () => {
    await script.join();
    await get(0, AFTER, 4);
    const asked = { timestampMs: 0, order: 'ascending' };
    expect(await answer([sent(1, 10), sent(2, 20)], 2)).toEqual({ ...asked, count: 4 });
    expect(await answer([], 7)).toEqual({ ...asked, count: 2, cursor: 2 });
    expect(await answer([sent(8, 20), sent(9, 30)], 9)).toEqual({ ...asked, count: 2, cursor: 7 });
    expect(await told.next()).toEqual(['page', [1, 2, 8, 9]]);
    await script.fence();
  });

  it('is shorter than asked for only at the end of the history', async () => {
    await script.join();
    await get(0, AFTER, 4);
    await answer([sent(1, 10)], 3);
    await answer([sent(4, 20)]);
    expect(await told.next()).toEqual(['page', [1, 4]]);
  });

  it('is refused as a whole, and had as a whole by the same call', async () => {
    await script.join();
    await get(0, BEFORE, 3);
    await answer([sent(9, 90)], 9);
    script.refuse((await server.take('history')).id, 23410);
    expect(await told.next()).toEqual(['error', 23410]);
    await get(0, BEFORE, 3);
    expect(await answer([sent(9, 90), sent(8, 90)])).toEqual({ timestampMs: 0, order: 'descending', count: 3 });
    expect(await told.next()).toEqual(['page', [9, 8]]);
  });

  it('is asked for again when the server says when, and after a loss, from where it was', async () => {
    await script.join();
    await get(0, BEFORE, 2);
    await answer([sent(9, 90)], 9);
    script.refuse((await server.take('history')).id, 20607, { retryAfterMs: 700 });
    await script.fence();
    timers.advance(700);
    const asked = { timestampMs: 0, order: 'descending', count: 1, cursor: 9 };
    expect(await server.take('history')).toMatchObject(asked);
    await script.reconnect();
    server.send(joinedAnswer((await server.take('join')).id, { fresh: false }));
    expect(await answer([sent(8, 80)])).toEqual(asked);
    expect(await told.next()).toEqual(['page', [9, 8]]);
  });

  it('is given up where the server says for too long that it was asked too often', async () => {
    await script.join();
    await get(0, BEFORE, 2);
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      script.refuse((await server.take('history')).id, 20607, { retryAfterMs: 700 });
      await script.fence();
      timers.advance(700);
    }
    expect(await told.next()).toEqual(['error', 20607]);
    await script.fence();
  });

  it('comes whole before what the app asked for after it', async () => {
    await script.join();
    await get(0, BEFORE, 2);
    await script.sendText('one');
    await answer([sent(9, 90)], 9);
    await answer([sent(8, 80)]);
    expect(await told.next()).toEqual(['page', [9, 8]]);
    await server.take('send');
  });

  it('goes on before what the join gave, and after what was sent or pushed', async () => {
    await script.join({ seq: 4, messages: [sent(3, 30), sent(4, 40)] });
    await get(30, BEFORE, 2);
    // All of that ms, the app's own and those before it.
    const before = { timestampMs: 31, order: 'descending', count: 2 };
    expect(await answer([sent(3, 30), sent(2, 30)], 2)).toEqual(before);
    expect(await answer([sent(1, 10)])).toEqual({ timestampMs: 30, order: 'descending', count: 1, cursor: 2 });
    script.pushMessages(sent(5, 50));
    await script.sendText('one');
    const place = { room: 'r', roomEpoch: 'e1', seq: 6, messageId: 'm6', sentAtMs: 60 };
    server.send({ event: 'answer', id: (await server.take('send')).id, code: 0, ...place });
    await script.fence();
    await get(50, AFTER, 2);
    expect(await answer([sent(5, 50)])).toMatchObject({ timestampMs: 49 });
    await get(60, AFTER, 2);
    expect(await answer([sent(6, 60), sent(7, 60)])).toMatchObject({ timestampMs: 59 });
    const pages: unknown[] = [];
    while (pages.length < 3) {
      const [kind, what] = await told.next();
      if (kind === 'page') pages.push(what);
    }
    expect(pages).toEqual([[2, 1], [], [7]]);
  });

  it('goes on after what was sent also where the app asks while it is told of that', async () => {
    await script.join();
    const made = await engine.createTextMessage(RCIMIWConversationType.CHATROOM, 'r', '', 'one');
    await engine.sendMessage(made, { onMessageSent: () => void get(60, AFTER, 2) });
    const place = { room: 'r', roomEpoch: 'e1', seq: 6, messageId: 'm6', sentAtMs: 60 };
    server.send({ event: 'answer', id: (await server.take('send')).id, code: 0, ...place });
    expect(await answer([sent(6, 60), sent(7, 60)])).toEqual({ timestampMs: 59, order: 'ascending', count: 2 });
    expect(await told.next()).toEqual(['page', [7]]);
  });

  it('goes on also where the user is in the room by another device only', async () => {
    await script.connect();
    await get(0, BEFORE, 1);
    await answer([sent(9, 90)], 9);
    expect(await told.next()).toEqual(['page', [9]]);
    await get(90, BEFORE, 1);
    expect(await answer([sent(8, 90)])).toMatchObject({ cursor: 9 });
    expect(await told.next()).toEqual(['page', [8]]);
  });

  it('begins anew in another room by the same name, and after a leave', async () => {
    await script.join();
    await get(0, BEFORE, 1);
    await answer([sent(9, 90)], 9);
    expect(await told.next()).toEqual(['page', [9]]);
    await get(90, BEFORE, 1);
    expect(await answer([sent(2, 95)], 2, 'e2')).toMatchObject({ cursor: 9 });
    expect(await answer([sent(1, 80)], undefined, 'e2')).toEqual({ timestampMs: 90, order: 'descending', count: 1 });
    expect(await told.next()).toEqual(['page', [1]]);
    await engine.leaveChatRoom('r');
    script.ok((await server.take('leave')).id);
    expect(await told.next()).toEqual(['left', 0, 'r']);
    await get(80, BEFORE, 1);
    expect(await answer([])).toEqual({ timestampMs: 80, order: 'descending', count: 1 });
  });

  it('is told to the listener where there is no callback', async () => {
    engine.setOnChatRoomMessagesLoadedListener((code, room, messages, syncTime) =>
      told.put(['loaded', code, room, messages.map(({ seq }) => seq), syncTime]),
    );
    await script.join();
    await engine.getChatRoomMessages('r', 0, BEFORE, 2);
    await answer([sent(2, 20)], 2);
    await answer([sent(1, 10)]);
    expect(await told.next()).toEqual(['loaded', 0, 'r', [2, 1], 20]);
  });
});
