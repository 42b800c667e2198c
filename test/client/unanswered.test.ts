import { beforeEach, describe, expect, it } from 'vitest';
import { RCIMIWConversationType, type RCIMIWMessage } from '../../lib/client/index.ts';
import type { ClientFrame } from '../../lib/protocol/client-frames.ts';
import { NO_TROUBLE } from '../simulation/model-server.ts';
import { SimulatedEngine } from '../simulation/simulated-engine.ts';
import { MINUTE_MS } from '../simulation/virtual-timers.ts';

let sim: SimulatedEngine;

beforeEach(() => {
  sim = new SimulatedEngine(() => 0.5);
});

/** The server serves these frames, and their answers are lost. Each other frame is answered. */
function loseAnswersTo(action: ClientFrame['action']): void {
  let isServing = false;
  sim.server.override = (frame, wire) => {
    if (isServing || frame.action !== action) return undefined;
    isServing = true;
    sim.server.trouble = { ...NO_TROUBLE, lostAnswer: 1 };
    sim.server.received(wire, JSON.stringify(frame));
    sim.server.trouble = NO_TROUBLE;
    isServing = false;
    return 'unanswered';
  };
}

describe('a join whose answers are lost', () => {
  it('is reported as failed, and leaves no member behind', () => {
    sim.connect(0);
    loseAnswersTo('join');
    sim.join();
    sim.timers.advance(30_000);
    expect(sim.events).toEqual([
      ['connected', 0],
      ['joined', 30003],
    ]);
    sim.timers.advance(MINUTE_MS);
    expect(sim.server.isOnline('ann')).toBe(false);
    sim.server.publish('bob', 'b1');
    sim.timers.advance(1000);
    expect(sim.handed).toEqual([]);
  });

  it('can be followed by another join', () => {
    sim.connect(0);
    loseAnswersTo('join');
    sim.join();
    sim.timers.advance(30_000);
    sim.join();
    sim.server.override = undefined;
    sim.timers.advance(MINUTE_MS);
    sim.server.publish('bob', 'b1');
    sim.timers.advance(1000);
    expect(sim.events.at(-1)).toEqual(['joined', 0]);
    expect(sim.handed).toEqual([1]);
  });

  it('of a room that the user is in keeps the membership', () => {
    sim.enter();
    loseAnswersTo('join');
    sim.join();
    sim.timers.advance(30_000);
    expect(sim.events.at(-1)).toEqual(['joined', 30003]);
    sim.server.override = undefined;
    sim.timers.advance(MINUTE_MS);
    sim.server.publish('bob', 'b1');
    sim.timers.advance(1000);
    expect(sim.server.isOnline('ann')).toBe(true);
    expect(sim.handed).toEqual([1]);
  });

  it('succeeds by its late answer', () => {
    sim.connect(0);
    sim.timers.advance(1000);
    sim.network.latencyMs = () => 7000;
    sim.join();
    sim.timers.advance(15_000);
    expect(sim.events.at(-1)).toEqual(['joined', 0]);
  });
});

describe('a membership that the app does not know of', () => {
  it('is ended when the server sends messages of it', () => {
    sim.enter();
    void sim.engine.leaveChatRoom('r');
    sim.timers.advance(1000);
    // A join that was doubled on its way arrives after the leave.
    const [join] = sim.server.frames.filter(({ action }) => action === 'join');
    const [wire] = sim.connections;
    if (wire !== undefined) sim.server.received(wire, JSON.stringify({ ...join, id: 'none' }));
    expect(sim.server.isOnline('ann')).toBe(true);
    sim.timers.advance(20_000);
    sim.server.publish('bob', 'b1');
    sim.timers.advance(1000);
    expect(sim.server.isOnline('ann')).toBe(false);
    expect(sim.handed).toEqual([]);
  });

  it('is ended when a join is answered once more', () => {
    sim.enter();
    void sim.engine.leaveChatRoom('r');
    sim.timers.advance(1000);
    const [join] = sim.server.frames.filter(({ action }) => action === 'join');
    const [wire] = sim.connections;
    if (wire !== undefined) sim.server.received(wire, JSON.stringify(join));
    sim.timers.advance(1000);
    expect(sim.server.isOnline('ann')).toBe(false);
  });
});

