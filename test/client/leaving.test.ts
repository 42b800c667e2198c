import { beforeEach, describe, expect, it } from 'vitest';
import type { EndReason } from '../../lib/protocol/end-reason.ts';
import { NO_TROUBLE } from './model-server.ts';
import { MINUTE_MS, SimulatedEngine } from './simulated-engine.ts';

let sim: SimulatedEngine;
let left: (code: number) => void;

beforeEach(() => {
  sim = new SimulatedEngine(() => 0.5);
  left = (code) => sim.told.push(['left', code]);
  sim.enter();
  sim.told.length = 0;
});

const leave = () => void sim.engine.leaveChatRoom('r', { onChatRoomLeft: (code) => left(code) });
const join = () =>
  void sim.engine.joinChatRoom('r', -1, true, { onChatRoomJoined: (code) => sim.told.push(['joined', code]) });

/** He is out, and nobody has told him. */
function putOut(reason: EndReason): void {
  sim.server.trouble = { ...NO_TROUBLE, lostPush: 1 };
  sim.server.remove('ann', reason);
  sim.server.trouble = NO_TROUBLE;
}

describe('a leave that failed', () => {
  it('while the connection was renewed leaves him in, by the new one', () => {
    sim.timers.advance(109 * MINUTE_MS);
    while (sim.network.wires.size < 2) sim.timers.advance(1);
    sim.server.override = ({ action }) => (action === 'leave' ? 'unanswered' : undefined);
    leave();
    sim.timers.advance(15_000);
    expect(sim.told).toEqual([['left', 30003]]);
    expect(sim.server.wires.size).toBe(1);
    expect(sim.server.isOnline('ann')).toBe(true);
    sim.server.publish('bob', 'b1');
    sim.timers.advance(1000);
    expect(sim.handed).toEqual([1]);
  });

  it('after the connection was lost leaves him in, by the next one', () => {
    sim.server.override = ({ action }) => (action === 'leave' ? { code: 20607, retryAfterMs: 500 } : undefined);
    leave();
    sim.timers.advance(1000);
    sim.access.reset();
    sim.timers.advance(10_000);
    expect(sim.told).toEqual([['left', 20607]]);
    expect(sim.server.isOnline('ann')).toBe(true);
    sim.server.publish('bob', 'b1');
    sim.timers.advance(1000);
    expect(sim.handed).toEqual([1]);
  });

  it('although it was done is known for that before the next join', () => {
    left = (code) => {
      sim.told.push(['left', code]);
      join();
    };
    sim.server.override = ({ action }) => {
      if (action !== 'leave') return undefined;
      putOut('left');
      return 'unanswered';
    };
    leave();
    sim.timers.advance(15_000);
    expect(sim.told).toEqual([
      ['left', 30003],
      ['removed', 'r', 'left'],
      ['joined', 0],
    ]);
    expect(sim.server.isOnline('ann')).toBe(true);
  });

  it('because the room is gone is done, and so is the next join', () => {
    sim.server.override = ({ action }) => (action === 'leave' ? { code: 23410 } : undefined);
    putOut('destroyed');
    leave();
    sim.timers.advance(1000);
    join();
    sim.timers.advance(1000);
    expect(sim.told).toEqual([
      ['left', 0],
      ['joined', 0],
    ]);
  });
});

describe('a leave', () => {
  it('after a join without an answer, which the server has served, takes him out', () => {
    leave();
    sim.timers.advance(1000);
    sim.server.trouble = { ...NO_TROUBLE, lostAnswer: 1 };
    join();
    sim.timers.advance(11_000);
    sim.server.trouble = NO_TROUBLE;
    expect(sim.server.isOnline('ann')).toBe(true);
    leave();
    sim.timers.advance(1000);
    expect(sim.told).toEqual([
      ['left', 0],
      ['joined', 30003],
      ['left', 0],
    ]);
    expect(sim.server.isOnline('ann')).toBe(false);
  });

  it('right after a join that finds him put out comes after his coming in again', () => {
    putOut('offline');
    join();
    leave();
    sim.timers.advance(5000);
    expect(sim.told).toEqual([
      ['removed', 'r', 'offline'],
      ['joined', 0],
      ['left', 0],
    ]);
    expect(sim.server.isOnline('ann')).toBe(false);
  });

  it('when he is told that he was put out, which a join has found, comes after his coming in again', () => {
    sim.engine.setOnChatRoomRemovedListener(() => leave());
    putOut('offline');
    join();
    sim.timers.advance(5000);
    expect(sim.told).toEqual([
      ['joined', 0],
      ['left', 0],
    ]);
    expect(sim.server.isOnline('ann')).toBe(false);
  });
});
