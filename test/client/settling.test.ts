import { beforeEach, describe, expect, it } from 'vitest';
import { RCIMIWConversationType } from '../../lib/client/index.ts';
import { NO_TROUBLE } from '../simulation/model-server.ts';
import { SimulatedEngine } from '../simulation/simulated-engine.ts';
import { MINUTE_MS } from '../simulation/virtual-timers.ts';

let sim: SimulatedEngine;

beforeEach(() => {
  sim = new SimulatedEngine(() => 0.5);
});

/** The user is offline for so long that the room evicts them. */
function evict(): void {
  sim.access.unplug();
  sim.access.reset();
  sim.timers.advance(1000);
  for (let count = 1; count <= 31; count += 1) sim.server.publish('bob', `b${count}`);
}

describe('what the app has sent', () => {
  it('is shown again by a join after a leave, as the messages of others are', async () => {
    sim.enter();
    await sim.send('one');
    sim.timers.advance(1000);
    sim.server.publish('bob', 'b1');
    sim.timers.advance(1000);
    expect(sim.handed).toEqual([2]);
    void sim.engine.leaveChatRoom('r');
    sim.timers.advance(1000);
    sim.join(10);
    sim.timers.advance(1000);
    expect(sim.handed).toEqual([2, 1, 2]);
  });

  it('is not shown again by a resume', async () => {
    sim.enter();
    sim.server.override = (frame, wire) => {
      if (frame.action !== 'send') return undefined;
      sim.server.override = undefined;
      sim.server.trouble = { ...NO_TROUBLE, lostAnswer: 1 };
      sim.server.received(wire, JSON.stringify(frame));
      sim.server.trouble = NO_TROUBLE;
      return 'unanswered';
    };
    await sim.send('one');
    sim.timers.advance(1000);
    sim.access.reset();
    sim.timers.advance(5000);
    expect(sim.sent.get('one')).toEqual([0]);
    expect(sim.handed).toEqual([]);
  });
});

describe('a message of unknown outcome', () => {
  it('waits until the user is a member again, after an eviction', async () => {
    const later: number[] = [];
    sim.enter();
    sim.engine.setOnMessageSentListener((code) => later.push(code));
    sim.server.override = ({ action }) => (action === 'send' ? 'unanswered' : undefined);
    await sim.send('one');
    sim.timers.advance(30_000);
    expect(sim.sent.get('one')).toEqual([30003]);
    evict();
    sim.server.override = undefined;
    sim.access.plugIn();
    sim.timers.advance(MINUTE_MS);
    expect(sim.events.slice(-2)).toEqual([
      ['removed', 'r', 'offline'],
      ['joined', 0, 'r'],
    ]);
    expect(later).toEqual([0]);
  });
});

describe('a join that the client makes by itself', () => {
  it('says so: it must end no membership that the app has asked for since', () => {
    sim.enter();
    evict();
    sim.access.plugIn();
    sim.timers.advance(MINUTE_MS);
    const joins = sim.frames('join') as readonly { readonly rejoin?: boolean; readonly resume?: object }[];
    expect(joins.map(({ rejoin, resume }) => [rejoin, resume !== undefined])).toEqual([
      [undefined, false],
      [undefined, true],
      [true, false],
    ]);
  });
});

describe('a call that was never sent, behind a join that the client makes by itself', () => {
  /** The server answers no join without `resume`. */
  const evictAndHold = () => {
    sim.enter();
    evict();
    sim.server.override = (frame) => (frame.action === 'join' && frame.resume === undefined ? 'unanswered' : undefined);
    sim.access.plugIn();
    sim.timers.advance(20_000);
    expect(sim.events.at(-1)).toEqual(['removed', 'r', 'offline']);
  };

  it('takes nothing from that join, if it is a join', () => {
    evictAndHold();
    sim.join();
    sim.timers.advance(30_000);
    expect(sim.events.at(-1)).toEqual(['joined', 30002]);
    sim.server.override = undefined;
    sim.timers.advance(MINUTE_MS);
    expect(sim.events.at(-1)).toEqual(['joined', 0, 'r']);
  });

  it('takes nothing from that join, if it is a leave', () => {
    evictAndHold();
    const left: number[] = [];
    void sim.engine.leaveChatRoom('r', { onChatRoomLeft: (code) => left.push(code) });
    sim.timers.advance(30_000);
    expect(left).toEqual([30002]);
    sim.server.override = undefined;
    sim.timers.advance(MINUTE_MS);
    expect(sim.events.at(-1)).toEqual(['joined', 0, 'r']);
  });
});

