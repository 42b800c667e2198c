/*
 * Models an app on one device: it calls the real client and notes what it is notified of.
 * Clock: the virtual timers that it gets; the device can sleep, and its clock can be set. Chance: the `random` that it
 * gets, for the client only.
 */

import {
  createEngine,
  type PlatformEvent,
  RCIMIWConversationType,
  type RCIMIWEngine,
  type RCIMIWMessage,
} from '../../lib/client/index.ts';
import type { VirtualTimers } from '../simulation/virtual-timers.ts';
import { tokenOf } from '../support/token-of.ts';
import type { BadNetwork } from './bad-network.ts';

const CONNECTED = 1;

/** A call of the app, and the codes that its callback got. */
export interface Call {
  readonly name: string;
  readonly room: string;
  readonly atMs: number;
  readonly codes: number[];
}

/** A message of the app, and the codes that it got afterwards. */
export interface Sent {
  readonly room: string;
  readonly message: RCIMIWMessage;
  lastCode: number | undefined;
}

/** What the app believes about a room. */
type Belief = 'in' | 'out';

/** The app of the user ann. */
export class ModelledApp {
  readonly calls: Call[] = [];
  readonly sent: Sent[] = [];
  readonly removals: { readonly room: string; readonly reason: string }[] = [];
  /** The seqs and gaps of each room, in order; a new list for each membership. */
  readonly handed = new Map<string, number[]>();
  readonly disorder: string[] = [];
  readonly gaps: (readonly [room: string, afterSeq: number, beforeSeq: number])[] = [];
  readonly engine: RCIMIWEngine;
  status = 0;
  /** When the status was last another one than connected. */
  lastDownAtMs = 0;
  clockShiftMs = 0;
  readonly #timers: VirtualTimers;
  readonly #beliefs = new Map<string, Belief>();
  readonly #listeners = new Set<(event: PlatformEvent) => void>();
  /** The timers of the client; those of a device that sleeps wait until it wakes. */
  readonly #pending = new Set<unknown>();
  #asleep: (() => void)[] | undefined;

  constructor(timers: VirtualTimers, random: () => number, network: BadNetwork) {
    this.#timers = timers;
    network.onDevice = (run) => this.#onDevice(run);
    this.engine = createEngine('key', {
      server: 'wss://chat.test',
      platform: 'desktop',
      WebSocket: network.Socket,
      random,
      now: () => timers.nowMs + this.clockShiftMs,
      timers: {
        setTimeout: (run, delayMs) => {
          const timer = timers.setTimeout(() => this.#onDevice(() => this.#pending.delete(timer) && run()), delayMs);
          this.#pending.add(timer);
          return timer;
        },
        clearTimeout: (timer) => {
          this.#pending.delete(timer);
          timers.clearTimeout(timer);
        },
      },
      platformEvents: {
        subscribe: (listener) => {
          this.#listeners.add(listener);
          return () => this.#listeners.delete(listener);
        },
      },
    });
    this.#listen();
    void this.engine.connect(tokenOf({ sub: 'ann', exp: (timers.nowMs + 86_400_000) / 1000 }), 0);
  }

  belief(room: string): Belief {
    return this.#beliefs.get(room) ?? 'out';
  }

  join(room: string): void {
    const call = this.#call('join', room);
    const onChatRoomJoined = (code: number) => {
      call.codes.push(code);
      if (code === 0) this.#nowIn(room);
    };
    void this.engine.joinChatRoom(room, 50, true, { onChatRoomJoined });
  }

  leave(room: string): void {
    const call = this.#call('leave', room);
    const onChatRoomLeft = (code: number) => {
      call.codes.push(code);
      // After 30003 too: the client does not put the user back.
      if (code === 0 || code === 30003 || code === 23406 || code === 23410) this.#beliefs.set(room, 'out');
    };
    void this.engine.leaveChatRoom(room, { onChatRoomLeft });
  }

  async send(room: string): Promise<void> {
    const message = await this.engine.createTextMessage(RCIMIWConversationType.CHATROOM, room, '', 'hi');
    const sent: Sent = { room, message, lastCode: undefined };
    this.sent.push(sent);
    this.#send(sent);
  }

  /** Sends the last message once more, as an app does when its user taps on a failed one. */
  resend(): void {
    const sent = this.sent.at(-1);
    if (sent !== undefined && sent.lastCode !== undefined && sent.lastCode !== 0) this.#send(sent);
  }

  notice(event: PlatformEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  get isAsleep(): boolean {
    return this.#asleep !== undefined;
  }

  sleep(): void {
    this.#asleep ??= [];
  }

  wake(): void {
    const waiting = this.#asleep ?? [];
    this.#asleep = undefined;
    for (const run of waiting) run();
  }

  #onDevice(run: () => void): void {
    if (this.#asleep === undefined) run();
    else this.#asleep.push(run);
  }

  #send(sent: Sent): void {
    const call = this.#call('send', sent.room);
    const onMessageSent = (code: number) => {
      call.codes.push(code);
      sent.lastCode = code;
    };
    void this.engine.sendMessage(sent.message, { onMessageSent });
  }

  #call(name: string, room: string): Call {
    const call = { name, room, atMs: this.#timers.nowMs, codes: [] };
    this.calls.push(call);
    return call;
  }

  #nowIn(room: string): void {
    if (this.belief(room) === 'out') this.handed.set(room, []);
    this.#beliefs.set(room, 'in');
  }

  #listen(): void {
    const { engine } = this;
    engine.setOnConnectionStatusChangedListener((status) => {
      this.status = status;
      if (status !== CONNECTED) this.lastDownAtMs = this.#timers.nowMs;
    });
    engine.setOnChatRoomJoinedListener((code, room) => {
      if (code === 0) this.#nowIn(room);
      else this.#beliefs.set(room, 'out');
    });
    engine.setOnChatRoomLeftListener((_code, room) => this.#beliefs.set(room, 'out'));
    engine.setOnChatRoomRemovedListener((room, reason) => {
      this.removals.push({ room, reason });
      this.#beliefs.set(room, 'out');
    });
    engine.setOnChatRoomStatusChangedListener((room) => {
      this.removals.push({ room, reason: 'destroyed' });
      this.#beliefs.set(room, 'out');
    });
    engine.setOnMessageSentListener((code, message) => {
      const sent = this.sent.find((sent) => sent.message === message);
      if (sent !== undefined) sent.lastCode = code;
    });
    engine.setOnChatRoomGapListener((...gap) => this.gaps.push(gap));
    engine.setOnMessageReceivedListener(({ seq, targetId }) => {
      const list = this.handed.get(targetId) ?? [];
      this.handed.set(targetId, list);
      if (seq <= (list.at(-1) ?? 0)) this.disorder.push(`${targetId}: ${seq} after ${list.at(-1)}`);
      list.push(seq);
    });
  }
}
