import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEngine, RCIMIWConversationType, type RCIMIWEngine } from '../../lib/client/index.ts';
import type { Platform, PlatformEvent } from '../../lib/client/types.ts';
import type { RoomId, UserId } from '../../lib/domain/ids.ts';
import { Access } from '../client/simulated-network.ts';
import { VirtualTimers } from '../client/virtual-timers.ts';
import { createChance } from '../support/chance.ts';
import { useStore } from '../support/emulators.ts';
import { SimServer } from '../support/sim-server.ts';
import { worldSettings } from '../support/world.ts';

const MINUTE_MS = 60_000;
const [CONNECTED, CONNECTING, KICKED_OFFLINE] = [1, 2, 4];

const getStore = useStore('dynoxide');
let timers: VirtualTimers;
let server: SimServer;
let devices: Device[] = [];

beforeEach(() => {
  timers = new VirtualTimers();
  timers.nowMs = 1_800_000_000_000;
  const settings = { ...worldSettings, oneDevicePerPlatform: true, realTimeKickOut: true };
  server = new SimServer({ timers, random: createChance(4711), endpoint: getStore().endpoint, settings });
});

afterEach(async () => {
  for (const device of devices) await device.engine.destroy();
  devices = [];
  await server.advance(1000);
});

/** A user's device in one room, with the SDK and a network of its own. */
class Device {
  readonly userId: string;
  readonly engine: RCIMIWEngine;
  readonly access = new Access(server.network);
  readonly statuses: number[] = [];
  readonly texts: string[] = [];
  readonly gaps: unknown[] = [];
  readonly removals: string[] = [];
  readonly #room: string;
  readonly #listeners = new Set<(event: PlatformEvent) => void>();

  constructor(userId: string, room: string, platform: Platform) {
    this.userId = userId;
    this.#room = room;
    devices.push(this);
    this.engine = this.#createEngine(platform);
  }

  async enter(): Promise<void> {
    await this.engine.connect(await server.tokenOf(this.userId, 4 * 3600), 0);
    const codes: number[] = [];
    await this.engine.joinChatRoom(this.#room, 50, true, { onChatRoomJoined: (code) => codes.push(code) });
    await server.until('the join', () => codes.length > 0, MINUTE_MS);
    expect(codes).toEqual([0]);
  }

  /** Where its codes will be: one, if all is well. */
  async send(text: string): Promise<readonly number[]> {
    const codes: number[] = [];
    const message = await this.engine.createTextMessage(RCIMIWConversationType.CHATROOM, this.#room, '', text);
    await this.engine.sendMessage(message, { onMessageSent: (code) => codes.push(code) });
    return codes;
  }

  notice(event: PlatformEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #createEngine(platform: Platform): RCIMIWEngine {
    const subscribe = (listener: (event: PlatformEvent) => void) => {
      this.#listeners.add(listener);
      return () => this.#listeners.delete(listener);
    };
    const now = () => timers.nowMs;
    const deps = { WebSocket: this.access.Socket, timers, now, random: createChance(devices.length) };
    const engine = createEngine('', { server: 'wss://chat.test', platform, platformEvents: { subscribe }, ...deps });
    engine.setOnConnectionStatusChangedListener((status) => this.statuses.push(status));
    engine.setOnMessageReceivedListener((message) => this.texts.push('text' in message ? String(message.text) : ''));
    engine.setOnChatRoomGapListener((...gap) => this.gaps.push(gap));
    engine.setOnChatRoomRemovedListener((_room, reason) => this.removals.push(reason));
    return engine;
  }
}

/** Which connections were opened from now on. */
function watchDials(): readonly string[] {
  const dials: string[] = [];
  const connect = server.connect.bind(server);
  server.connect = (wire) => {
    dials.push(wire.id);
    connect(wire);
  };
  return dials;
}

/** When, from now on, the store had him in the room without a connection, or not at all. */
function watchOffline(room: string, userId: string): readonly number[] {
  const offlineAtMs: number[] = [];
  server.onRest = async () => {
    const member = await server.deps.store.getMember(room as RoomId, userId as UserId);
    if (member?.membership === undefined || member.offline !== undefined) offlineAtMs.push(timers.nowMs);
  };
  return offlineAtMs;
}

it('a second device of the same platform ends the first, which does not come back', async () => {
  const old = new Device('carol', 'single', 'mobile');
  await old.enter();
  const young = new Device('carol', 'single', 'mobile');
  await young.enter();
  const other = new Device('carol', 'single', 'desktop');
  await other.enter();
  const dials = watchDials();
  await server.advance(10 * MINUTE_MS);
  expect(old.statuses).toEqual([CONNECTING, CONNECTED, KICKED_OFFLINE]);
  expect([young.statuses, other.statuses]).toEqual([
    [CONNECTING, CONNECTED],
    [CONNECTING, CONNECTED],
  ]);
  expect(dials).toEqual([]);
  expect(server.faults).toEqual([]);
});

it('an SDK lives through two and a half hours', { timeout: 300_000 }, async () => {
  const startedMs = performance.now();
  const beganMs = timers.nowMs;
  const ann = new Device('ann', 'lobby', 'desktop');
  const bob = new Device('bob', 'lobby', 'mobile');
  await ann.enter();
  await bob.enter();
  const dials = watchDials();
  const offlineAtMs = watchOffline('lobby', 'ann');
  const sent: string[] = [];
  const codes: (readonly number[])[] = [];
  const pass = async (minutes: number) => {
    for (let minute = 0; minute < minutes; minute += 1) {
      await server.advance(MINUTE_MS);
      sent.push(`message ${sent.length + 1}`);
      codes.push(await bob.send(sent.at(-1) ?? ''));
    }
  };

  // Both renew their connections, and nobody notices.
  await pass(117);
  expect(dials).toHaveLength(2);
  expect(server.network.wires.size).toBe(2);
  expect([ann.statuses, bob.statuses]).toEqual([
    [CONNECTING, CONNECTED],
    [CONNECTING, CONNECTED],
  ]);
  expect(offlineAtMs).toEqual([]);

  // The network ends the connection, and API Gateway says so at once, never, and late.
  for (const delay of [0, 'lost', 90_000] as const) {
    server.disconnectDelay = delay;
    ann.access.reset();
    await pass(6);
    expect(ann.statuses.at(-1)).toBe(CONNECTED);
  }
  expect(ann.removals).toEqual([]);
  // The network is gone without a word, for a moment, and for so long that he is put out.
  for (const cutMs of [20_000, 5 * MINUTE_MS]) {
    ann.access.cut();
    ann.notice('offline');
    await pass(Math.floor(cutMs / MINUTE_MS));
    await server.advance(cutMs % MINUTE_MS);
    ann.access.restore();
    ann.notice('online');
    await pass(5);
    expect(ann.statuses.at(-1)).toBe(CONNECTED);
  }
  expect(ann.removals).toEqual(['offline']);
  await server.advance(MINUTE_MS);

  expect(sent).toHaveLength(150);
  expect(codes).toEqual(sent.map(() => [0]));
  expect(ann.texts).toEqual(sent);
  expect(ann.gaps).toEqual([]);
  expect(await server.deps.store.connectionsOf('ann' as UserId)).toHaveLength(1);
  expect(server.faults).toEqual([]);
  const ratio = Math.round((timers.nowMs - beganMs) / (performance.now() - startedMs));
  console.log(`2 renewals, ${dials.length - 2} reconnects, ${sent.length} messages; ${ratio} times as fast as life`);
});
