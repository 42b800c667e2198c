import { beforeEach, describe, expect, it } from 'vitest';
import { SimulatedEngine } from '../simulation/simulated-engine.ts';
import { MINUTE_MS } from '../simulation/virtual-timers.ts';
import { tokenOf } from '../support/token-of.ts';

let sim: SimulatedEngine;

beforeEach(() => {
  sim = new SimulatedEngine(() => 0.5);
});

type SignOfLife = readonly [number, 'beat' | 'ping'];

/** When the server got each heartbeat and each ping, in seconds since the connection opened. */
function signs(): SignOfLife[] {
  return got.map(([atMs, action]) => [Math.floor((atMs - openedAtMs) / 1000), action] as const);
}

const pings = (): SignOfLife[] => signs().filter(([, action]) => action === 'ping');

let openedAtMs: number;
let got: SignOfLife[];

/** Connects; times count from here. */
function open(): void {
  sim.connect(0);
  sim.timers.advanceUntil(() => sim.statuses.includes(1));
  openedAtMs = sim.timers.nowMs;
  got = [];
  const received = sim.server.received.bind(sim.server);
  sim.server.received = (wire, text) => {
    const { action } = JSON.parse(text) as { action: string };
    if (action === 'beat' || action === 'ping') got.push([sim.timers.nowMs, action]);
    received(wire, text);
  };
}

describe('the heartbeat', () => {
  it('is sent every 135 s when nothing else is sent', () => {
    open();
    sim.timers.advance(5 * MINUTE_MS);
    expect(signs()).toEqual([
      [135, 'beat'],
      [270, 'beat'],
    ]);
  });

  it('is delayed by a frame that the server is certain to store', () => {
    open();
    sim.timers.advance(30_000);
    sim.ask();
    sim.timers.advance(134_900);
    expect(signs()).toEqual([]);
    sim.timers.advance(200);
    expect(signs()).toEqual([[165, 'beat']]);
  });

  it('is sent 20 s sooner after a frame that the server may not have stored', () => {
    open();
    sim.timers.advance(30_000);
    sim.ask();
    sim.timers.advance(24_000);
    sim.ask();
    sim.timers.advance(114_900);
    expect(signs()).toEqual([]);
    sim.timers.advance(200);
    expect(signs()).toEqual([[169, 'beat']]);
  });

  it('is not delayed by a clock that is set back: frames before that do not count', () => {
    open();
    sim.timers.advance(30_000);
    sim.ask();
    sim.timers.advance(10_000);
    sim.clockShiftMs = -3_600_000;
    sim.timers.advance(9500);
    sim.ask();
    sim.timers.advance(5 * MINUTE_MS);
    expect(signs()).toEqual([
      [164, 'beat'],
      [299, 'beat'],
    ]);
  });

  it('is sent a minute sooner in a hidden page, whose timers are late', () => {
    open();
    sim.timers.advance(80_000);
    expect(signs()).toEqual([]);
    sim.notice('hidden');
    sim.timers.advance(80_000);
    expect(signs()).toEqual([
      [80, 'beat'],
      [155, 'beat'],
    ]);
  });

  it('is on time again in a page that is visible again', () => {
    open();
    sim.notice('hidden');
    sim.timers.advance(30_000);
    sim.notice('visible');
    sim.timers.advance(134_000);
    expect(signs()).toEqual([[30, 'ping']]);
    sim.timers.advance(2000);
    expect(signs()).toHaveLength(2);
  });

  it('becomes a ping when nothing has arrived for an hour', () => {
    open();
    sim.timers.advance(60 * MINUTE_MS + 1000);
    expect(pings()).toEqual([[3600, 'ping']]);
    sim.timers.advance(30_000);
    expect(sim.statuses).toEqual([2, 1]);
  });

  it('stays without a ping as long as something arrives', () => {
    open();
    const [wire] = sim.connections;
    for (let minute = 0; minute < 100; minute += 50) {
      sim.timers.advance(50 * MINUTE_MS);
      wire?.send('{}');
    }
    expect(pings()).toEqual([]);
  });

  it('finds a dead connection by a ping without an answer, and reconnects', () => {
    open();
    sim.access.unplug();
    sim.timers.advance(60 * MINUTE_MS);
    sim.access.plugIn();
    expect(sim.statuses).toEqual([2, 1]);
    sim.timers.advance(11_000);
    expect(sim.statuses).toEqual([2, 1, 8, 2, 1]);
  });

  it.each(['online', 'visible'] as const)('is joined by a ping when the platform says %s', (event) => {
    open();
    sim.notice(event);
    sim.timers.advance(1000);
    expect(pings()).toEqual([[0, 'ping']]);
    expect(sim.statuses).toEqual([2, 1]);
  });

  it('has one ping at a time', () => {
    open();
    sim.notice('visible');
    sim.notice('visible');
    sim.timers.advance(1000);
    expect(pings()).toHaveLength(1);
    sim.notice('visible');
    sim.timers.advance(1000);
    expect(pings()).toHaveLength(2);
  });

  it('pings after a request without an answer, and reconnects if that has none either', () => {
    open();
    sim.access.unplug();
    sim.ask();
    sim.timers.advance(10_000);
    sim.access.plugIn();
    expect(sim.statuses).toEqual([2, 1]);
    sim.timers.advance(11_000);
    expect(sim.statuses).toEqual([2, 1, 8, 2, 1]);
  });

  it('keeps a connection that sends frames but no answers, and pings again', () => {
    open();
    sim.server.trouble = { ...sim.server.trouble, lostAnswer: 1 };
    const [wire] = sim.connections;
    sim.ask();
    sim.timers.advance(11_000);
    for (let asked = 0; asked < 6; asked += 1) {
      wire?.send('{"message":"Internal server error"}');
      sim.timers.advance(10_000);
    }
    expect(sim.statuses).toEqual([2, 1]);
    expect(pings().length).toBeGreaterThan(5);
    sim.timers.advance(21_000);
    expect(sim.statuses.slice(2, 3)).toEqual([8]);
  });

  it('pings again if the last frame was sent before the connection died', () => {
    open();
    const [wire] = sim.connections;
    wire?.send('{}');
    sim.timers.advance(10);
    sim.notice('visible');
    // The frame has arrived, and the ping has not.
    sim.timers.advance(50);
    sim.access.unplug();
    sim.access.plugIn();
    sim.timers.advance(9000);
    sim.notice('online');
    expect(sim.statuses).toEqual([2, 1]);
    sim.timers.advance(12_000);
    expect(sim.statuses).toEqual([2, 1, 8, 2, 1]);
  });

  it('stops with the connection', async () => {
    open();
    await sim.engine.disconnect(true);
    expect(sim.pendingTimers).toBe(0);
    sim.timers.advance(20 * MINUTE_MS);
    expect(signs()).toEqual([]);
  });
});

