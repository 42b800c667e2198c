import { beforeEach, describe, expect, it } from 'vitest';
import { SimulatedEngine } from '../simulation/simulated-engine.ts';
import { MINUTE_MS } from '../simulation/virtual-timers.ts';

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
