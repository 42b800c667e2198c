import { beforeEach, describe, expect, it } from 'vitest';
import { SimulatedEngine } from '../simulation/simulated-engine.ts';
import { watchDials } from '../simulation/simulated-network.ts';
import { MINUTE_MS } from '../simulation/virtual-timers.ts';
import { tokenOf } from '../support/token-of.ts';

const [OFFLINE, CONNECTED, CONNECTING, UNCONNECTED, KICKED, TOKEN_INCORRECT, , SIGN_OUT, SUSPEND, TIMEOUT] = [
  ...Array(10).keys(),
];

let sim: SimulatedEngine;

beforeEach(() => {
  sim = new SimulatedEngine(() => 0.5);
});

describe('the status', () => {
  it('is told in its order while the connection comes, goes and comes back', () => {
    sim.server.refuseWith = 503;
    sim.connect(0);
    sim.timers.advance(200);
    sim.server.refuseWith = undefined;
    sim.timers.advance(1000);
    sim.access.reset();
    sim.timers.advance(1000);
    expect(sim.statuses).toEqual([CONNECTING, SUSPEND, CONNECTING, CONNECTED, SUSPEND, CONNECTING, CONNECTED]);
  });

  it.each([
    [false, SIGN_OUT],
    [true, UNCONNECTED],
  ])('after disconnect(%s) is %i', async (receivePush, status) => {
    sim.connect(0);
    sim.timers.advance(1000);
    await sim.engine.disconnect(receivePush);
    expect(sim.statuses).toEqual([CONNECTING, CONNECTED, status]);
  });

  it('is that the network is unavailable while the platform says so', () => {
    sim.connect(0);
    sim.timers.advance(1000);
    sim.notice('offline');
    sim.access.unplug();
    sim.access.reset();
    sim.timers.advance(MINUTE_MS);
    sim.access.plugIn();
    sim.notice('online');
    sim.timers.advance(1000);
    expect(sim.statuses).toEqual([CONNECTING, CONNECTED, OFFLINE, CONNECTING, CONNECTED]);
  });

  it('is connected again once the server is heard', () => {
    sim.connect(0);
    sim.timers.advance(1000);
    sim.notice('offline');
    sim.timers.advance(1000);
    expect(sim.statuses.at(-1)).toBe(OFFLINE);
    sim.notice('online');
    expect(sim.statuses.at(-1)).toBe(CONNECTING);
    sim.timers.advance(1000);
    expect(sim.statuses).toEqual([CONNECTING, CONNECTED, OFFLINE, CONNECTING, CONNECTED]);
    expect(sim.server.wires.size).toBe(1);
  });

  it('does not believe a platform that is wrong', () => {
    sim.notice('offline');
    sim.connect(0);
    sim.timers.advance(1000);
    expect(sim.statuses).toEqual([OFFLINE, CONNECTED]);
  });

  it('ends with another device, and nobody tries again', () => {
    sim.connect(0);
    sim.timers.advance(1000);
    for (const wire of sim.connections) {
      sim.server.push(wire, { event: 'closing', code: 31010, message: 'another device' });
    }
    sim.timers.advance(3 * 60 * MINUTE_MS);
    expect(sim.statuses).toEqual([CONNECTING, CONNECTED, KICKED]);
    expect(sim.pendingTimers).toBe(0);
  });
});

