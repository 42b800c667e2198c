import { beforeEach, describe, expect, it } from 'vitest';
import { NO_TROUBLE } from '../simulation/model-server.ts';
import { SimulatedEngine } from '../simulation/simulated-engine.ts';
import type { Wire } from '../simulation/simulated-network.ts';
import { MINUTE_MS } from '../simulation/virtual-timers.ts';
import { tokenOf } from '../support/token-of.ts';

const DAY_MS = 24 * 60 * MINUTE_MS;
const EXPIRED = { code: 31020 };

let sim: SimulatedEngine;
/** How often the engine has asked for a token. */
let fetched: number;

/** Time passes in steps, and promises of the app settle after each. */
async function pass(ms: number): Promise<void> {
  for (let step = 0; step < 50; step += 1) {
    sim.timers.advance(ms / 50);
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  }
}

/** Connects with a function that fetches tokens of an hour, and joins. */
async function enter(): Promise<Wire> {
  const fetchToken = () => {
    fetched += 1;
    const iat = sim.timers.nowMs / 1000;
    return tokenOf({ sub: 'ann', iat, exp: iat + 3600, fetched });
  };
  void sim.engine.connect(fetchToken, 0);
  sim.join();
  await pass(1000);
  const [wire] = sim.connections;
  if (wire === undefined) throw new Error('unable to enter; there is no connection');
  return wire;
}

/** From now on the server refuses what comes over this connection, but for heartbeats. */
function expire(wire: Wire): void {
  sim.server.override = ({ action }, from) => (from === wire && action !== 'beat' ? EXPIRED : undefined);
}

/** The app has seen no interruption, and there is one connection with another token. */
function expectMoved(old: Wire): void {
  expect(sim.statuses).toEqual([2, 1]);
  expect(sim.connections).toHaveLength(1);
  expect(sim.connections).not.toContain(old);
  expect(sim.server.isOnline('ann')).toBe(true);
}

beforeEach(() => {
  sim = new SimulatedEngine(() => 0.5);
  fetched = 0;
});

describe('a frame that is refused with 31020, where the app gave a function for tokens', () => {
  it('is sent again over a link with another token', async () => {
    const old = await enter();
    expire(old);
    await sim.send('one');
    await sim.send('two');
    await pass(5000);
    expect([...sim.sent.values()]).toEqual([[0], [0]]);
    expect(sim.server.log.messages).toHaveLength(2);
    expect(fetched).toBe(2);
    expectMoved(old);
  });

  it('does not end the session if it is a repair', async () => {
    const old = await enter();
    expire(old);
    sim.server.trouble = { ...NO_TROUBLE, lostPush: 1 };
    sim.server.publish('bob', 'b1');
    sim.server.trouble = NO_TROUBLE;
    sim.server.publish('bob', 'b2');
    await pass(5000);
    expect(sim.handed).toEqual([1, 2]);
    expectMoved(old);
  });

  it('does not end the session if it is the resume after a loss', async () => {
    await enter();
    let refused = 0;
    sim.server.override = ({ action }) => {
      if (action !== 'join' || refused === 2) return undefined;
      refused += 1;
      return EXPIRED;
    };
    sim.access.reset();
    await pass(10_000);
    expect(sim.statuses).toEqual([2, 1, 8, 2, 1]);
    expect(sim.server.isOnline('ann')).toBe(true);
    expect(refused).toBe(2);
  });

  it('waits as long as there is no other token, and what is pushed still arrives', async () => {
    const old = await enter();
    expire(old);
    sim.server.refuseWith = 503;
    await sim.send('one');
    await pass(10_000);
    sim.server.publish('bob', 'b1');
    await pass(10_000);
    expect(sim.handed).toEqual([1]);
    expect(sim.frames('send')).toHaveLength(1);
    sim.server.refuseWith = undefined;
    await pass(9000);
    expect(sim.sent.get('one')).toEqual([0]);
    expectMoved(old);
  });

  it('does not end a session that is about to move to another link', async () => {
    const old = await enter();
    const received = sim.server.received.bind(sim.server);
    sim.server.received = (wire, text) => {
      if (wire !== old || JSON.parse(text).action !== 'history') received(wire, text);
      else sim.timers.setTimeout(() => received(wire, text), 5000);
    };
    await pass(55 * MINUTE_MS - 2000);
    sim.ask();
    expire(old);
    await pass(20_000);
    expect(sim.frames('history')).toHaveLength(2);
    expect(fetched).toBe(2);
    expectMoved(old);
  });
});

describe('the life of a fetched token', () => {
  it('ends for the next dial where the device has slept, or its clock was set ahead', async () => {
    await enter();
    sim.sleep(DAY_MS);
    await pass(30 * MINUTE_MS);
    expect(fetched).toBe(1);
    sim.access.reset();
    await pass(MINUTE_MS);
    expect(fetched).toBeGreaterThan(1);
  });

  it('does not change where the clock is set back by two days', async () => {
    await enter();
    sim.clockShiftMs = -2 * DAY_MS;
    await pass(30 * MINUTE_MS);
    sim.access.reset();
    await pass(20 * MINUTE_MS);
    expect(fetched).toBe(1);
    await pass(6 * MINUTE_MS);
    expect(fetched).toBe(2);
  });

  it('is that from its issue to its end where the clock is half an hour ahead', async () => {
    sim.clockShiftMs = 30 * MINUTE_MS;
    await enter();
    await pass(50 * MINUTE_MS);
    expect(fetched).toBe(1);
  });

  it('leaves no timer after the end', async () => {
    await enter();
    await sim.engine.disconnect(false);
    expect(sim.pendingTimers).toBe(0);
  });
});
