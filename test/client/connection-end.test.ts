import { beforeEach, describe, expect, it } from 'vitest';
import { SimulatedEngine } from '../simulation/simulated-engine.ts';
import { MINUTE_MS } from '../simulation/virtual-timers.ts';

let sim: SimulatedEngine;

beforeEach(() => {
  sim = new SimulatedEngine(() => 0.5);
});

describe('the end of a connection', () => {
  it.each(['disconnect', 'destroy'] as const)('by %s stops every timer, listener and socket', async (call) => {
    sim.enter();
    sim.server.publish('bob', 'b1');
    sim.server.publish('bob', 'b2');
    sim.timers.advance(1);
    await sim.send('one');
    sim.access.unplug();
    sim.timers.advance(15_000);
    sim.notice('online');
    sim.access.plugIn();
    await sim.send('two');
    await sim.engine[call](false);
    expect(sim.pendingTimers).toBe(0);
    expect([...sim.sent.values()]).toEqual([[30001], [30001]]);
    expect(sim.listeners.size).toBe(call === 'destroy' ? 0 : 1);
    sim.access.detectDead();
    sim.timers.advance(MINUTE_MS);
    expect(sim.network.wires.size).toBe(0);
  });

  it.each([10, 200, 5_000, 20_000])('stops everything %i ms after the network is gone', async (afterMs) => {
    sim.enter();
    sim.access.unplug();
    sim.access.reset();
    await sim.send('one');
    sim.timers.advance(afterMs);
    await sim.engine.destroy();
    expect(sim.pendingTimers).toBe(0);
    expect(sim.sent.get('one')).toHaveLength(1);
    sim.timers.advance(3 * 60 * MINUTE_MS);
    expect(sim.timers.size).toBe(0);
    expect(sim.sent.get('one')).toHaveLength(1);
  });
});