describe('a send whose answers are lost', () => {
  let message: RCIMIWMessage;
  let codes: number[];
  let later: (readonly [number, string])[];

  beforeEach(async () => {
    [codes, later] = [[], []];
    sim.enter();
    sim.engine.setOnMessageSentListener((code, { messageUId }) => later.push([code, messageUId]));
    message = await sim.engine.createTextMessage(RCIMIWConversationType.CHATROOM, 'r', '', 'one');
    loseAnswersTo('send');
  });

  const send = () => void sim.engine.sendMessage(message, { onMessageSent: (code) => codes.push(code) });

  it('is asked for again after it was reported as failed, and the app learns what became of it', () => {
    send();
    sim.timers.advance(30_000);
    expect(codes).toEqual([30003]);
    expect(message).toMatchObject({ messageUId: '', seq: 0, sentStatus: 1 });
    sim.server.override = undefined;
    sim.timers.advance(MINUTE_MS);
    expect(later).toEqual([[0, 'm1']]);
    expect(message).toMatchObject({ messageUId: 'm1', seq: 1, sentStatus: 2 });
    expect(sim.server.log.messages).toHaveLength(1);
  });

  it('is known to be sent as soon as it is received itself', () => {
    send();
    sim.timers.advance(5000);
    sim.access.reset();
    sim.timers.advance(2000);
    // The resume after the loss has brought the message.
    expect(codes).toEqual([0]);
    expect(message).toMatchObject({ messageUId: 'm1', seq: 1, sentStatus: 2 });
  });

  it('does not double when the app sends the message again', () => {
    send();
    sim.timers.advance(30_000);
    send();
    sim.server.override = undefined;
    sim.timers.advance(MINUTE_MS);
    expect(codes).toEqual([30003, 0]);
    expect(later).toEqual([]);
    expect(sim.server.log.messages).toHaveLength(1);
  });

  it('is not sent by surprise, long after the app has its error', async () => {
    sim.server.override = ({ action }) => (action === 'send' ? 'unanswered' : undefined);
    send();
    sim.timers.advance(30_000 + 2 * MINUTE_MS);
    sim.server.override = undefined;
    sim.timers.advance(10 * MINUTE_MS);
    expect(codes).toEqual([30003]);
    expect(sim.server.log.messages).toEqual([]);
    await sim.engine.destroy();
    expect(sim.pendingTimers).toBe(0);
  });

  it('lets the next message be sent', async () => {
    send();
    sim.timers.advance(20_000);
    await sim.send('two');
    sim.timers.advance(10_000);
    sim.server.override = undefined;
    sim.timers.advance(11_000);
    expect(sim.sent.get('two')).toEqual([0]);
  });
});

describe('every call without a connection', () => {
  it('ends with 30002 after 30 s, and nothing of it is sent later', async () => {
    sim.enter();
    sim.events.length = 0;
    sim.server.refuseWith = 503;
    sim.access.reset();
    sim.timers.advance(1000);
    const ended = (call: string) => (code: number) => sim.events.push([call, code]);
    const { engine } = sim;
    await sim.send('one');
    void engine.joinChatRoom('other', 0, true, { onChatRoomJoined: ended('join') });
    void engine.leaveChatRoom('third', { onChatRoomLeft: ended('leave') });
    void engine.getChatRoomMessages('r', 0, 0, 1, { onError: ended('history') });
    void engine.addChatRoomEntry('r', 'a', '1', false, false, { onChatRoomEntryAdded: ended('set') });
    void engine.removeChatRoomEntry('r', 'a', false, { onChatRoomEntryRemoved: ended('remove') });
    void engine.getChatRoomAllEntries('r', { onError: ended('get') });
    await Promise.resolve();
    sim.timers.advance(29_999);
    expect(sim.events).toEqual([]);
    sim.timers.advance(1);
    expect(sim.sent.get('one')).toEqual([30002]);
    const calls = ['join', 'leave', 'history', 'set', 'remove', 'get'];
    expect(new Map(sim.events as [string, number][])).toEqual(new Map(calls.map((call) => [call, 30002])));
    expect(sim.events).toHaveLength(calls.length);
    sim.server.refuseWith = undefined;
    sim.timers.advance(MINUTE_MS);
    expect(sim.frames('send')).toEqual([]);
    expect(sim.frames('join')).toHaveLength(2);
  });
});

