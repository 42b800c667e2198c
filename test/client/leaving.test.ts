import { beforeEach, describe, expect, it } from 'vitest';
import type { EndReason } from '../../lib/protocol/end-reason.ts';
import { NO_TROUBLE } from '../simulation/model-server.ts';
import { SimulatedEngine } from '../simulation/simulated-engine.ts';
import { MINUTE_MS } from '../simulation/virtual-timers.ts';

let sim: SimulatedEngine;
let left: (code: number) => void;

beforeEach(() => {
  sim = new SimulatedEngine(() => 0.5);
  left = (code) => sim.events.push(['left', code]);
  sim.enter();
  sim.events.length = 0;
});

const leave = () => void sim.engine.leaveChatRoom('r', { onChatRoomLeft: (code) => left(code) });

/** Removes ann, and the push of it is lost. */
function removeSilently(reason: EndReason): void {
  sim.server.trouble = { ...NO_TROUBLE, lostPush: 1 };
  sim.server.remove('ann', reason);
  sim.server.trouble = NO_TROUBLE;
}

/** From now on a round trip takes this long. */
function slowDown(roundTripMs: number): void {
  sim.network.latencyMs = () => roundTripMs / 2;
}

describe('a leave without an answer', () => {
  it('is asked again, and is reported when it is answered', () => {
    let isFirst = true;
    sim.server.override = ({ action }) => {
      if (action !== 'leave' || !isFirst) return undefined;
      isFirst = false;
      return 'unanswered';
    };
    leave();
    sim.timers.advance(15_000);
    expect(sim.events).toEqual([['left', 0]]);
    expect(sim.server.isOnline('ann')).toBe(false);
  });

  it('is reported by its late answer, and nothing puts the user back', () => {
    slowDown(12_000);
    leave();
    sim.timers.advance(13_000);
    expect(sim.events).toEqual([['left', 0]]);
    slowDown(100);
    sim.timers.advance(MINUTE_MS);
    expect(sim.events).toEqual([['left', 0]]);
    expect(sim.server.isOnline('ann')).toBe(false);
    expect(sim.frames('join')).toHaveLength(1);
  });

  it('goes on after the app has its error, and the app learns the end', () => {
    sim.engine.setOnChatRoomLeftListener((code, room) => sim.events.push(['left late', code, room]));
    sim.server.override = ({ action }) => (action === 'leave' ? 'unanswered' : undefined);
    leave();
    sim.timers.advance(40_000);
    expect(sim.events).toEqual([['left', 30003]]);
    sim.server.override = undefined;
    sim.server.publish('bob', 'b1');
    sim.timers.advance(MINUTE_MS);
    expect(sim.events).toEqual([
      ['left', 30003],
      ['left late', 0, 'r'],
    ]);
    expect(sim.server.isOnline('ann')).toBe(false);
    expect(sim.handed).toEqual([]);
  });

  it('goes on over the next connection', () => {
    sim.access.unplug();
    leave();
    sim.timers.advance(35_000);
    expect(sim.events).toEqual([['left', 30003]]);
    sim.access.plugIn();
    sim.timers.advance(MINUTE_MS);
    expect(sim.frames('leave').length).toBeGreaterThan(0);
    expect(sim.frames('join')).toHaveLength(1);
    expect(sim.server.isOnline('ann')).toBe(false);
  });

  it('during a renewal does not keep the former connection', () => {
    sim.beginRenewal();
    sim.server.override = ({ action }) => (action === 'leave' ? 'unanswered' : undefined);
    leave();
    sim.timers.advance(MINUTE_MS);
    expect(sim.events).toEqual([['left', 30003]]);
    expect(sim.server.wires.size).toBe(1);
  });

  it('is given up for a later join', () => {
    left = (code) => {
      sim.events.push(['left', code]);
      sim.join();
    };
    sim.server.override = ({ action }) => (action === 'leave' ? 'unanswered' : undefined);
    leave();
    sim.timers.advance(2 * MINUTE_MS);
    expect(sim.events).toEqual([
      ['left', 30003],
      ['joined', 0],
    ]);
    expect(sim.server.isOnline('ann')).toBe(true);
    sim.server.publish('bob', 'b1');
    sim.timers.advance(1000);
    expect(sim.handed).toEqual([1]);
  });

  it('that could not be sent leaves the user in the room', () => {
    sim.server.refuseWith = 503;
    sim.access.reset();
    sim.timers.advance(1000);
    leave();
    sim.timers.advance(31_000);
    expect(sim.events).toEqual([['left', 30002]]);
    sim.server.refuseWith = undefined;
    sim.timers.advance(MINUTE_MS);
    expect(sim.server.isOnline('ann')).toBe(true);
    expect(sim.frames('leave')).toEqual([]);
  });
});

describe('a leave that failed', () => {
  it('after a lost connection leaves the user in the room, on the next connection', () => {
    sim.server.override = ({ action }) => (action === 'leave' ? { code: 20607, retryAfterMs: 500 } : undefined);
    leave();
    sim.timers.advance(1000);
    sim.access.reset();
    sim.timers.advance(10_000);
    expect(sim.events).toEqual([['left', 20607]]);
    expect(sim.server.isOnline('ann')).toBe(true);
    sim.server.publish('bob', 'b1');
    sim.timers.advance(1000);
    expect(sim.handed).toEqual([1]);
  });

  it('because the room is destroyed counts as done, and the next join works', () => {
    sim.server.override = ({ action }) => (action === 'leave' ? { code: 23410 } : undefined);
    removeSilently('destroyed');
    leave();
    sim.timers.advance(1000);
    sim.join();
    sim.timers.advance(1000);
    expect(sim.events).toEqual([
      ['left', 0],
      ['joined', 0],
    ]);
  });
});

describe('a leave', () => {
  it('after a join without an answer ends the membership that the server made', () => {
    leave();
    sim.timers.advance(1000);
    sim.server.trouble = { ...NO_TROUBLE, lostAnswer: 1 };
    sim.join();
    sim.timers.advance(30_000);
    leave();
    sim.server.trouble = NO_TROUBLE;
    sim.timers.advance(MINUTE_MS);
    expect(sim.events).toEqual([
      ['left', 0],
      ['joined', 30003],
      ['left', 0],
    ]);
    expect(sim.server.isOnline('ann')).toBe(false);
  });

  it('right after a join that reveals an eviction follows the new join', () => {
    removeSilently('offline');
    sim.join();
    leave();
    sim.timers.advance(5000);
    expect(sim.events).toEqual([
      ['removed', 'r', 'offline'],
      ['joined', 0],
      ['left', 0],
    ]);
    expect(sim.server.isOnline('ann')).toBe(false);
  });

  it('in the listener of an eviction that a join reveals follows the new join', () => {
    sim.engine.setOnChatRoomRemovedListener(() => leave());
    removeSilently('offline');
    sim.join();
    sim.timers.advance(5000);
    expect(sim.events).toEqual([
      ['joined', 0],
      ['left', 0],
    ]);
    expect(sim.server.isOnline('ann')).toBe(false);
  });
});
