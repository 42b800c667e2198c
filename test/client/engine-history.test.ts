import { describe, expect, it } from 'vitest';
import { RCIMIWConversationType, RCIMIWTimeOrder } from '../../lib/client/index.ts';
import type { Message } from '../../lib/protocol/message.ts';
import { useScriptedEngine } from './scripted-engine.ts';
import { message } from './server-frames.ts';

const { BEFORE, AFTER } = RCIMIWTimeOrder;

const script = useScriptedEngine();

/** A message of this time. */
const sent = (seq: number, sentAtMs: number): Message => message(seq, { sentAtMs });

const get = (timestamp: number, order: RCIMIWTimeOrder, count: number) =>
  script.engine.getChatRoomMessages('r', timestamp, order, count, {
    onSuccess: (messages) => script.events.put(['page', messages.map(({ seq }) => seq)]),
    onError: (code) => script.events.put(['error', code]),
  });

/** Answers the next `history`; resolves to what it asked for. */
async function answer(messages: readonly Message[], next?: number, roomEpoch = 'e1'): Promise<object> {
  const { id, action: _action, room: _room, ...asked } = await script.server.take('history');
  script.answerPage(id, messages, next === undefined ? { roomEpoch } : { roomEpoch, next });
  return asked;
}

describe('a page of history', () => {
  it('continues where the last page ended, even if messages have the same time', async () => {
    await script.join();
    await get(0, BEFORE, 2);
    expect(await answer([sent(5, 840), sent(4, 830)], 4)).toEqual({ timestampMs: 0, order: 'descending', count: 2 });
    expect(await script.events.next()).toEqual(['page', [5, 4]]);
    await get(830, BEFORE, 2);
    const again = { timestampMs: 830, order: 'descending', count: 2, cursor: 4 };
    expect(await answer([sent(3, 830), sent(2, 830)])).toEqual(again);
    expect(await script.events.next()).toEqual(['page', [3, 2]]);
  });

  it('is fetched until it is full, with one call of the app', async () => {
    await script.join();
    await get(0, AFTER, 4);
    const asked = { timestampMs: 0, order: 'ascending' };
    expect(await answer([sent(1, 10), sent(2, 20)], 2)).toEqual({ ...asked, count: 4 });
    expect(await answer([], 7)).toEqual({ ...asked, count: 2, cursor: 2 });
    expect(await answer([sent(8, 20), sent(9, 30)], 9)).toEqual({ ...asked, count: 2, cursor: 7 });
    expect(await script.events.next()).toEqual(['page', [1, 2, 8, 9]]);
    await script.flush();
  });

  it('is shorter than asked for only at the end of the history', async () => {
    await script.join();
    await get(0, AFTER, 4);
    await answer([sent(1, 10)], 3);
    await answer([sent(4, 20)]);
    expect(await script.events.next()).toEqual(['page', [1, 4]]);
  });

  it('makes the engine resume the membership that a refusal doubts', async () => {
    await script.join();
    await get(0, BEFORE, 3);
    await script.refuseNext('history', 23406);
    expect(await script.events.next()).toEqual(['error', 23406]);
    expect((await script.server.take('join')).resume).toEqual({ roomEpoch: 'e1', membership: 's1', seq: 0 });
  });

  it('is refused as a whole, and the same call can fetch all of it later', async () => {
    await script.join();
    await get(0, BEFORE, 3);
    await answer([sent(9, 90)], 9);
    await script.refuseNext('history', 23410);
    expect(await script.events.next()).toEqual(['error', 23410]);
    await script.answerJoin({ fresh: false });
    await get(0, BEFORE, 3);
    expect(await answer([sent(9, 90), sent(8, 90)])).toEqual({ timestampMs: 0, order: 'descending', count: 3 });
    expect(await script.events.next()).toEqual(['page', [9, 8]]);
  });

  it('continues after a refusal, when the server says, and after a lost connection', async () => {
    await script.join();
    await get(0, BEFORE, 2);
    await answer([sent(9, 90)], 9);
    await script.refuseNext('history', 20607, { retryAfterMs: 700 });
    await script.flush();
    script.timers.advance(700);
    const asked = { timestampMs: 0, order: 'descending', count: 1, cursor: 9 };
    expect(await script.server.take('history')).toMatchObject(asked);
    await script.reconnect();
    await script.answerJoin({ fresh: false });
    expect(await answer([sent(8, 80)])).toEqual(asked);
    expect(await script.events.next()).toEqual(['page', [9, 8]]);
  });

  it('is given up after eight refusals for the rate', async () => {
    await script.join();
    await get(0, BEFORE, 2);
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      await script.refuseNext('history', 20607, { retryAfterMs: 700 });
      await script.flush();
      script.timers.advance(700);
    }
    expect(await script.events.next()).toEqual(['error', 20607]);
    await script.flush();
  });

  it('is complete before the next call of the app is sent', async () => {
    await script.join();
    await get(0, BEFORE, 2);
    await script.sendText('one');
    await answer([sent(9, 90)], 9);
    await answer([sent(8, 80)]);
    expect(await script.events.next()).toEqual(['page', [9, 8]]);
    await script.server.take('send');
  });

  it('continues before the messages of the join, and after sent or pushed ones', async () => {
    await script.join({ seq: 4, messages: [sent(3, 30), sent(4, 40)] });
    await get(30, BEFORE, 2);
    // The request covers all of that ms: the messages that the app has, and those before them.
    const before = { timestampMs: 31, order: 'descending', count: 2 };
    expect(await answer([sent(3, 30), sent(2, 30)], 2)).toEqual(before);
    expect(await answer([sent(1, 10)])).toEqual({ timestampMs: 30, order: 'descending', count: 1, cursor: 2 });
    script.pushMessages(sent(5, 50));
    await script.sendText('one');
    script.accept((await script.server.take('send')).id, 6, 60);
    await script.flush();
    await get(50, AFTER, 2);
    expect(await answer([sent(5, 50)])).toMatchObject({ timestampMs: 49 });
    await get(60, AFTER, 2);
    expect(await answer([sent(6, 60), sent(7, 60)])).toMatchObject({ timestampMs: 59 });
    const pages: unknown[] = [];
    while (pages.length < 3) {
      const [kind, what] = await script.events.next();
      if (kind === 'page') pages.push(what);
    }
    expect(pages).toEqual([[2, 1], [], [7]]);
  });

  it('continues after a sent message, even if asked for in the callback of the send', async () => {
    await script.join();
    const made = await script.engine.createTextMessage(RCIMIWConversationType.CHATROOM, 'r', '', 'one');
    await script.engine.sendMessage(made, { onMessageSent: () => void get(60, AFTER, 2) });
    script.accept((await script.server.take('send')).id, 6, 60);
    expect(await answer([sent(6, 60), sent(7, 60)])).toEqual({ timestampMs: 59, order: 'ascending', count: 2 });
    expect(await script.events.next()).toEqual(['page', [7]]);
  });

  it('continues for a user who joined on another device only', async () => {
    await script.connect();
    await get(0, BEFORE, 1);
    await answer([sent(9, 90)], 9);
    expect(await script.events.next()).toEqual(['page', [9]]);
    await get(90, BEFORE, 1);
    expect(await answer([sent(8, 90)])).toMatchObject({ cursor: 9 });
    expect(await script.events.next()).toEqual(['page', [8]]);
  });

  it('starts again in a new room with the same id, and after a leave', async () => {
    await script.join();
    await get(0, BEFORE, 1);
    await answer([sent(9, 90)], 9);
    expect(await script.events.next()).toEqual(['page', [9]]);
    await get(90, BEFORE, 1);
    expect(await answer([sent(2, 95)], 2, 'e2')).toMatchObject({ cursor: 9 });
    expect(await answer([sent(1, 80)], undefined, 'e2')).toEqual({ timestampMs: 90, order: 'descending', count: 1 });
    expect(await script.events.next()).toEqual(['page', [1]]);
    await script.engine.leaveChatRoom('r');
    await script.okNext('leave');
    expect(await script.events.next()).toEqual(['left', 0, 'r']);
    await get(80, BEFORE, 1);
    expect(await answer([])).toEqual({ timestampMs: 80, order: 'descending', count: 1 });
  });

  it('goes to the listener if there is no callback', async () => {
    script.engine.setOnChatRoomMessagesLoadedListener((code, room, messages, syncTime) =>
      script.events.put(['loaded', code, room, messages.map(({ seq }) => seq), syncTime]),
    );
    await script.join();
    await script.engine.getChatRoomMessages('r', 0, BEFORE, 2);
    await answer([sent(2, 20)], 2);
    await answer([sent(1, 10)]);
    expect(await script.events.next()).toEqual(['loaded', 0, 'r', [2, 1], 20]);
  });
});
