import { beforeEach, describe, expect, it } from 'vitest';
import type { EndReason } from '../../lib/protocol/end-reason.ts';
import { NO_TROUBLE } from '../simulation/model-server.ts';
import { SimulatedEngine } from '../simulation/simulated-engine.ts';

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

describe('a leave that failed', () => {
  it('during a renewal leaves the user in the room, on the new connection', () => {
    sim.beginRenewal();
    sim.server.override = ({ action }) => (action === 'leave' ? 'unanswered' : undefined);
    leave();
    sim.timers.advance(15_000);
    expect(sim.events).toEqual([['left', 30003]]);
    expect(sim.server.wires.size).toBe(1);
    expect(sim.server.isOnline('ann')).toBe(true);
    sim.server.publish('bob', 'b1');
    sim.timers.advance(1000);
    expect(sim.handed).toEqual([1]);
  });

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

  it('although the server served it is found out before the next join', () => {
    left = (code) => {
      sim.events.push(['left', code]);
      sim.join();
    };
    sim.server.override = ({ action }) => {
      if (action !== 'leave') return undefined;
      removeSilently('left');
      return 'unanswered';
    };
    leave();
    sim.timers.advance(15_000);
    expect(sim.events).toEqual([
      ['left', 30003],
      ['removed', 'r', 'left'],
      ['joined', 0],
    ]);
    expect(sim.server.isOnline('ann')).toBe(true);
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
    sim.timers.advance(11_000);
    sim.server.trouble = NO_TROUBLE;
    expect(sim.server.isOnline('ann')).toBe(true);
    leave();
    sim.timers.advance(1000);
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
