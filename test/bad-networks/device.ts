import { WebSocket } from 'ws';
import { EventLog } from '../../bin/scenario/event-log.ts';
import {
  type ClientSocketConstructor,
  createEngine,
  type DeliveredMessage,
  type PlatformEvent,
  RCIMIWChatRoomMemberActionType,
  RCIMIWConnectionStatus,
  RCIMIWConversationType,
  type RCIMIWEngine,
  type TokenProvider,
} from '../../lib/client/index.ts';
import type { Platform } from '../../lib/protocol/handshake.ts';
import { createChance } from '../simulation/chance.ts';
import { VirtualTimers } from '../simulation/virtual-timers.ts';
import { BadNetwork, textInFrame } from './bad-network.ts';
import type { Deployment } from './deployment.ts';

const DAY_SEC = 86_400;
/** A client dials after this time at the latest. */
const DELAY_MAX_MS = 15_000;
const { LEAVE } = RCIMIWChatRoomMemberActionType;

/** What the app saw, and when on its device. */
export interface Sight {
  readonly atMs: number;
  readonly what: string;
}

export interface DeviceOptions {
  readonly deployment: Deployment;
  readonly userId: string;
  readonly platform: Platform;
  readonly seed: number;
  /** The app wants to know who joins and who leaves. */
  readonly watchesMembers: boolean;
}

/** A device with the SDK behind a network of its own. Its time stands still unless the test moves it. */
export class Device {
  readonly userId: string;
  readonly timers: VirtualTimers;
  readonly network: BadNetwork;
  /** Everything that the app was called with since the last `forget`. */
  readonly sights = new EventLog<Sight>();
  /** The frames that have arrived. */
  readonly frames = new EventLog<string>();
  readonly #o: DeviceOptions;
  readonly #platform = new Set<(event: PlatformEvent) => void>();
  #engine: RCIMIWEngine | undefined;
  #beganMs = 0;
  /** How long the machine slept: its clock went on, its timers did not. */
  #sleptMs = 0;

  constructor(options: DeviceOptions) {
    const { deployment, userId } = options;
    this.#o = options;
    this.userId = userId;
    this.timers = new VirtualTimers(deployment.now());
    const after = (run: () => void, delayMs: number) => this.timers.setTimeout(run, delayMs);
    this.network = new BadNetwork(() => deployment.webSocketPort, { now: () => this.timers.nowMs, after });
  }