describe('two joins without waiting', () => {
  it('are sent one after the other, so that with one room at a time the last call wins', () => {
    sim.connect(0);
    sim.timers.advance(1000);
    let answerFirst = () => {};
    sim.server.override = (frame, wire) => {
      if (frame.action !== 'join' || frame.room !== 'one') return undefined;
      answerFirst = () => wire.send(JSON.stringify({ event: 'answer', id: frame.id, code: 23411, message: 'full' }));
      return 'unanswered';
    };
    const joined: (readonly [string, number])[] = [];
    for (const room of ['one', 'two'])
      void sim.engine.joinChatRoom(room, -1, true, { onChatRoomJoined: (code) => joined.push([room, code]) });
    sim.timers.advance(5000);
    expect(sim.frames('join')).toHaveLength(1);
    answerFirst();
    sim.timers.advance(1000);
    expect(joined).toEqual([
      ['one', 23411],
      ['two', 0],
    ]);
  });

  it('do not wait for one that has failed', () => {
    sim.connect(0);
    sim.timers.advance(1000);
    sim.server.override = (frame) => ('room' in frame && frame.room === 'one' ? 'unanswered' : undefined);
    const codes: number[] = [];
    void sim.engine.joinChatRoom('one', -1, true);
    sim.timers.advance(5000);
    void sim.engine.joinChatRoom('two', -1, true, { onChatRoomJoined: (code) => codes.push(code) });
    sim.timers.advance(27_000);
    expect(codes).toEqual([0]);
  });

  it('wait for the attempt that is under way when the call of the first one ends', () => {
    sim.connect(0);
    sim.timers.advance(1000);
    sim.server.override = (frame) => ('room' in frame && frame.room === 'one' ? 'unanswered' : undefined);
    const codes: number[] = [];
    void sim.engine.joinChatRoom('one', -1, true, { onChatRoomJoined: (code) => codes.push(code) });
    sim.timers.advance(5000);
    void sim.engine.joinChatRoom('two', -1, true);
    // The third attempt went out after 21.5 s: the server could serve it after a join that overtakes it.
    sim.timers.advance(25_500);
    expect(codes).toEqual([30003]);
    const rooms = () => (sim.frames('join') as readonly { readonly room?: string }[]).map(({ room }) => room);
    expect(rooms()).toEqual(['one', 'one', 'one']);
    sim.timers.advance(1500);
    expect(rooms()).toEqual(['one', 'one', 'one', 'two']);
  });
});

describe('calls that follow one another', () => {
  it('each have an outcome, also where a join takes the place of what the client still asks', () => {
    sim.connect(0);
    loseAnswersTo('join');
    const codes: (readonly [string, number])[] = [];
    const join = () => {
      const onChatRoomJoined = (code: number) => codes.push(['join', code]);
      void sim.engine.joinChatRoom('r', -1, true, { onChatRoomJoined });
    };
    join();
    sim.timers.advance(29_990);
    sim.server.override = ({ action }) => (action === 'leave' ? 'unanswered' : undefined);
    sim.timers.advance(5000);
    void sim.engine.leaveChatRoom('r', { onChatRoomLeft: (code) => codes.push(['leave', code]) });
    join();
    sim.timers.advance(2 * MINUTE_MS);
    expect(codes.map(([call]) => call)).toEqual(['join', 'leave', 'join']);
  });
});

describe('a frame that the server serves late, after what followed it', () => {
  /** Holds back the first frame of this kind; returns what serves it, without an answer. */
  function holdBackFirst(action: ClientFrame['action']): () => void {
    let serve = () => {};
    let isHeld = false;
    sim.server.override = (frame, wire) => {
      if (isHeld || frame.action !== action) return undefined;
      isHeld = true;
      serve = () => {
        sim.server.trouble = { ...NO_TROUBLE, lostAnswer: 1 };
        sim.server.received(wire, JSON.stringify(frame));
        sim.server.trouble = NO_TROUBLE;
      };
      return 'unanswered';
    };
    return () => serve();
  }

  it('is undone by another leave, if it is a join', () => {
    sim.connect(0);
    sim.timers.advance(1000);
    const serve = holdBackFirst('join');
    sim.join();
    sim.timers.advance(12_000);
    void sim.engine.leaveChatRoom('r');
    sim.timers.advance(5000);
    expect(sim.events.at(-1)).toEqual(['joined', 0]);
    serve();
    expect(sim.server.isOnline('ann')).toBe(true);
    sim.timers.advance(20_000);
    expect(sim.server.isOnline('ann')).toBe(false);
  });

  it('is found out by a resume, if it is a leave', () => {
    sim.enter();
    const serve = holdBackFirst('leave');
    void sim.engine.leaveChatRoom('r');
    sim.timers.advance(12_000);
    sim.join();
    sim.timers.advance(5000);
    serve();
    expect(sim.server.isOnline('ann')).toBe(false);
    sim.timers.advance(20_000);
    expect(sim.events).toContainEqual(['removed', 'r', 'offline']);
    expect(sim.server.isOnline('ann')).toBe(true);
  });
});

describe('a join that waits behind one that fails', () => {
  it('begins after the failure, which does not undo it', () => {
    sim.connect(0);
    sim.timers.advance(1000);
    let attempts = 0;
    sim.server.override = ({ action }) => {
      if (action !== 'join') return undefined;
      attempts += 1;
      if (attempts === 1) return 'unanswered';
      return attempts === 2 ? { code: 20607, retryAfterMs: 40_000 } : undefined;
    };
    sim.join();
    sim.timers.advance(20_000);
    sim.join();
    sim.timers.advance(MINUTE_MS);
    expect(sim.events.slice(1)).toEqual([
      ['joined', 30003],
      ['joined', 0],
    ]);
    expect(sim.server.isOnline('ann')).toBe(true);
  });
});
