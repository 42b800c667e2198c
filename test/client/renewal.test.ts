import { beforeEach, describe, expect, it } from 'vitest';
import { NO_TROUBLE } from '../simulation/model-server.ts';
import { SimulatedEngine } from '../simulation/simulated-engine.ts';
import { watchDials } from '../simulation/simulated-network.ts';
import { MINUTE_MS } from '../simulation/virtual-timers.ts';
import { tokenOf } from '../support/token-of.ts';

let sim: SimulatedEngine;

beforeEach(() => {
  sim = new SimulatedEngine(() => 0.5);
});

const own = () => [...sim.network.wires.values()];
/** From now on, frames of this action take this long to reach the server. */
function slowDown(action: string, delayMs: number): void {
  const received = sim.server.received.bind(sim.server);
  sim.server.received = (wire, text) => {
    if (JSON.parse(text).action !== action) received(wire, text);
    else sim.timers.setTimeout(() => received(wire, text), delayMs);
  };
}

describe('a planned renewal', () => {
  it.each([
    [0, 105],
    [0.5, 110],
    [0.999999, 115],
  ])('with chance %d begins after %i minutes', (chance, minutes) => {
    let next = 0.5;
    sim = new SimulatedEngine(() => next);
    sim.connect(0);
    next = chance;
    sim.timers.advanceUntil(() => sim.statuses.includes(1));
    next = 0.5;
    sim.timers.advance(minutes * MINUTE_MS - 500);
    expect(sim.network.wires.size).toBe(1);
    sim.timers.advance(600);
    expect(sim.network.wires.size).toBe(2);
  });

  it('opens the new connection before the old one closes, and the membership stays online', () => {
    sim.enter();
    const [old] = sim.connections;
    sim.timers.advance(109 * MINUTE_MS);
    sim.timers.advanceUntil(() => sim.server.wires.size === 2);
    expect(old?.isOpen).toBe(true);
    let wasOnline = true;
    for (let ms = 0; ms < 2000; ms += 1) {
      sim.timers.advance(1);
      wasOnline &&= sim.server.isOnline('ann');
    }
    expect(wasOnline).toBe(true);
    expect(sim.connections).toHaveLength(1);
    expect(old?.isOpen).toBe(false);
    sim.timers.advance(10 * 60 * MINUTE_MS);
    expect(sim.statuses).toEqual([2, 1]);
    expect(sim.events).toEqual([
      ['connected', 0],
      ['joined', 0],
    ]);
  });

  it('keeps the login id', () => {
    const loginIds = new Set<string | null>();
    watchDials(sim.server, (wire) => {
      loginIds.add(wire.url.searchParams.get('instance'));
      expect(wire.url.searchParams.get('platform')).toBe('desktop');
    });
    sim.enter();
    sim.timers.advance(5 * 60 * MINUTE_MS);
    expect([...loginIds]).toHaveLength(1);
  });

  it('waits for operations under way on the old connection', async () => {
    sim.enter();
    sim.beginRenewal();
    const [old] = sim.connections;
    slowDown('send', 5000);
    await sim.send('one');
    sim.timers.advance(4000);
    expect(sim.connections).toHaveLength(2);
    sim.timers.advance(2000);
    expect(sim.sent.get('one')).toEqual([0]);
    sim.timers.advance(1000);
    expect(old?.isOpen).toBe(false);
    expect(sim.server.log.messages).toHaveLength(1);
    expect(sim.frames('send')).toHaveLength(1);
  });

  it('waits for requests that are about no room', () => {
    sim.enter();
    sim.beginRenewal();
    slowDown('history', 5000);
    sim.ask();
    sim.timers.advance(4000);
    expect(sim.connections).toHaveLength(2);
    sim.timers.advance(2000);
    expect(sim.connections).toHaveLength(1);
    expect(sim.frames('history')).toHaveLength(1);
  });

  it('ignores a ping that the old connection left open', () => {
    sim.enter();
    sim.beginRenewal();
    slowDown('ping', 20_000);
    sim.notice('visible');
    sim.timers.advance(40_000);
    expect(sim.connections).toHaveLength(1);
    expect(sim.network.dials).toBe(2);
  });

  it('repeats on the new connection what was lost on the old one', async () => {
    sim.enter();
    const [old] = sim.connections;
    sim.timers.advance(110 * MINUTE_MS - 3000);
    slowDown('join', 60_000);
    slowDown('repair', 9000);
    sim.server.trouble = { ...NO_TROUBLE, lostPush: 1 };
    sim.server.publish('bob', 'b1');
    sim.server.trouble = NO_TROUBLE;
    sim.server.publish('bob', 'b2');
    sim.timers.advanceUntil(() => sim.server.wires.size === 2);
    sim.timers.advance(200);
    old?.close();
    sim.timers.advance(20_000);
    expect(sim.handed).toEqual([1, 2]);
    expect(sim.statuses).toEqual([2, 1]);
  });

  it('resumes a membership that was joined on the old connection in between', () => {
    sim.connect(0);
    sim.timers.advance(110 * MINUTE_MS);
    sim.timers.advanceUntil(() => sim.network.wires.size === 2);
    sim.join();
    sim.timers.advance(3000);
    expect(sim.connections).toHaveLength(1);
    expect(sim.server.isOnline('ann')).toBe(true);
    sim.server.publish('bob', 'b1');
    sim.timers.advance(1000);
    expect(sim.handed).toEqual([1]);
  });

  it('delivers once what arrives on both connections', () => {
    sim.enter();
    const notice = { event: 'notice', kind: 'mute-room', room: 'r', userIds: [], durationMs: 0, extra: '' } as const;
    let notices = 0;
    sim.engine.setOnChatRoomNotifyBanListener(() => {
      notices += 1;
    });
    sim.timers.advance(109 * MINUTE_MS);
    sim.timers.advanceUntil(() => sim.server.wires.size === 2);
    for (let number = 0; number < 20; number += 1) {
      sim.server.publish('bob', `b${number}`);
      for (const wire of sim.connections) sim.server.push(wire, { ...notice, atMs: number });
      sim.timers.advance(20);
    }
    sim.timers.advance(1000);
    expect(sim.handed).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(notices).toBe(20);
  });

  it('is retried until the old connection ends, and then the client reconnects as usual', () => {
    sim.enter();
    sim.timers.advance(100 * MINUTE_MS);
    sim.server.refuseWith = 503;
    sim.timers.advance(19 * MINUTE_MS);
    expect(sim.statuses).toEqual([2, 1]);
    sim.timers.advance(2 * MINUTE_MS);
    expect(sim.statuses.slice(0, 4)).toEqual([2, 1, 8, 2]);
    sim.server.refuseWith = undefined;
    sim.timers.advance(MINUTE_MS);
    expect(sim.statuses.at(-1)).toBe(1);
    expect(sim.server.isOnline('ann')).toBe(true);
  });

  it('that succeeds late keeps the status, and the next one starts with a short delay', () => {
    sim.enter();
    sim.timers.advance(100 * MINUTE_MS);
    sim.server.refuseWith = 503;
    sim.timers.advance(15 * MINUTE_MS);
    sim.server.refuseWith = undefined;
    sim.timers.advance(100 * MINUTE_MS);
    expect(sim.statuses).toEqual([2, 1]);
    sim.server.refuseWith = 503;
    sim.timers.advanceUntil(() => sim.network.wires.size === 2);
    sim.timers.advanceUntil(() => sim.network.wires.size === 1);
    sim.server.refuseWith = undefined;
    sim.timers.advance(1000);
    expect(sim.connections).toHaveLength(1);
    expect(sim.connections[0]?.openedAtMs).toBeGreaterThan(sim.timers.nowMs - 1000);
  });

  it('falls back to the old connection if the new one is lost at once', async () => {
    sim.enter();
    const [old] = sim.connections;
    sim.timers.advance(109 * MINUTE_MS);
    sim.timers.advanceUntil(() => sim.server.wires.size === 2);
    const [, young] = sim.connections;
    // The new connection is open, and the room is not resumed yet.
    sim.server.trouble = { ...NO_TROUBLE, lostAnswer: 1 };
    sim.timers.advanceUntil(() => sim.frames('join').length === 2);
    sim.server.trouble = NO_TROUBLE;
    await sim.send('one');
    young?.close();
    sim.timers.advance(400);
    expect(old?.isOpen).toBe(true);
    expect(sim.sent.get('one')).toEqual([0]);
    sim.timers.advance(20_000);
    expect(old?.isOpen).toBe(false);
    expect(sim.statuses).toEqual([2, 1]);
    expect(sim.server.isOnline('ann')).toBe(true);
    expect(sim.server.log.messages).toHaveLength(1);
  });

  it('resumes on the old connection a membership that was joined on the lost new one', () => {
    sim.connect(0);
    sim.timers.advance(110 * MINUTE_MS);
    sim.timers.advanceUntil(() => sim.network.wires.size === 2);
    slowDown('history', 9000);
    sim.ask();
    sim.timers.advanceUntil(() => sim.server.wires.size === 2);
    sim.timers.advance(500);
    sim.join();
    sim.timers.advance(1000);
    const [, young] = sim.connections;
    sim.server.refuseWith = 503;
    young?.close();
    sim.timers.advance(1000);
    expect(sim.statuses).toEqual([2, 1]);
    expect(sim.connections).toHaveLength(1);
    expect(sim.server.isOnline('ann')).toBe(true);
  });

  it('pings the old connection after falling back to it', () => {
    sim.enter();
    const [old, ...none] = own();
    expect(none).toEqual([]);
    sim.timers.advance(109 * MINUTE_MS);
    sim.timers.advanceUntil(() => sim.server.wires.size === 2);
    const [, young] = own();
    sim.timers.advance(60);
    if (old !== undefined) old.isDead = true;
    sim.server.refuseWith = 503;
    young?.reset();
    sim.timers.advance(9000);
    expect(sim.statuses).toEqual([2, 1]);
    sim.timers.advance(2000);
    expect(sim.statuses.slice(2, 3)).toEqual([8]);
  });

  it('abandons an old connection that never ended when the next renewal comes', () => {
    sim.enter();
    const [old] = own();
    sim.timers.advance(109 * MINUTE_MS);
    sim.server.trouble = { ...NO_TROUBLE, unknown: 1 };
    sim.timers.advanceUntil(() => sim.server.wires.size === 2);
    if (old !== undefined) old.isDead = true;
    sim.timers.advance(109 * MINUTE_MS);
    sim.timers.advanceUntil(() => sim.server.wires.size === 2);
    old?.reset();
    sim.timers.advance(1000);
    sim.server.trouble = NO_TROUBLE;
    sim.timers.advance(MINUTE_MS);
    expect(sim.statuses).toEqual([2, 1]);
    expect(sim.connections).toHaveLength(1);
    expect(sim.server.isOnline('ann')).toBe(true);
  });

  it('continues on the new connection if the old one is lost before everything has moved', async () => {
    sim.enter();
    const [old] = sim.connections;
    sim.timers.advance(109 * MINUTE_MS);
    sim.timers.advanceUntil(() => sim.server.wires.size === 2);
    sim.timers.advance(60);
    slowDown('history', 1000);
    sim.ask();
    await sim.send('one');
    old?.close();
    sim.timers.advance(2000);
    expect(sim.frames('history')).toHaveLength(1);
    expect(sim.statuses).toEqual([2, 1]);
    expect(sim.sent.get('one')).toEqual([0]);
    expect(sim.server.log.messages).toHaveLength(1);
    expect(sim.connections).toHaveLength(1);
  });

  it('is not retried with an expired token; 31020 comes when the old connection is lost', () => {
    const expiresAtMs = sim.timers.nowMs + 60 * MINUTE_MS;
    sim.connect(0, tokenOf({ sub: 'ann', exp: expiresAtMs / 1000 }));
    sim.timers.advance(1000);
    sim.timers.advance(60 * MINUTE_MS);
    sim.server.refuseWith = 401;
    let dials = 0;
    watchDials(sim.server, () => {
      dials += 1;
    });
    sim.timers.advance(58 * MINUTE_MS);
    expect(sim.statuses).toEqual([2, 1]);
    expect(dials).toBe(1);
    sim.timers.advance(3 * MINUTE_MS);
    expect(sim.statuses).toEqual([2, 1, 8, 2, 5]);
    expect(dials).toBe(2);
    expect(sim.pendingTimers).toBe(0);
  });

  it.each([0, 30, 60, 120, 200, 400])('ends with destroy, %i ms after it began', async (ms) => {
    sim.enter();
    sim.beginRenewal();
    sim.timers.advance(ms);
    await sim.engine.destroy();
    expect(sim.pendingTimers).toBe(0);
    sim.timers.advance(3 * 60 * MINUTE_MS);
    expect(sim.network.wires.size).toBe(0);
    expect(sim.timers.size).toBe(0);
  });
});
