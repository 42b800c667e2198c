import { beforeEach, describe, expect, it } from 'vitest';
import { SimulatedEngine } from '../simulation/simulated-engine.ts';
import { MINUTE_MS } from '../simulation/virtual-timers.ts';

let sim: SimulatedEngine;

beforeEach(() => {
  sim = new SimulatedEngine(() => 0.5);
});

type SignOfLife = readonly [number, 'beat' | 'ping'];

/** When the server got each heartbeat and each question, in seconds since the connection was opened. */
function signs(): SignOfLife[] {
  return got.map(([atMs, action]) => [Math.floor((atMs - openedAtMs) / 1000), action] as const);
}

const pings = (): SignOfLife[] => signs().filter(([, action]) => action === 'ping');

let openedAtMs: number;
let got: SignOfLife[];

/** Connects; the time counts from the opening. */
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
  it('comes every 135 s when nothing else is said', () => {
    open();
    sim.timers.advance(5 * MINUTE_MS);
    expect(signs()).toEqual([
      [135, 'beat'],
      [270, 'beat'],
    ]);
  });

  it('is put off by a frame that the server writes down for certain', () => {
    open();
    sim.timers.advance(30_000);
    sim.ask();
    sim.timers.advance(134_900);
    expect(signs()).toEqual([]);
    sim.timers.advance(200);
    expect(signs()).toEqual([[165, 'beat']]);
  });

  it('comes 20 s sooner after a frame that the server may not have written down', () => {
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

  it('is not put off by a clock that is put back: what was said before then does not count', () => {
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

  it('comes a minute sooner in a hidden page, whose timers are late', () => {
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

  it('is no sooner than ever in a page that has come back', () => {
    open();
    sim.notice('hidden');
    sim.timers.advance(30_000);
    sim.notice('visible');
    sim.timers.advance(134_000);
    expect(signs()).toEqual([[30, 'ping']]);
    sim.timers.advance(2000);
    expect(signs()).toHaveLength(2);
  });

  it('asks for an answer when nothing has come for an hour', () => {
    open();
    sim.timers.advance(60 * MINUTE_MS + 1000);
    expect(pings()).toEqual([[3600, 'ping']]);
    sim.timers.advance(30_000);
    expect(sim.statuses).toEqual([2, 1]);
  });

  it('does not ask as long as something comes', () => {
    open();
    const [wire] = sim.connections;
    for (let minute = 0; minute < 100; minute += 50) {
      sim.timers.advance(50 * MINUTE_MS);
      wire?.send('{}');
    }
    expect(pings()).toEqual([]);
  });

  it('drops the connection when there is no answer, and dials anew', () => {
    open();
    sim.access.unplug();
    sim.timers.advance(60 * MINUTE_MS);
    sim.access.plugIn();
    expect(sim.statuses).toEqual([2, 1]);
    sim.timers.advance(11_000);
    expect(sim.statuses).toEqual([2, 1, 8, 2, 1]);
  });

  it.each(['online', 'visible'] as const)('asks when the platform says %s', (event) => {
    open();
    sim.notice(event);
    sim.timers.advance(1000);
    expect(pings()).toEqual([[0, 'ping']]);
    expect(sim.statuses).toEqual([2, 1]);
  });

  it('asks once at a time', () => {
    open();
    sim.notice('visible');
    sim.notice('visible');
    sim.timers.advance(1000);
    expect(pings()).toHaveLength(1);
    sim.notice('visible');
    sim.timers.advance(1000);
    expect(pings()).toHaveLength(2);
  });

  it('asks when a request was not answered, and drops what is silent then', () => {
    open();
    sim.access.unplug();
    sim.ask();
    sim.timers.advance(10_000);
    sim.access.plugIn();
    expect(sim.statuses).toEqual([2, 1]);
    sim.timers.advance(11_000);
    expect(sim.statuses).toEqual([2, 1, 8, 2, 1]);
  });

  it('keeps a connection that does not answer but speaks, and asks it again', () => {
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

  it('asks again where the last that came had been on its way when the connection died', () => {
    open();
    const [wire] = sim.connections;
    wire?.send('{}');
    sim.timers.advance(10);
    sim.notice('visible');
    // It has come, and the question has not got through.
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
