import { beforeEach, describe, expect, it } from 'vitest';
import { NO_TROUBLE } from '../simulation/model-server.ts';
import { SimulatedEngine } from '../simulation/simulated-engine.ts';
import type { Wire } from '../simulation/simulated-network.ts';
import { MINUTE_MS } from '../simulation/virtual-timers.ts';

let sim: SimulatedEngine;
let joined: (readonly [string, number])[];

beforeEach(() => {
  sim = new SimulatedEngine(() => 0.5);
  joined = [];
  sim.enter();
});

const join = (room: string) =>
  void sim.engine.joinChatRoom(room, -1, true, { onChatRoomJoined: (code) => joined.push([room, code]) });

/** The next join fails in this way. */
function failOneJoin(how: { readonly code: number; readonly retryAfterMs: number } | 'unanswered'): void {
  let isFirst = true;
  sim.server.override = ({ action }) => {
    if (action !== 'join' || !isFirst) return undefined;
    isFirst = false;
    return how;
  };
}

/** Another room can be joined, messages are sent and received, and there is one connection. */
async function expectAllWell(): Promise<void> {
  join('other');
  await sim.send('one');
  sim.timers.advance(MINUTE_MS);
  expect(joined).toContainEqual(['other', 0]);
  expect(sim.sent.get('one')).toEqual([0]);
  sim.server.publish('bob', 'b1');
  sim.timers.advance(1000);
  expect(sim.handed).toEqual([2]);
  expect(sim.statuses).toEqual([2, 1]);
  expect(sim.connections).toHaveLength(1);
}

describe('a renewal during another join of the same room', () => {
  it('completes if that join is retried', async () => {
    sim.beginRenewal();
    failOneJoin({ code: 20607, retryAfterMs: 500 });
    join('r');
    sim.timers.advance(1000);
    expect(joined).toEqual([['r', 0]]);
    await expectAllWell();
  });

  it('completes if that join waits for its next attempt when the new connection opens', async () => {
    sim.timers.advance(110 * MINUTE_MS - 2000);
    failOneJoin({ code: 20607, retryAfterMs: 5000 });
    join('r');
    sim.timers.advanceUntil(() => sim.server.wires.size === 2);
    await expectAllWell();
    expect(joined).toContainEqual(['r', 0]);
  });

  it('completes if the old connection is lost with that join', async () => {
    sim.beginRenewal();
    const [old] = sim.connections;
    failOneJoin('unanswered');
    join('r');
    sim.timers.advanceUntil(() => sim.server.wires.size === 2);
    sim.timers.advance(300);
    old?.close();
    await expectAllWell();
    expect(joined).toContainEqual(['r', 0]);
  });
});

describe('a renewal', () => {
  it('completes if the user is removed from a room whose resume waits for its next attempt', () => {
    sim.beginRenewal();
    sim.server.override = (frame) =>
      frame.action === 'join' && frame.room === 'r' ? { code: -1, retryAfterMs: 1000 } : undefined;
    sim.timers.advanceUntil(() => sim.server.wires.size === 2);
    sim.timers.advance(300);
    join('other');
    sim.timers.advance(100);
    sim.server.remove('ann', 'blocked');
    sim.timers.advance(300);
    expect(joined).toEqual([['other', 0]]);
    expect(sim.connections).toHaveLength(1);
  });

  it('whose resume finds the token expired ends the connection, and the next connect resumes the room', async () => {
    sim.beginRenewal();
    sim.timers.advanceUntil(() => sim.server.wires.size === 2);
    sim.server.override = () => ({ code: 31020 });
    sim.timers.advance(1000);
    expect(sim.statuses).toEqual([2, 1, 5]);
    sim.server.override = undefined;
    sim.server.publish('bob', 'b1');
    sim.connect(0);
    await Promise.resolve();
    sim.timers.advance(1000);
    expect(sim.handed).toEqual([1]);
    expect(sim.server.isOnline('ann')).toBe(true);
  });

  it('during which a leave finds the token expired ends the connection', async () => {
    sim.beginRenewal();
    sim.timers.advanceUntil(() => sim.server.wires.size === 2);
    sim.server.override = ({ action }) => (action === 'leave' ? { code: 31020 } : undefined);
    void sim.engine.leaveChatRoom('r');
    sim.timers.advance(1000);
    expect(sim.statuses).toEqual([2, 1, 5]);
  });

  it('that falls back to the old connection sends a heartbeat on it in time', () => {
    const leases = new Map<Wire, number>();
    const beatsLeftMs: number[] = [];
    sim.server.override = ({ action }, wire) => {
      const nowMs = sim.timers.nowMs;
      const leaseMs = leases.get(wire) ?? wire.openedAtMs + 170_000;
      if (action === 'beat' || action === 'ping') beatsLeftMs.push(leaseMs - nowMs);
      leases.set(wire, nowMs - (leaseMs - 170_000) >= 20_000 ? nowMs + 170_000 : leaseMs);
      return undefined;
    };
    sim.timers.advance(110 * MINUTE_MS - 10_500);
    sim.ask();
    sim.timers.advanceUntil(() => sim.server.wires.size === 2);
    const [, young] = sim.connections;
    sim.server.trouble = { ...NO_TROUBLE, lostAnswer: 1 };
    sim.timers.advanceUntil(() => sim.frames('join').length === 2);
    sim.server.trouble = NO_TROUBLE;
    sim.server.refuseWith = 503;
    young?.close();
    sim.timers.advance(3 * MINUTE_MS);
    expect(Math.min(...beatsLeftMs)).toBeGreaterThan(34_000);
    expect(beatsLeftMs.at(-1)).toBeGreaterThan(40_000);
  });
});