describe('connecting', () => {
  it('tries until it works where no time is given', () => {
    sim.server.refuseWith = 503;
    sim.connect(0);
    sim.timers.advance(60 * MINUTE_MS);
    expect(sim.events).toEqual([]);
    sim.server.refuseWith = undefined;
    sim.timers.advance(MINUTE_MS);
    expect(sim.events).toEqual([['connected', 0]]);
  });

  it('gives up after its time', () => {
    sim.access.unplug();
    sim.connect(30);
    sim.timers.advance(29_999);
    expect(sim.events).toEqual([]);
    sim.timers.advance(1);
    expect(sim.events).toEqual([['connected', 34006]]);
    expect(sim.statuses.at(-1)).toBe(TIMEOUT);
    expect(sim.pendingTimers).toBe(0);
  });

  it('comes back for ever after it has worked once, whatever its time', () => {
    sim.connect(30);
    sim.timers.advance(1000);
    sim.server.refuseWith = 503;
    sim.access.reset();
    sim.timers.advance(10 * MINUTE_MS);
    sim.server.refuseWith = undefined;
    sim.timers.advance(MINUTE_MS);
    expect(sim.statuses.at(-1)).toBe(CONNECTED);
    expect(sim.events).toEqual([['connected', 0]]);
  });

  it('ends with what the server says of the token', () => {
    sim.server.refuseWith = 401;
    sim.connect(0);
    sim.timers.advance(1000);
    expect(sim.events).toEqual([['connected', 31004]]);
    expect(sim.statuses).toEqual([CONNECTING, TOKEN_INCORRECT]);
  });

  it('waits longer and longer, but not more than 15 s', () => {
    sim.server.refuseWith = 503;
    const triedAtMs: number[] = [];
    watchDials(sim.server, () => {
      triedAtMs.push(sim.timers.nowMs);
    });
    sim.connect(0);
    sim.timers.advance(2 * MINUTE_MS);
    const waits = triedAtMs.slice(1).map((atMs, index) => atMs - (triedAtMs[index] ?? 0));
    const roundTripMs = 2 * 55;
    expect(waits.slice(0, 7).map((waitMs) => waitMs - roundTripMs)).toEqual([250, 500, 1000, 2000, 4000, 7500, 7500]);
  });

  /** How long it takes from a loss to the next status CONNECTING. */
  const waitMs = (): number => {
    while (sim.statuses.at(-1) !== SUSPEND) sim.timers.advance(1);
    const sinceMs = sim.timers.nowMs;
    while (sim.statuses.at(-1) !== CONNECTING) sim.timers.advance(1);
    return sim.timers.nowMs - sinceMs;
  };

  /** Loses what has been connected this long. */
  const loseAfter = (ms: number) => {
    while (sim.statuses.at(-1) !== CONNECTED) sim.timers.advance(1);
    sim.timers.advance(ms);
    sim.access.reset();
  };

  it('begins with a short wait again once the server has answered, and not before', () => {
    sim.server.refuseWith = 503;
    sim.connect(0);
    expect([waitMs(), waitMs(), waitMs()]).toEqual([250, 500, 1000]);
    sim.server.refuseWith = undefined;
    loseAfter(200);
    expect(waitMs()).toBe(2000);
    sim.timers.advance(200);
    for (const wire of sim.connections) wire.send('{}');
    loseAfter(200);
    expect(waitMs()).toBe(4000);
    sim.timers.advance(200);
    sim.ask();
    loseAfter(200);
    expect(waitMs()).toBe(250);
  });

  it('waits longer and longer where the server takes every new connection for closed', () => {
    sim.enter();
    sim.server.override = ({ action }) => (action === 'join' ? { code: 30001 } : undefined);
    sim.access.reset();
    expect([waitMs(), waitMs(), waitMs(), waitMs()]).toEqual([250, 500, 1000, 2000]);
  });

  it('begins with a short wait again after a connection that has lasted a minute', () => {
    sim.server.refuseWith = 503;
    sim.connect(0);
    expect([waitMs(), waitMs(), waitMs()]).toEqual([250, 500, 1000]);
    sim.server.refuseWith = undefined;
    loseAfter(MINUTE_MS - 200);
    expect(waitMs()).toBe(2000);
    loseAfter(MINUTE_MS);
    expect(waitMs()).toBe(250);
  });

  it('does not wait for a handshake that began without a network when the platform says online', () => {
    sim.access.unplug();
    sim.connect(0);
    sim.timers.advance(5000);
    sim.access.plugIn();
    sim.notice('online');
    sim.timers.advance(200);
    expect(sim.statuses).toEqual([CONNECTING, CONNECTED]);
    expect(sim.network.wires.size).toBe(1);
    sim.timers.advance(MINUTE_MS);
    expect(sim.network.dials).toBe(2);
  });

  it('waits a short time when it fails again after online', () => {
    sim.server.refuseWith = 503;
    sim.connect(0);
    expect([waitMs(), waitMs(), waitMs()]).toEqual([250, 500, 1000]);
    sim.notice('online');
    expect(waitMs()).toBe(250);
  });

  it('does not take the token for expired by a clock that the server has proved wrong', () => {
    sim.clockShiftMs = 48 * 60 * MINUTE_MS;
    sim.connect(0, tokenOf({ sub: 'ann', exp: (sim.timers.nowMs + 24 * 60 * MINUTE_MS) / 1000 }));
    loseAfter(1000);
    sim.server.refuseWith = 503;
    sim.timers.advance(1000);
    sim.server.refuseWith = undefined;
    sim.timers.advance(MINUTE_MS);
    expect(sim.statuses.at(-1)).toBe(CONNECTED);
  });

  it('has a longer time than a timer can hold', () => {
    sim.access.unplug();
    sim.connect(30 * 24 * 3600);
    sim.timers.advance(MINUTE_MS);
    expect(sim.events).toEqual([]);
  });

  it.each(['online', 'visible'] as const)('does not wait any longer when the platform says %s', (event) => {
    sim.access.unplug();
    sim.connect(0);
    sim.timers.advance(40_000);
    while (sim.statuses.at(-1) !== SUSPEND) sim.timers.advance(100);
    sim.access.plugIn();
    sim.notice(event);
    expect(sim.statuses.at(-1)).toBe(CONNECTING);
    sim.timers.advance(200);
    expect(sim.statuses.at(-1)).toBe(CONNECTED);
  });

  it('is given up by a listener in the middle of it', () => {
    sim.engine.setOnConnectionStatusChangedListener((status) => {
      sim.statuses.push(status);
      if (status === CONNECTING) void sim.engine.disconnect(false);
    });
    sim.connect(0);
    sim.timers.advance(MINUTE_MS);
    expect(sim.statuses).toEqual([CONNECTING, SIGN_OUT]);
    expect(sim.events).toEqual([['connected', 30001]]);
    expect(sim.network.wires.size).toBe(0);
  });

  it('that is taken back at once ends with 30001, and what was asked meanwhile too', () => {
    sim.connect(0);
    void sim.engine.leaveChatRoom('r', { onChatRoomLeft: (code) => sim.events.push(['left', code]) });
    void sim.engine.disconnect(false);
    sim.timers.advance(MINUTE_MS);
    expect(sim.events).toEqual([
      ['left', 30001],
      ['connected', 30001],
    ]);
    expect(sim.network.wires.size).toBe(0);
  });

  it('twice at once connects once', () => {
    sim.connect(0);
    sim.connect(0);
    sim.timers.advance(1000);
    expect(sim.events).toEqual([
      ['connected', 34001],
      ['connected', 0],
    ]);
    expect(sim.server.wires.size).toBe(1);
  });

  it('is one login until the app connects once more', async () => {
    const instances: (string | null)[] = [];
    watchDials(sim.server, (wire) => {
      instances.push(wire.url.searchParams.get('instance'));
    });
    sim.connect(0);
    sim.timers.advance(1000);
    sim.access.reset();
    sim.timers.advance(MINUTE_MS);
    await sim.engine.disconnect(false);
    sim.connect(0);
    sim.timers.advance(MINUTE_MS);
    const [first, comeBack, next] = instances;
    expect(instances).toHaveLength(3);
    expect(comeBack).toBe(first);
    expect(first).toMatch(/^[a-z0-9]+_1$/);
    expect(next).toBe(first?.replace('_1', '_2'));
  });

  it('as another user at the end of the former leaves nothing of that waiting', () => {
    sim.server.refuseWith = 503;
    const onConnected = (code: number) => {
      sim.events.push(['connected', code]);
      sim.connect(0, tokenOf({ sub: 'bob' }));
    };
    void sim.engine.connect(tokenOf({ sub: 'ann' }), 5, { onConnected });
    sim.join();
    sim.timers.advance(6000);
    expect(sim.events).toEqual([
      ['joined', 30001],
      ['connected', 34006],
    ]);
  });

  it('in answer to its end is not stopped by that', () => {
    sim.server.refuseWith = 503;
    sim.engine.setOnConnectionStatusChangedListener((status) => {
      if (status !== TIMEOUT) return;
      sim.server.refuseWith = undefined;
      sim.connect(0);
      sim.join();
    });
    sim.connect(5);
    sim.timers.advance(10_000);
    expect(sim.events).toEqual([
      ['connected', 34006],
      ['connected', 0],
      ['joined', 0],
    ]);
  });

  it('as another user afterwards leaves nothing of the former', async () => {
    sim.enter();
    await sim.engine.disconnect(false);
    sim.connect(0, tokenOf({ sub: 'bob' }));
    sim.timers.advance(1000);
    expect(sim.frames('join')).toHaveLength(1);
  });
});

describe('the end', () => {
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
    expect([...sim.sent.values()]).toEqual([[30003], [30001]]);
    expect(sim.listeners.size).toBe(call === 'destroy' ? 0 : 1);
    sim.access.detectDead();
    sim.timers.advance(MINUTE_MS);
    expect(sim.network.wires.size).toBe(0);
  });

  it.each([10, 200, 5_000, 20_000])('comes %i ms after the network is gone', async (afterMs) => {
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
