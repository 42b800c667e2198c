import { beforeEach, describe, expect, it } from 'vitest';
import { RCIMIWConversationType } from '../../lib/client/index.ts';
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
  it('is reported in order while the client connects, loses the connection and reconnects', () => {
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

  it('is "network unavailable" while the platform is offline', () => {
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

  it('is "connected" again as soon as the server answers', () => {
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

  it('is "connected" even if the platform wrongly says offline', () => {
    sim.notice('offline');
    sim.connect(0);
    sim.timers.advance(1000);
    expect(sim.statuses).toEqual([OFFLINE, CONNECTED]);
  });

  it('is "kicked" after a login on another device, and the client does not reconnect', () => {
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
  it('retries until it works without a timeout', () => {
    sim.server.refuseWith = 503;
    sim.connect(0);
    sim.timers.advance(60 * MINUTE_MS);
    expect(sim.events).toEqual([]);
    sim.server.refuseWith = undefined;
    sim.timers.advance(MINUTE_MS);
    expect(sim.events).toEqual([['connected', 0]]);
  });

  it('gives up after its timeout', () => {
    sim.access.unplug();
    sim.connect(30);
    sim.timers.advance(29_999);
    expect(sim.events).toEqual([]);
    sim.timers.advance(1);
    expect(sim.events).toEqual([['connected', 34006]]);
    expect(sim.statuses.at(-1)).toBe(TIMEOUT);
    expect(sim.pendingTimers).toBe(0);
  });

  it('reconnects without a time limit once it has worked', () => {
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

  it('ends when the server refuses the token', () => {
    sim.server.refuseWith = 401;
    sim.connect(0);
    sim.timers.advance(1000);
    expect(sim.events).toEqual([['connected', 31004]]);
    expect(sim.statuses).toEqual([CONNECTING, TOKEN_INCORRECT]);
  });

  it('waits longer before each attempt, up to 15 s', () => {
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

  /** The time from a loss to the next status CONNECTING. */
  const waitMs = (): number => {
    while (sim.statuses.at(-1) !== SUSPEND) sim.timers.advance(1);
    const sinceMs = sim.timers.nowMs;
    while (sim.statuses.at(-1) !== CONNECTING) sim.timers.advance(1);
    return sim.timers.nowMs - sinceMs;
  };

  /** Breaks a connection that has lasted this long. */
  const loseAfter = (ms: number) => {
    while (sim.statuses.at(-1) !== CONNECTED) sim.timers.advance(1);
    sim.timers.advance(ms);
    sim.access.reset();
  };

  it('waits a short time again only after the server has answered', () => {
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

  it('waits longer before each attempt when the server treats every new connection as closed', () => {
    sim.enter();
    sim.server.override = ({ action }) => (action === 'join' ? { code: 30001 } : undefined);
    sim.access.reset();
    expect([waitMs(), waitMs(), waitMs(), waitMs()]).toEqual([250, 500, 1000, 2000]);
  });

  it('waits a short time again after a connection that lasted a minute', () => {
    sim.server.refuseWith = 503;
    sim.connect(0);
    expect([waitMs(), waitMs(), waitMs()]).toEqual([250, 500, 1000]);
    sim.server.refuseWith = undefined;
    loseAfter(MINUTE_MS - 200);
    expect(waitMs()).toBe(2000);
    loseAfter(MINUTE_MS);
    expect(waitMs()).toBe(250);
  });

  it('abandons a handshake that began without a network when the platform says online', () => {
    sim.access.unplug();
    sim.notice('offline');
    sim.connect(0);
    sim.timers.advance(5000);
    sim.access.plugIn();
    sim.notice('online');
    sim.timers.advance(200);
    expect(sim.statuses).toEqual([OFFLINE, CONNECTING, CONNECTED]);
    expect(sim.network.wires.size).toBe(1);
    sim.timers.advance(MINUTE_MS);
    expect(sim.network.dials).toBe(2);
  });

  it('completes a handshake of 2 s although the app passes the event online each second', () => {
    const connect = sim.server.connect.bind(sim.server);
    sim.server.connect = (wire) => {
      sim.timers.setTimeout(() => connect(wire), 2000);
    };
    sim.connect(0);
    for (let second = 0; second < 4; second += 1) {
      sim.timers.advance(1000);
      sim.notice('online');
    }
    expect(sim.statuses).toEqual([CONNECTING, CONNECTED]);
    expect(sim.network.dials).toBe(1);
  });

  it('waits longer before each attempt although the app passes the event online each second', () => {
    sim.server.refuseWith = 503;
    sim.connect(0);
    for (let second = 0; second < 60; second += 1) {
      sim.timers.advance(1000);
      sim.notice('online');
    }
    expect(sim.network.dials).toBeLessThan(14);
  });

  it('waits a short time when it fails after the platform said online', () => {
    sim.server.refuseWith = 503;
    sim.connect(0);
    expect([waitMs(), waitMs(), waitMs()]).toEqual([250, 500, 1000]);
    sim.notice('offline');
    sim.notice('online');
    expect(waitMs()).toBe(250);
  });

  it('does not treat the token as expired by a clock that the server has proved wrong', () => {
    sim.clockShiftMs = 48 * 60 * MINUTE_MS;
    sim.connect(0, tokenOf({ sub: 'ann', exp: (sim.timers.nowMs + 24 * 60 * MINUTE_MS) / 1000 }));
    loseAfter(1000);
    sim.server.refuseWith = 503;
    sim.timers.advance(1000);
    sim.server.refuseWith = undefined;
    sim.timers.advance(MINUTE_MS);
    expect(sim.statuses.at(-1)).toBe(CONNECTED);
  });

  it('keeps a token for its whole life where the clock of the device is 30 minutes ahead', () => {
    sim.clockShiftMs = 30 * MINUTE_MS;
    const iat = sim.timers.nowMs / 1000;
    sim.connect(0, tokenOf({ sub: 'ann', iat, exp: iat + 3600 }));
    loseAfter(31 * MINUTE_MS);
    sim.server.refuseWith = 503;
    sim.timers.advance(1000);
    sim.server.refuseWith = undefined;
    sim.timers.advance(MINUTE_MS);
    expect(sim.statuses.at(-1)).toBe(CONNECTED);
  });

  it('takes a socket that cannot send for a lost link', async () => {
    sim.enter();
    const { prototype } = sim.access.Socket as unknown as { readonly prototype: { send(text: string): void } };
    const { send } = prototype;
    prototype.send = () => {
      throw new Error('unable to send; the socket is gone');
    };
    const message = await sim.engine.createTextMessage(RCIMIWConversationType.CHATROOM, 'r', '', 'one');
    const codes: number[] = [];
    const call = sim.engine.sendMessage(message, { onMessageSent: (code) => codes.push(code) });
    await expect(call).resolves.toBe(0);
    prototype.send = send;
    sim.timers.advance(5000);
    expect(codes).toEqual([0]);
    expect(sim.statuses).toEqual([CONNECTING, CONNECTED, SUSPEND, CONNECTING, CONNECTED]);
  });

  it('accepts a longer timeout than a timer can hold', () => {
    sim.access.unplug();
    sim.connect(30 * 24 * 3600);
    sim.timers.advance(MINUTE_MS);
    expect(sim.events).toEqual([]);
  });

  it.each(['online', 'visible'] as const)('tries at once when the platform says %s', (event) => {
    sim.access.unplug();
    sim.connect(0);
    sim.timers.advance(40_000);
    while (sim.statuses.at(-1) !== SUSPEND) sim.timers.advance(100);
    sim.access.plugIn();
    if (event === 'online') sim.notice('offline');
    sim.notice(event);
    expect(sim.statuses.at(-1)).toBe(CONNECTING);
    sim.timers.advance(200);
    expect(sim.statuses.at(-1)).toBe(CONNECTED);
  });

  it('can be ended by a listener during the attempt', () => {
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

  it('that is taken back at once ends with 30001, and so do the calls in between', () => {
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

  it('twice at once opens one connection', () => {
    sim.connect(0);
    sim.connect(0);
    sim.timers.advance(1000);
    expect(sim.events).toEqual([
      ['connected', 34001],
      ['connected', 0],
    ]);
    expect(sim.server.wires.size).toBe(1);
  });

  it('is one login until the app connects again', async () => {
    const loginIds: (string | null)[] = [];
    watchDials(sim.server, (wire) => {
      loginIds.push(wire.url.searchParams.get('instance'));
    });
    sim.connect(0);
    sim.timers.advance(1000);
    sim.access.reset();
    sim.timers.advance(MINUTE_MS);
    await sim.engine.disconnect(false);
    sim.connect(0);
    sim.timers.advance(MINUTE_MS);
    const [first, reconnected, next] = loginIds;
    expect(loginIds).toHaveLength(3);
    expect(reconnected).toBe(first);
    expect(first).toMatch(/^[a-z0-9]+_1$/);
    expect(next).toBe(first?.replace('_1', '_2'));
  });

  it('as another user in the callback of the former connect leaves no call of the former user waiting', () => {
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

  it('in the listener of the end starts a new connection', () => {
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

  it('as another user forgets the rooms of the former user', async () => {
    sim.enter();
    await sim.engine.disconnect(false);
    sim.connect(0, tokenOf({ sub: 'bob' }));
    sim.timers.advance(1000);
    expect(sim.frames('join')).toHaveLength(1);
  });
});