describe('a client in a room', () => {
  const beginToListen = () => {
    open();
    sim.join();
    sim.timers.advance(1000);
    sim.statuses.length = 0;
    got = [];
  };

  /** How long it takes until the client notices that its connection is dead. */
  const noticedAfterMs = (): number => {
    const fromMs = sim.timers.nowMs;
    sim.timers.advanceUntil(() => sim.statuses.length > 0 || sim.timers.nowMs > fromMs + 10 * MINUTE_MS);
    return sim.timers.nowMs - fromMs;
  };

  it('pings every 45 s in a quiet room, and sends no heartbeat', () => {
    beginToListen();
    sim.timers.advance(9 * 45_100);
    expect(pings()).toHaveLength(9);
    expect(signs()).toHaveLength(9);
  });

  it('pings instead of a heartbeat in a room that talks', () => {
    beginToListen();
    for (let second = 0; second < 280; second += 1) {
      if (second % 20 === 0) sim.server.publish('bob', `b${second}`);
      sim.timers.advance(1000);
    }
    expect(signs().map(([, action]) => action)).toEqual(['beat', 'ping']);
  });

  it.each([0, 10_000, 44_000])('notices within 60 s that the path is dead, %i ms after its last sign', (afterMs) => {
    beginToListen();
    sim.server.publish('bob', 'b1');
    sim.timers.advance(200 + afterMs);
    sim.access.unplug();
    expect(noticedAfterMs()).toBeLessThan(60_000);
  });

  it('notices that it is not heard although it hears, by three pings without an answer', () => {
    beginToListen();
    const [wire] = sim.connections;
    sim.server.override = () => 'unanswered';
    const talk = () => {
      wire?.send(JSON.stringify({ event: 'members', room: 'r', roomEpoch: 'e1', changes: [] }));
      sim.timers.setTimeout(talk, 5000);
    };
    talk();
    expect(noticedAfterMs()).toBeLessThan(310_000);
    expect(pings()).toHaveLength(3);
  });

  it.each([240_000, 8 * 60 * MINUTE_MS])('checks the connection after the machine has slept for %i ms', (sleptMs) => {
    beginToListen();
    sim.access.unplug();
    sim.sleep(sleptMs);
    expect(noticedAfterMs()).toBeLessThan(30_000);
  });

  it('keeps the session when the clock jumps two days', () => {
    const lifeMs = 60 * MINUTE_MS;
    sim.connect(0, tokenOf({ sub: 'ann', exp: (sim.timers.nowMs + lifeMs) / 1000 }));
    sim.join();
    sim.timers.advance(1000);
    sim.clockShiftMs = 48 * 60 * MINUTE_MS;
    sim.server.refuseWith = 503;
    sim.access.reset();
    sim.timers.advance(MINUTE_MS);
    sim.server.refuseWith = undefined;
    sim.timers.advance(MINUTE_MS);
    expect(sim.statuses.at(-1)).toBe(1);
    expect(sim.server.isOnline('ann')).toBe(true);
  });
});
