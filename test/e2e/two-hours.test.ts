import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Platform } from '../../lib/client/index.ts';
import type { RoomId, UserId } from '../../lib/protocol/ids.ts';
import { createChance } from '../simulation/chance.ts';
import { SimServer } from '../simulation/sim-server.ts';
import { SimulatedDevice } from '../simulation/simulated-device.ts';
import { watchDials } from '../simulation/simulated-network.ts';
import { MINUTE_MS, VirtualTimers } from '../simulation/virtual-timers.ts';
import { useStore } from '../support/emulators.ts';
import { worldSettings } from '../support/world.ts';

const [CONNECTED, CONNECTING, KICKED_OFFLINE] = [1, 2, 4];

const getStore = useStore('dynoxide');
let timers: VirtualTimers;
let server: SimServer;
let devices: SimulatedDevice[] = [];
let servers = 0;

beforeEach(() => {
  timers = new VirtualTimers(1_800_000_000_000);
  const settings = { ...worldSettings, oneDevicePerPlatform: true, realTimeKickOut: true };
  const { endpoint } = getStore();
  servers += 1;
  server = new SimServer({
    timers,
    random: createChance(4711),
    endpoint,
    connectionPrefix: `wire-${servers}`,
    settings,
  });
});

afterEach(async () => {
  for (const device of devices) await device.engine.destroy();
  devices = [];
  await server.advance(1000);
});

/** A device that has entered the room. */
async function enter(userId: string, room: string, platform: Platform): Promise<SimulatedDevice> {
  const device = new SimulatedDevice({ server, timers, random: createChance(devices.length), userId, platform });
  devices.push(device);
  await device.enter(room, 50, 4 * 3600);
  return device;
}

/** Records the ids of connections that are opened from now on. */
function listDials(): readonly string[] {
  const dials: string[] = [];
  watchDials(server, ({ id }) => dials.push(id));
  return dials;
}

/** Records the times from now on at which the store has the member offline, or has no member. */
function watchOffline(room: string, userId: string): readonly number[] {
  const offlineAtMs: number[] = [];
  server.onRest = async () => {
    const member = await server.deps.store.getMember(room as RoomId, userId as UserId);
    if (member?.membershipId === undefined || member.offline !== undefined) offlineAtMs.push(timers.nowMs);
  };
  return offlineAtMs;
}

it('a second device of the same platform ends the first one, which does not reconnect', async () => {
  const old = await enter('carol', 'single', 'mobile');
  const young = await enter('carol', 'single', 'mobile');
  const other = await enter('carol', 'single', 'desktop');
  const dials = listDials();
  await server.advance(10 * MINUTE_MS);
  expect(old.statuses).toEqual([CONNECTING, CONNECTED, KICKED_OFFLINE]);
  expect([young.statuses, other.statuses]).toEqual([
    [CONNECTING, CONNECTED],
    [CONNECTING, CONNECTED],
  ]);
  expect(dials).toEqual([]);
  expect(server.faults).toEqual([]);
});

it('two SDKs lose no message and no membership in two and a half hours of renewals and losses', {
  timeout: 300_000,
}, async () => {
  const startedMs = performance.now();
  const beganMs = timers.nowMs;
  const ann = await enter('ann', 'lobby', 'desktop');
  const bob = await enter('bob', 'lobby', 'mobile');
  const dials = listDials();
  const offlineAtMs = watchOffline('lobby', 'ann');
  const sent: string[] = [];
  const codes: (readonly number[])[] = [];
  const pass = async (minutes: number) => {
    for (let minute = 0; minute < minutes; minute += 1) {
      await server.advance(MINUTE_MS);
      sent.push(`message ${sent.length + 1}`);
      codes.push(await bob.send('lobby', sent.at(-1) ?? ''));
    }
  };

  // Both renew their connections, and no status changes.
  await pass(117);
  expect(dials).toHaveLength(2);
  expect(server.network.wires.size).toBe(2);
  expect([ann.statuses, bob.statuses]).toEqual([
    [CONNECTING, CONNECTED],
    [CONNECTING, CONNECTED],
  ]);
  expect(offlineAtMs).toEqual([]);

  // The network breaks the connection; the `$disconnect` arrives at once, never and late.
  for (const delay of [0, 'lost', 90_000] as const) {
    server.disconnectDelay = delay;
    ann.access.reset();
    await pass(6);
    expect(ann.statuses.at(-1)).toBe(CONNECTED);
  }
  expect(ann.removals).toEqual([]);
  // The network fails silently: for a moment, and for long enough that the member is evicted.
  for (const gapMs of [20_000, 5 * MINUTE_MS]) {
    ann.access.unplug();
    ann.notice('offline');
    await pass(Math.floor(gapMs / MINUTE_MS));
    await server.advance(gapMs % MINUTE_MS);
    ann.access.plugIn();
    ann.notice('online');
    await pass(5);
    expect(ann.statuses.at(-1)).toBe(CONNECTED);
  }
  expect(ann.removals).toEqual(['offline']);
  await server.advance(MINUTE_MS);

  expect(sent).toHaveLength(150);
  expect(codes).toEqual(sent.map(() => [0]));
  expect(ann.texts).toEqual(sent);
  expect(ann.handed.filter((seq) => typeof seq !== 'number')).toEqual([]);
  expect(await server.deps.store.connectionsOf('ann' as UserId)).toHaveLength(1);
  expect(server.faults).toEqual([]);
  const ratio = Math.round((timers.nowMs - beganMs) / (performance.now() - startedMs));
  console.log(`2 renewals, ${dials.length - 2} reconnects, ${sent.length} messages; ${ratio} times as fast as life`);
});