describe('a join that was never sent, after one of unknown outcome', () => {
  it('leaves the client to find out what the first has become', () => {
    sim.connect(0);
    void sim.engine.joinChatRoom('other', -1, true);
    sim.timers.advance(1000);
    let isServed = false;
    sim.server.override = (frame, wire) => {
      if (!('room' in frame) || frame.room !== 'r') return undefined;
      if (!isServed) {
        isServed = true;
        sim.server.trouble = { ...NO_TROUBLE, lostAnswer: 1 };
        sim.server.override = undefined;
        sim.server.received(wire, JSON.stringify(frame));
        sim.server.trouble = NO_TROUBLE;
      }
      sim.server.override = () => 'unanswered';
      return 'unanswered';
    };
    sim.join();
    sim.timers.advance(9_000);
    sim.access.unplug();
    sim.access.reset();
    sim.timers.advance(21_000);
    expect(sim.events.at(-1)).toEqual(['joined', 30003]);
    // It takes the place of the leave that would undo the first one, and waits until the other room is resumed.
    sim.join();
    sim.access.plugIn();
    sim.timers.advance(30_000);
    expect(sim.events.at(-1)).toEqual(['joined', 30002]);
    expect(sim.frames('leave')).toEqual([]);
    sim.server.override = undefined;
    sim.timers.advance(MINUTE_MS);
    expect(sim.frames('leave')).not.toEqual([]);
  });
});

describe('a change of entries with an unknown outcome', () => {
  it('is looked up', () => {
    sim.enter();
    sim.timers.advance(1000);
    sim.server.override = ({ action }) => (action === 'setEntries' ? 'unanswered' : undefined);
    const codes: number[] = [];
    void sim.engine.addChatRoomEntry('r', 'topic', '1', false, true, {
      onChatRoomEntryAdded: (code) => codes.push(code),
    });
    const before = sim.frames('getEntries').length;
    sim.timers.advance(30_000);
    expect(codes).toEqual([30003]);
    sim.timers.advance(1000);
    expect(sim.frames('getEntries').length).toBe(before + 1);
  });
});

describe("a recall of the app's own that is refused", () => {
  it('hides no recall by another user', async () => {
    const recalled: string[] = [];
    sim.enter();
    sim.engine.setOnRemoteMessageRecalledListener(({ messageUId }) => recalled.push(messageUId));
    await sim.send('one');
    sim.timers.advance(1000);
    const message = await sim.engine.createTextMessage(RCIMIWConversationType.CHATROOM, 'r', '', 'x');
    const [stored] = sim.server.log.messages;
    expect(stored).toBeDefined();
    if (stored === undefined) return;
    Object.assign(message, { messageUId: stored.messageId, seq: stored.seq, sentTime: stored.sentAtMs });
    sim.server.override = (frame, wire) => {
      if (frame.action !== 'recall') return undefined;
      sim.server.push(wire, {
        event: 'recalled',
        room: 'r',
        roomEpoch: 'e1',
        message: { ...stored, type: 'RC:RcNtf', content: '{}' },
      });
      wire.send(JSON.stringify({ event: 'answer', id: frame.id, code: 25101, message: 'no such message' }));
      return 'unanswered';
    };
    const codes: number[] = [];
    void sim.engine.recallMessage(message, { onMessageRecalled: (code) => codes.push(code) });
    sim.timers.advance(2000);
    expect(codes).toEqual([25101]);
    expect(recalled).toEqual([stored.messageId]);
  });
});

describe('a join after this device was removed, while another device keeps the membership', () => {
  it('succeeds, although the answer names the membership whose end is known', () => {
    sim.enter();
    const [wire] = sim.connections;
    const membership = sim.server.membershipOf('ann');
    expect(membership).toBeDefined();
    if (wire !== undefined && membership !== undefined)
      sim.server.push(wire, { event: 'removed', room: 'r', roomEpoch: 'e1', membership, reason: 'left' });
    sim.timers.advance(1000);
    expect(sim.events.at(-1)).toEqual(['removed', 'r', 'left']);
    sim.join();
    sim.timers.advance(1000);
    expect(sim.events.at(-1)).toEqual(['joined', 0]);
  });
});

describe('an app that disconnects in a callback', () => {
  it('gets each of the other outcomes once, and nothing is sent later', async () => {
    const codes: (readonly [string, number])[] = [];
    sim.enter();
    sim.server.override = ({ action }) => (action === 'send' ? 'unanswered' : undefined);
    const message = await sim.engine.createTextMessage(RCIMIWConversationType.CHATROOM, 'r', '', 'one');
    void sim.engine.sendMessage(message, {
      onMessageSent: (code) => {
        codes.push(['send', code]);
        void sim.engine.disconnect(false);
      },
    });
    void sim.engine.joinChatRoom('r', -1, true, { onChatRoomJoined: (code) => codes.push(['join', code]) });
    sim.timers.advance(20_000);
    for (const wire of sim.connections) sim.server.push(wire, { event: 'closing', code: 31010, message: '' });
    sim.timers.advance(1000);
    expect(codes).toHaveLength(2);
    expect(new Map(codes)).toEqual(
      new Map([
        ['join', 30001],
        ['send', 30001],
      ]),
    );
    await sim.engine.destroy();
    expect(sim.pendingTimers).toBe(0);
  });

  it('at the end of a send of unknown outcome leaves no timer behind', async () => {
    sim.enter();
    sim.server.override = ({ action }) => (action === 'send' ? 'unanswered' : undefined);
    const message = await sim.engine.createTextMessage(RCIMIWConversationType.CHATROOM, 'r', '', 'one');
    const codes: number[] = [];
    void sim.engine.sendMessage(message, {
      onMessageSent: (code) => {
        codes.push(code);
        void sim.engine.destroy();
      },
    });
    sim.timers.advance(31_000);
    expect(codes).toEqual([30003]);
    expect(sim.pendingTimers).toBe(0);
  });
});