  get engine(): RCIMIWEngine {
    if (this.#engine === undefined) throw new Error('unable to use the engine; the device is not connected');
    return this.#engine;
  }

  /** What the app saw, in order. */
  get seen(): readonly string[] {
    return this.sights.all.map(({ what }) => what);
  }

  /** Connects, with a token of a day or with what fetches one. */
  async connect(token?: string | TokenProvider): Promise<void> {
    this.#engine ??= this.#create(await this.#openNetwork());
    const given = token ?? (await this.token(DAY_SEC));
    await this.engine.connect(given, 0, { onConnected: (code) => this.#see(`callback onConnected ${code}`) });
    await this.sees('callback onConnected 0');
  }

  token(lifeSec: number): Promise<string> {
    return this.#o.deployment.token(this.userId, lifeSec);
  }

  /** Connects and joins. From then on only what the app sees afterwards counts. */
  async enter(room: string, token?: string | TokenProvider): Promise<void> {
    await this.connect(token);
    this.join(room);
    await this.sees('callback onChatRoomJoined 0');
    this.forget();
  }

  join(room: string): void {
    const onChatRoomJoined = (code: number) => this.#see(`callback onChatRoomJoined ${code}`);
    void this.engine.joinChatRoom(room, -1, true, { onChatRoomJoined });
  }

  leave(room: string): void {
    void this.engine.leaveChatRoom(room, { onChatRoomLeft: (code) => this.#see(`callback onChatRoomLeft ${code}`) });
  }

  /** Sends a text, and does not wait for its outcome. */
  async send(room: string, text: string): Promise<void> {
    const message = await this.engine.createTextMessage(RCIMIWConversationType.CHATROOM, room, '', text);
    const onMessageSent = (code: number, sent: DeliveredMessage) => this.#see(sentLine('callback', code, sent));
    await this.engine.sendMessage(message, { onMessageSent });
  }

  /** Sends texts and waits until all are sent. */
  async say(room: string, ...texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      await this.send(room, text);
      await this.sights.until(`that "${text}" is sent`, ({ what }) =>
        what.startsWith(`callback onMessageSent 0 "${text}"`),
      );
    }
  }

  /** Resolves when the app has seen this `times` times since the last `forget`. */
  async sees(what: string, times = 1): Promise<void> {
    const isThere = () => this.seen.filter((seen) => seen === what).length >= times;
    await this.sights.until(`"${what}" on the device of ${this.userId}`, isThere).catch((error: unknown) => {
      throw new Error(`${String(error)}; it saw ${JSON.stringify(this.seen)}`);
    });
  }

  /** Resolves when the SDK has got the message with this text. */
  async gets(text: string): Promise<void> {
    await this.frames.until(`a frame with "${text}"`, (frame) => frame.includes(textInFrame(text)));
  }

  /** Lets time pass on the device until it dials, as it does after a random delay, and waits for how that ends. */
  async dials(outcome: 'CONNECTED' | 'SUSPEND' | 'TOKEN_INCORRECT'): Promise<void> {
    const count = (status: string) => this.seen.filter((seen) => seen === `status ${status}`).length;
    const [before, ended] = [count('CONNECTING'), count(outcome)];
    const endMs = this.timers.nowMs + DELAY_MAX_MS;
    while (count('CONNECTING') === before && this.timers.nowMs < endMs) this.timers.advance(1);
    await this.sees(`status ${outcome}`, ended + 1);
  }

  /** The platform notices something. */
  notice(event: PlatformEvent): void {
    for (const listener of this.#platform) listener(event);
  }

  /** The machine sleeps: its clock goes on, its timers do not. */
  sleep(ms: number): void {
    this.#sleptMs += ms;
  }

  note(what: string): void {
    this.#see(what);
  }

  forget(): void {
    this.sights.all.length = 0;
    this.#beganMs = this.timers.nowMs;
  }

  async end(): Promise<void> {
    await this.#engine?.destroy();
    this.network.close();
  }

  #see(what: string): void {
    this.sights.add({ atMs: this.timers.nowMs - this.#beganMs, what });
  }

  #create(server: string): RCIMIWEngine {
    const { timers } = this;
    const { platform, seed } = this.#o;
    const subscribe = (listener: (event: PlatformEvent) => void) => {
      this.#platform.add(listener);
      return () => this.#platform.delete(listener);
    };
    const clock = { timers, now: () => timers.nowMs + this.#sleptMs, random: createChance(seed) };
    const engine = createEngine('', {
      server,
      platform,
      platformEvents: { subscribe },
      ...clock,
      WebSocket: this.#socket(),
    });
    this.#listen(engine);
    return engine;
  }

  async #openNetwork(): Promise<string> {
    const { pathname } = new URL(this.#o.deployment.stack.webSocketUrl);
    return `ws://127.0.0.1:${await this.network.open()}${pathname}`;
  }

  /** A WebSocket whose frames are recorded before the SDK gets them. */
  #socket(): ClientSocketConstructor {
    const { frames } = this;
    return class extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols);
        this.on('message', (data) => frames.add(String(data)));
      }
    };
  }

  #listen(engine: RCIMIWEngine): void {
    const see = (what: string) => this.#see(what);
    engine.setOnConnectionStatusChangedListener((status) => see(`status ${RCIMIWConnectionStatus[status]}`));
    engine.setOnMessageReceivedListener((message, _left, offline) =>
      see(`message "${textOf(message)}"${offline ? ', sent before' : ''}`),
    );
    engine.setOnMessageSentListener((code, message) => see(sentLine('listener', code, message)));
    engine.setOnChatRoomJoiningListener(() => see('listener onChatRoomJoining'));
    engine.setOnChatRoomJoinedListener((code) => see(`listener onChatRoomJoined ${code}`));
    engine.setOnChatRoomLeftListener((code) => see(`listener onChatRoomLeft ${code}`));
    engine.setOnChatRoomRemovedListener((_room, reason) => see(`removed: ${reason}`));
    engine.setOnChatRoomGapListener((_room, after, before) => see(`gap: ${after} to ${before}`));
    if (!this.#o.watchesMembers) return;
    engine.setOnChatRoomMemberChangedListener((_room, actions) => {
      const others = actions.filter(({ userId }) => userId !== this.userId);
      for (const { userId, actionType } of others) see(`${nameOf(userId)} ${actionType === LEAVE ? 'left' : 'joined'}`);
    });
  }
}

/** Each scenario has users of its own: `ann-hole` is Ann in the scenario `hole`. */
const nameOf = (userId: string): string => userId.split('-')[0] ?? '';

const textOf = (message: DeliveredMessage): string => ('text' in message ? String(message.text) : message.content);

const sentLine = (way: string, code: number, message: DeliveredMessage): string =>
  `${way} onMessageSent ${code} "${textOf(message)}"${code === 0 ? ` seq ${message.seq}` : ''}`;
