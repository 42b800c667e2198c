/*
 * Models one device: the real client on virtual timers, a simulated network and the model server.
 * Clock: its own virtual timers; `clockShiftMs` makes the device's clock wrong. Chance: the `random` that it gets, for the
 * client, the network and the server alike.
 */

import {
  createEngine,
  type PlatformEvent,
  RCIMIWConversationType,
  type RCIMIWEngine,
  type Timers,
} from '../../lib/client/index.ts';
import { tokenOf } from '../support/token-of.ts';
import { ModelServer } from './model-server.ts';
import { Access, SimulatedNetwork, type Wire } from './simulated-network.ts';
import { MINUTE_MS, VirtualTimers } from './virtual-timers.ts';

/** What the app got of messages, in this order: a seq, or the bounds of a gap. */
export type Handed = number | readonly [afterSeq: number, beforeSeq: number];

/** Timers that know which of them are pending. */
class CountedTimers implements Timers {
  readonly pending = new Set<unknown>();
  readonly #timers: Timers;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  setTimeout(run: () => void, delayMs: number): unknown {
    const timer = this.#timers.setTimeout(() => {
      this.pending.delete(timer);
      run();
    }, delayMs);
    this.pending.add(timer);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.pending.delete(timer);
    this.#timers.clearTimeout(timer);
  }
}

/** The engine of the user ann, on a simulated network, with the model server and its room `r`. */
export class SimulatedEngine {
  readonly timers = new VirtualTimers();
  readonly server: ModelServer;
  readonly network: SimulatedNetwork;
  readonly access: Access;
  readonly engine: RCIMIWEngine;
  readonly statuses: number[] = [];
  /** What the app was notified of, but for messages and the status. */
  readonly events: (readonly unknown[])[] = [];
  readonly handed: Handed[] = [];
  /** The codes of each send, by its text. */
  readonly sent = new Map<string, number[]>();
  /** How far the device's clock is ahead of the time. */
  clockShiftMs = 0;
  /** The listeners of the platform's events. */
  readonly listeners = new Set<(event: PlatformEvent) => void>();
  readonly #engineTimers: CountedTimers;
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
    this.#engineTimers = new CountedTimers(this.timers);
    this.server = new ModelServer(() => this.timers.nowMs, random);
    this.network = new SimulatedNetwork(this.timers, random, this.server, 'wire');
    this.access = new Access(this.network);
    this.engine = this.#createEngine();
  }

  /** How many timers of the engine are pending. */
  get pendingTimers(): number {
    return this.#engineTimers.pending.size;
  }

  connect(timeoutSec: number, token: string = tokenOf({ sub: 'ann' })): void {
    const onConnected = (code: number) => this.events.push(['connected', code]);
    void this.engine.connect(token, timeoutSec, { onConnected });
  }

  /** Connects and joins. */
  enter(messageCount = -1): void {
    this.connect(0);
    this.join(messageCount);
    this.timers.advance(1000);
  }

  join(messageCount = -1): void {
    void this.engine.joinChatRoom('r', messageCount, true, {
      onChatRoomJoined: (code) => this.events.push(['joined', code]),
    });
  }

  /** Sends a text to the room; resolves when the call is made, before its outcome. */
  async send(text: string): Promise<void> {
    const codes: number[] = [];
    this.sent.set(text, codes);
    const message = await this.engine.createTextMessage(RCIMIWConversationType.CHATROOM, 'r', '', text);
    void this.engine.sendMessage(message, { onMessageSent: (code) => codes.push(code) });
  }

  /** Sends a request that is about no room of the user. */
  ask(): void {
    void this.engine.getChatRoomMessages('other', 0, 0, 1);
  }

  /** The connections that the server knows, oldest first. */
  get connections(): readonly Wire[] {
    return [...this.server.wires.keys()];
  }

  /** Begins the next planned renewal: the next connection is dialled, and not open yet. */
  beginRenewal(): void {
    this.timers.advance(109 * MINUTE_MS);
    this.timers.advanceUntil(() => this.network.wires.size === 2);
  }

  /** The machine sleeps: its clock moves on, its timers do not. */
  sleep(ms: number): void {
    this.clockShiftMs += ms;
  }

  notice(event: PlatformEvent): void {
    for (const listener of [...this.listeners]) listener(event);
  }

  /** The frames of this action that the server received. */
  frames(action: string): readonly { readonly id?: string | undefined }[] {
    return this.server.frames.filter((frame) => frame.action === action);
  }

  #createEngine(): RCIMIWEngine {
    const { timers, events, handed, listeners, access } = this;
    const engineTimers = this.#engineTimers;
    const engine = createEngine('key', {
      server: 'wss://chat.test/live',
      platform: 'desktop',
      WebSocket: access.Socket,
      timers: engineTimers,
      random: this.#random,
      now: () => timers.nowMs + this.clockShiftMs,
      platformEvents: {
        subscribe: (listener) => {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
    });
    engine.setOnConnectionStatusChangedListener((status) => this.statuses.push(status));
    engine.setOnMessageReceivedListener(({ seq }) => handed.push(seq));
    engine.setOnChatRoomGapListener((_room, afterSeq, beforeSeq) => handed.push([afterSeq, beforeSeq]));
    engine.setOnChatRoomRemovedListener((room, reason) => events.push(['removed', room, reason]));
    engine.setOnChatRoomJoinedListener((code, room) => events.push(['joined', code, room]));
    return engine;
  }
}
