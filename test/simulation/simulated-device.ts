/*
 * Models one device of a user of a SimServer: the real client on a network of its own.
 * Clock: the virtual timers that it gets. Chance: the `random` that it gets, for the client only.
 */

import {
  createEngine,
  type Platform,
  type PlatformEvent,
  RCIMIWConversationType,
  type RCIMIWEngine,
} from '../../lib/client/index.ts';
import type { SimServer } from './sim-server.ts';
import type { Handed } from './simulated-engine.ts';
import { Access } from './simulated-network.ts';
import { MINUTE_MS, type VirtualTimers } from './virtual-timers.ts';

/** What a device is made of. */
export interface SimulatedDeviceOptions {
  readonly server: SimServer;
  readonly timers: VirtualTimers;
  readonly random: () => number;
  readonly userId: string;
  readonly platform: Platform;
}

/** One device of a user, and what its app was notified of. */
export class SimulatedDevice {
  readonly userId: string;
  readonly engine: RCIMIWEngine;
  readonly access: Access;
  readonly statuses: number[] = [];
  readonly handed: Handed[] = [];
  readonly texts: string[] = [];
  readonly removals: string[] = [];
  readonly #server: SimServer;
  readonly #listeners = new Set<(event: PlatformEvent) => void>();

  constructor(options: SimulatedDeviceOptions) {
    this.userId = options.userId;
    this.#server = options.server;
    this.access = new Access(options.server.network);
    this.engine = this.#createEngine(options);
  }

  /** Connects and joins. */
  async enter(room: string, messageCount: number, tokenLifeSec: number): Promise<void> {
    await this.engine.connect(await this.#server.tokenOf(this.userId, tokenLifeSec), 0);
    let joined: number | undefined;
    const onChatRoomJoined = (code: number) => {
      joined = code;
    };
    await this.engine.joinChatRoom(room, messageCount, true, { onChatRoomJoined });
    await this.#server.until('the join', () => joined !== undefined, MINUTE_MS);
    if (joined !== 0) throw new Error(`unable to join ${room}; code ${joined}`);
  }

  /** Sends a text. The list gets the code of the send: one code, if all is well. */
  async send(room: string, text: string): Promise<readonly number[]> {
    const codes: number[] = [];
    const message = await this.engine.createTextMessage(RCIMIWConversationType.CHATROOM, room, '', text);
    await this.engine.sendMessage(message, { onMessageSent: (code) => codes.push(code) });
    return codes;
  }

  /** The platform notices something. */
  notice(event: PlatformEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  #createEngine({ timers, random, platform }: SimulatedDeviceOptions): RCIMIWEngine {
    const subscribe = (listener: (event: PlatformEvent) => void) => {
      this.#listeners.add(listener);
      return () => this.#listeners.delete(listener);
    };
    const deps = { WebSocket: this.access.Socket, timers, now: () => timers.nowMs, random };
    const engine = createEngine('', { server: 'wss://chat.test', platform, platformEvents: { subscribe }, ...deps });
    engine.setOnConnectionStatusChangedListener((status) => this.statuses.push(status));
    engine.setOnMessageReceivedListener((message) => {
      this.handed.push(message.seq);
      this.texts.push('text' in message ? String(message.text) : '');
    });
    engine.setOnChatRoomGapListener((_room, afterSeq, beforeSeq) => this.handed.push([afterSeq, beforeSeq]));
    engine.setOnChatRoomRemovedListener((_room, reason) => this.removals.push(reason));
    return engine;
  }
}
