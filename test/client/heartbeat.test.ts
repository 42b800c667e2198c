import { beforeEach, describe, expect, it } from 'vitest';
import { MINUTE_MS, SimulatedEngine } from './simulated-engine.ts';

let sim: SimulatedEngine;

beforeEach(() => {
  sim = new SimulatedEngine(() => 0.5);
});

/** When the server got each ping, in seconds since the connection was opened, and the id. */
function pings(): (readonly [number, string])[] {
  return pinged.map(([atMs, id]) => [Math.floor((atMs - openedAtMs) / 1000), id] as const);
}

let openedAtMs: number;
let pinged: (readonly [number, string])[];

/** Connects; the time counts from the opening. */
function open(): void {
  sim.connect(0);
  while (!sim.statuses.includes(1)) sim.timers.advance(1);
  openedAtMs = sim.timers.nowMs;
  pinged = [];
  const received = sim.server.received.bind(sim.server);
  sim.server.received = (wire, text) => {
    const { action, id } = JSON.parse(text) as { action: string; id: string };
    if (action === 'ping') pinged.push([sim.timers.nowMs, id]);
    received(wire, text);
  };
}

const say = () => void sim.engine.getChatRoomMessages('other', 0, 0, 1);

describe('the heartbeat', () => {
  it('is a ping that nobody answers, every two minutes', () => {
    open();
    sim.timers.advance(5 * MINUTE_MS);
    expect(pings()).toEqual([
      [120, ''],
      [240, ''],
    ]);
  });

  it('is put off by any frame', () => {
    open();
    sim.timers.advance(10_000);
    say();
    sim.timers.advance(119_900);
    expect(pings()).toEqual([]);
    sim.timers.advance(200);
    expect(pings()).toEqual([[130, '']]);
  });

  it('asks for an answer when nothing has come for an hour', () => {
    open();
    sim.timers.advance(60 * MINUTE_MS + 1000);
    expect(pings().filter(([, id]) => id !== '')).toEqual([[3600, expect.any(String)]]);
    sim.timers.advance(30_000);
    expect(sim.statuses).toEqual([2, 1]);
  });

  it('does not ask as long as something comes', () => {
    open();
    const [wire] = sim.server.wires.keys();
    for (let minute = 0; minute < 100; minute += 50) {
      sim.timers.advance(50 * MINUTE_MS);
      wire?.send('{}');
    }
    expect(pings().filter(([, id]) => id !== '')).toEqual([]);
  });

  it('drops the connection when there is no answer, and dials anew', () => {
    open();
    sim.access.cut();
    sim.timers.advance(60 * MINUTE_MS);
    sim.access.restore();
    expect(sim.statuses).toEqual([2, 1]);
    sim.timers.advance(11_000);
    expect(sim.statuses).toEqual([2, 1, 8, 2, 1]);
  });

  it.each(['online', 'visible'] as const)('asks when the platform says %s', (event) => {
    open();
    sim.notice(event);
    sim.timers.advance(1000);
    expect(pings()).toEqual([[0, expect.stringMatching(/./)]]);
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
    sim.access.cut();
    say();
    sim.timers.advance(10_000);
    sim.access.restore();
    expect(sim.statuses).toEqual([2, 1]);
    sim.timers.advance(11_000);
    expect(sim.statuses).toEqual([2, 1, 8, 2, 1]);
  });

  it('keeps a connection that does not answer but speaks', () => {
    open();
    sim.server.trouble = { ...sim.server.trouble, lostAnswer: 1 };
    const [wire] = sim.server.wires.keys();
    say();
    sim.timers.advance(11_000);
    wire?.send('{"message":"Internal server error"}');
    sim.timers.advance(60_000);
    expect(sim.statuses).toEqual([2, 1]);
  });

  it('stops with the connection', async () => {
    open();
    await sim.engine.disconnect(true);
    expect(sim.pendingTimers).toBe(0);
    sim.timers.advance(20 * MINUTE_MS);
    expect(pings()).toEqual([]);
  });
});
