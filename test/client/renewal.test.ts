import { beforeEach, describe, expect, it } from 'vitest';
import { NO_TROUBLE } from './model-server.ts';
import { tokenOf } from './scripted-engine.ts';
import { MINUTE_MS, SimulatedEngine } from './simulated-engine.ts';

let sim: SimulatedEngine;

beforeEach(() => {
  sim = new SimulatedEngine(() => 0.5);
});

const wires = () => [...sim.server.wires.keys()];
const until = (isSo: () => boolean) => {
  while (!isSo()) sim.timers.advance(1);
};

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
    until(() => sim.statuses.includes(1));
    next = 0.5;
    sim.timers.advance(minutes * MINUTE_MS - 500);
    expect(sim.network.wires.size).toBe(1);
    sim.timers.advance(600);
    expect(sim.network.wires.size).toBe(2);
  });

  it('is there before the old connection goes, and nobody notices', () => {
    sim.enter();
    const [old] = wires();
    sim.timers.advance(109 * MINUTE_MS);
    until(() => sim.server.wires.size === 2);
    expect(old?.isOpen).toBe(true);
    let wasOnline = true;
    for (let ms = 0; ms < 2000; ms += 1) {
      sim.timers.advance(1);
      wasOnline &&= sim.server.isOnline('ann');
    }
    expect(wasOnline).toBe(true);
    expect(wires()).toHaveLength(1);
    expect(old?.isOpen).toBe(false);
    sim.timers.advance(10 * 60 * MINUTE_MS);
    expect(sim.statuses).toEqual([2, 1]);
    expect(sim.told).toEqual([
      ['connected', 0],
      ['joined', 0],
    ]);
  });

  it('is of the same run of the client', () => {
    const instances = new Set<string | null>();
    const connect = sim.server.connect.bind(sim.server);
    sim.server.connect = (wire) => {
      instances.add(wire.url.searchParams.get('instance'));
      expect(wire.url.searchParams.get('platform')).toBe('desktop');
      connect(wire);
    };
    sim.enter();
    sim.timers.advance(5 * 60 * MINUTE_MS);
    expect([...instances]).toHaveLength(1);
  });

  it('waits for what is under way on the old connection', async () => {
    sim.enter();
    sim.timers.advance(109 * MINUTE_MS);
    until(() => sim.network.wires.size === 2);
    const [old] = wires();
    const received = sim.server.received.bind(sim.server);
    sim.server.received = (wire, text) => {
      const isSlow = JSON.parse(text).action === 'send';
      sim.timers.setTimeout(() => received(wire, text), isSlow ? 5000 : 0);
    };
    sim.send('one');
    await Promise.resolve();
    sim.timers.advance(4000);
    expect(wires()).toHaveLength(2);
    sim.timers.advance(2000);
    expect(sim.sent.get('one')).toEqual([0]);
    sim.timers.advance(1000);
    expect(old?.isOpen).toBe(false);
    expect(sim.server.log).toHaveLength(1);
    expect(sim.frames('send')).toHaveLength(1);
  });

  it('brings in who joined by the old connection meanwhile', () => {
    sim.connect(0);
    sim.timers.advance(110 * MINUTE_MS);
    until(() => sim.network.wires.size === 2);
    void sim.engine.joinChatRoom('r', -1, true);
    sim.timers.advance(3000);
    expect(wires()).toHaveLength(1);
    expect(sim.server.isOnline('ann')).toBe(true);
    sim.server.publish('bob', 'b1');
    sim.timers.advance(1000);
    expect(sim.handed).toEqual([1]);
  });

  it('hands out once what comes by both', () => {
    sim.enter();
    const notice = { event: 'notice', kind: 'mute-room', room: 'r', userIds: [], durationMs: 0, extra: '' } as const;
    let notices = 0;
    sim.engine.setOnChatRoomNotifyBanListener(() => {
      notices += 1;
    });
    sim.timers.advance(109 * MINUTE_MS);
    until(() => sim.server.wires.size === 2);
    for (let number = 0; number < 20; number += 1) {
      sim.server.publish('bob', `b${number}`);
      for (const wire of wires()) sim.server.push(wire, { ...notice, atMs: number });
      sim.timers.advance(20);
    }
    sim.timers.advance(1000);
    expect(sim.handed).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
    expect(notices).toBe(20);
  });

  it('is tried again until the old connection ends, and then it comes back as ever', () => {
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

  it('that works in the end is not noticed either', () => {
    sim.enter();
    sim.timers.advance(100 * MINUTE_MS);
    sim.server.refuseWith = 503;
    sim.timers.advance(15 * MINUTE_MS);
    sim.server.refuseWith = undefined;
    sim.timers.advance(100 * MINUTE_MS);
    expect(sim.statuses).toEqual([2, 1]);
  });

  it('goes back to the old connection where the new one is lost at once', async () => {
    sim.enter();
    const [old] = wires();
    sim.timers.advance(109 * MINUTE_MS);
    until(() => sim.server.wires.size === 2);
    const [, young] = wires();
    // The new one is open, and the room not resumed yet.
    sim.server.trouble = { ...NO_TROUBLE, lostAnswer: 1 };
    until(() => sim.frames('join').length === 2);
    sim.server.trouble = NO_TROUBLE;
    sim.send('one');
    await Promise.resolve();
    young?.close();
    sim.timers.advance(400);
    expect(old?.isOpen).toBe(true);
    expect(sim.sent.get('one')).toEqual([0]);
    sim.timers.advance(20_000);
    expect(old?.isOpen).toBe(false);
    expect(sim.statuses).toEqual([2, 1]);
    expect(sim.server.isOnline('ann')).toBe(true);
    expect(sim.server.log).toHaveLength(1);
  });

  it('goes on with the new connection where the old one is lost before everything has moved', async () => {
    sim.enter();
    const [old] = wires();
    sim.timers.advance(109 * MINUTE_MS);
    until(() => sim.server.wires.size === 2);
    sim.send('one');
    await Promise.resolve();
    old?.close();
    sim.timers.advance(2000);
    expect(sim.statuses).toEqual([2, 1]);
    expect(sim.sent.get('one')).toEqual([0]);
    expect(sim.server.log).toHaveLength(1);
    expect(wires()).toHaveLength(1);
  });

  it('is not tried again with a token that has expired; 31020 comes when the old connection is lost', () => {
    const expiresAtMs = sim.timers.nowMs + 60 * MINUTE_MS;
    sim.connect(0, tokenOf({ sub: 'ann', exp: expiresAtMs / 1000 }));
    sim.timers.advance(1000);
    sim.timers.advance(60 * MINUTE_MS);
    sim.server.refuseWith = 401;
    let dials = 0;
    const connect = sim.server.connect.bind(sim.server);
    sim.server.connect = (wire) => {
      dials += 1;
      connect(wire);
    };
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
    sim.timers.advance(109 * MINUTE_MS);
    until(() => sim.network.wires.size === 2);
    sim.timers.advance(ms);
    await sim.engine.destroy();
    expect(sim.pendingTimers).toBe(0);
    sim.timers.advance(3 * 60 * MINUTE_MS);
    expect(sim.network.wires.size).toBe(0);
    expect(sim.timers.size).toBe(0);
  });
});
