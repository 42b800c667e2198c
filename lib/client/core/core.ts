import type { Answer } from '../../protocol/answers.ts';
import type { ClientFrame } from '../../protocol/client-frames.ts';
import { Code } from '../../protocol/codes.ts';
import type { PushFrame } from '../../protocol/push-frames.ts';
import { Connection } from '../connection/connection.ts';
import { Heartbeat } from '../connection/heartbeat.ts';
import type { Link } from '../connection/link.ts';
import { type FrameOf, type LateAnswer, type Outcome, Requests } from '../connection/requests.ts';
import { readServerFrame } from '../connection/server-frame.ts';
import { readToken } from '../connection/token.ts';
import { isText } from '../engine/arguments.ts';
import type { RCIMIWConnectCallback } from '../engine/callbacks.ts';
import { ListenerSetters } from '../engine/listeners.ts';
import { MessageMaker } from '../engine/message-maker.ts';
import { type ListenerDeps, reportNotice, reportSync, roomListeners } from '../engine/room-listeners.ts';
import {
  type EngineDeps,
  type PlatformEvent,
  RCIMIWConnectionStatus,
  RCIMIWErrorCode,
  type TokenProvider,
} from '../engine/types.ts';
import { JoinOrder } from '../room/join-order.ts';
import { Room } from '../room/room.ts';
import { Recent } from './recent.ts';

const SEEN_NOTICES_MAX = 100;

const { SUCCESS, PARAM_ERROR, ENGINE_DESTROYED } = RCIMIWErrorCode;

/** What all calls of an engine share: its connection, its rooms and its user. */
export class EngineCore extends ListenerSetters {
  protected readonly messages: MessageMaker;
  readonly #deps: EngineDeps;
  readonly #connection: Connection;
  readonly #requests: Requests;
  readonly #heartbeat: Heartbeat;
  readonly #rooms = new Map<string, Room>();
  readonly #joins = new JoinOrder(() => this.#proceed());
  /** Notices and syncs come once per link, so twice while the link is renewed. */
  readonly #seenNotices = new Recent(SEEN_NOTICES_MAX);
  readonly #unsubscribe: (() => void) | undefined;
  #userId = '';
  #status: RCIMIWConnectionStatus | undefined;
  /** The last `connect`, until it begins or is taken back. */
  #accepted: object | undefined;
  #isResuming: boolean = false;
  #isDestroyed: boolean = false;

  /** Use `RCIMIWEngine.create` or `createEngine`. */
  constructor(deps: EngineDeps) {
    super(deps.timers);
    this.#deps = deps;
    this.messages = new MessageMaker(deps);
    this.#requests = new Requests(deps.timers, {
      transmit: (text) => this.#transmit(text),
      ended: () => this.#progressed(),
    });
    this.#heartbeat = new Heartbeat(deps.timers, deps.now, deps.deafMs, {
      beat: () => this.#transmit(JSON.stringify({ action: 'beat' } satisfies ClientFrame)),
      ask: (done) => this.#ping(done),
      dead: () => {
        const { link } = this.#connection;
        if (link !== undefined) this.#connection.abandon(link);
      },
      isListening: () => [...this.#rooms.values()].some((room) => room.isMember),
    });
    this.#connection = new Connection(deps, {
      status: (status) => this.#statusChanged(status),
      up: () => {
        this.#heartbeat.start();
        this.#resumeRooms((room) => room.up());
      },
      moved: () => {
        this.#heartbeat.start();
        this.#resumeRooms((room) => room.moved());
      },
      movedBack: () => {
        this.#heartbeat.restart();
        this.#resumeRooms((room) => room.moved());
      },
      lost: (link) => this.#requests.lose(link),
      down: () => this.#down(),
      text: (text, link) => this.#arrived(text, link),
      doubted: () => this.#heartbeat.check(),
      stopped: () => this.#stopRooms(),
    });
    this.#unsubscribe = deps.platformEvents?.subscribe((event) => this.#noticed(event));
  }

  /**
   * Connects and stays connected. token: or a function that fetches one, which is called whenever the engine needs a
   * fresh one. timeout in seconds; <= 0 = try until it works or the server refuses for good.
   */
  async connect(token: string | TokenProvider, timeout: number, callback?: RCIMIWConnectCallback): Promise<number> {
    if (this.#isDestroyed) return ENGINE_DESTROYED;
    const provider = typeof token === 'function' ? token : undefined;
    const text = isText(token) ? token : '';
    if ((provider === undefined && text === '') || !Number.isFinite(timeout)) return PARAM_ERROR;
    const end = (code: number, userId: string) =>
      this.call(() => {
        if (callback) callback.onConnected?.(code, userId);
        else this.listeners.connected?.(code, userId);
      });
    if (this.#isWanted) return this.later(() => end(Code.CONNECTION_EXISTS, this.#userId));
    const refusal = provider === undefined ? this.#adopt(text) : undefined;
    if (refusal !== undefined) return this.later(() => end(refusal, ''));
    this.#deps.tokens?.use(provider, (fetched) => this.#adopt(fetched));
    const accepted = {};
    this.#accepted = accepted;
    return this.later(() => {
      if (this.#accepted !== accepted) return end(Code.DISCONNECTED, this.#userId);
      this.#accepted = undefined;
      this.#connection.open(text, timeout, (code) => end(code, this.#userId));
    });
  }

  /** Ends the connection. The rooms are resumed by a later `connect` of the same user. */
  async disconnect(receivePush: boolean): Promise<number> {
    if (this.#isDestroyed) return ENGINE_DESTROYED;
    this.#disconnect(receivePush ? RCIMIWConnectionStatus.UNCONNECTED : RCIMIWConnectionStatus.SIGN_OUT);
    return SUCCESS;
  }

  async destroy(): Promise<number> {
    if (this.#isDestroyed) return ENGINE_DESTROYED;
    this.#isDestroyed = true;
    this.#unsubscribe?.();
    this.#disconnect(RCIMIWConnectionStatus.SIGN_OUT);
    this.#rooms.clear();
    return SUCCESS;
  }

  protected get isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  protected get userId(): string {
    return this.#userId;
  }

  /** Runs after this call has returned: the app learns that its call was accepted before it is called back. */
  protected later(run: () => void): number {
    this.#deps.timers.setTimeout(run, 0);
    return SUCCESS;
  }

  /** Runs in the room; without a connection `end` gets the code. */
  protected inRoom(targetId: string, end: (code: number) => void, run: (room: Room) => void): number {
    if (!this.#isWanted) return this.later(() => end(Code.NOT_CONNECTED_YET));
    run(this.#rooms.get(targetId) ?? this.#newRoom(targetId));
    return SUCCESS;
  }

  /** Takes the user of this token as the engine's; the code where it can be no token of this app. */
  #adopt(token: string): number | undefined {
    const claims = readToken(token);
    if (claims === undefined) return Code.TOKEN_INCORRECT;
    const { userId, appKeys } = claims;
    const { appKey = '' } = this.#deps;
    if (appKey !== '' && appKeys?.includes(appKey) === false) return Code.APP_KEY_INCORRECT;
    if (userId === this.#userId) return undefined;
    // Neither may a new user resume the rooms of the former one, nor a session change its user.
    if (this.#deps.tokens?.hasOpened === true && this.#connection.isWanted) return Code.TOKEN_INCORRECT;
    if (this.#userId !== '') {
      this.#stopRooms();
      this.#rooms.clear();
    }
    this.#userId = userId;
    return undefined;
  }

  #newRoom(targetId: string): Room {
    const deps = {
      timers: this.#deps.timers,
      link: () => this.#connection.link,
      isResuming: () => this.#isResuming,
      expired: () => this.#connection.end(Code.TOKEN_EXPIRED),
      ask: (frameOf: FrameOf, end: (outcome: Outcome) => void, late?: LateAnswer) => this.#ask(frameOf, end, late),
      userId: () => this.#userId,
      joins: this.#joins,
    };
    const idle = () => {
      if (this.#rooms.get(targetId) === room) this.#rooms.delete(targetId);
    };
    const room: Room = new Room(targetId, deps, { ...roomListeners(targetId, this.#listenerDeps(targetId)), idle });
    this.#rooms.set(targetId, room);
    return room;
  }

  #listenerDeps(targetId: string): ListenerDeps {
    return {
      listeners: this.listeners,
      call: (run) => this.call(run),
      toApp: (message) => this.messages.toApp(this.#userId, targetId, message),
      isKnown: (message) => this.messages.isKnown(this.#userId, message),
    };
  }

  get #isWanted(): boolean {
    return this.#connection.isWanted || this.#accepted !== undefined;
  }

  #disconnect(status: RCIMIWConnectionStatus): void {
    this.#accepted = undefined;
    if (this.#connection.isWanted) this.#connection.close(status, Code.DISCONNECTED);
    else this.#stopRooms();
  }

  #transmit(text: string): Link | undefined {
    const { link } = this.#connection;
    if (link === undefined) return undefined;
    this.#heartbeat.sent();
    link.send(text);
    return link;
  }

  #ask(frameOf: FrameOf, end: (outcome: Outcome) => void, late?: LateAnswer): void {
    const ended = (outcome: Outcome) => {
      end(outcome);
      if ('code' in outcome && outcome.code === Code.NO_ANSWER) this.#heartbeat.check();
    };
    this.#requests.ask(frameOf, ended, late);
  }

  #ping(done: (isAnswered: boolean) => void): void {
    this.#requests.ask(
      (id) => ({ action: 'ping', id }),
      (outcome) => done(!('code' in outcome && outcome.code === Code.NO_ANSWER)),
    );
  }

  #noticed(event: PlatformEvent): void {
    if (event === 'hidden' || event === 'visible') this.#heartbeat.turned(event === 'hidden');
    if (event !== 'hidden') this.#connection.noticed(event);
  }

  #statusChanged(status: RCIMIWConnectionStatus): void {
    if (status === this.#status) return;
    this.#status = status;
    this.call(() => this.listeners.connectionStatusChanged?.(status));
  }

  #resumeRooms(resume: (room: Room) => void): void {
    this.#isResuming = true;
    for (const room of [...this.#rooms.values()]) resume(room);
    this.#progressed();
  }

  /** Some room may not be joined over the current link yet. */
  get #isMoving(): boolean {
    return this.#isResuming || this.#connection.former !== undefined;
  }

  /** Once every room is resumed, the joins that waited go on, and the former link is retired. */
  #progressed(): void {
    const { link, former } = this.#connection;
    if (link === undefined || !this.#isMoving) return;
    const rooms = [...this.#rooms.values()];
    if (rooms.some((room) => room.isResuming)) return;
    this.#isResuming = false;
    this.#proceed();
    if (former !== undefined && !this.#requests.isWaitingOn(former)) this.#connection.retire();
  }

  #proceed(): void {
    for (const room of [...this.#rooms.values()]) room.proceed();
  }

  #down(): void {
    this.#heartbeat.stop();
    for (const room of [...this.#rooms.values()]) room.down();
  }

  #stopRooms(): void {
    for (const room of [...this.#rooms.values()]) room.stop(Code.DISCONNECTED);
  }

  #arrived(text: string, link: Link): void {
    if (link === this.#connection.link) this.#heartbeat.received();
    const frame = readServerFrame(text);
    if (frame === undefined) {
      this.#heartbeat.faulted();
      return;
    }
    if (frame.event === 'answer') this.#answered(frame, link);
    else if (frame.event === 'closing') this.#connection.end(frame.code);
    else if (frame.event === 'notice' || frame.event === 'sync') this.#reportToUser(frame, text);
    else {
      // Only members get messages: the room finds out why they come.
      const isSign = frame.event === 'messages' && this.#connection.isWanted;
      const room = this.#rooms.get(frame.room) ?? (isSign ? this.#newRoom(frame.room) : undefined);
      room?.push(frame);
      // It may have ended the resume that the other rooms wait for.
      this.#progressed();
    }
  }

  #answered(answer: Answer, link: Link): void {
    // For the server this link is closed: requests on it are repeated on another one.
    if (answer.code === Code.DISCONNECTED) this.#connection.abandon(link);
    // The rooms cannot be joined over this link any more: they wait for the next `connect`.
    else if (answer.code === Code.TOKEN_EXPIRED && this.#isMoving) this.#connection.end(answer.code);
    else {
      this.#connection.answered();
      if (link === this.#connection.link) this.#heartbeat.answered();
      this.#requests.answer(answer);
    }
  }

  #reportToUser(frame: Extract<PushFrame, { event: 'notice' | 'sync' }>, text: string): void {
    if (!this.#seenNotices.isNew(text)) return;
    const deps = { listeners: this.listeners, call: (run: () => void) => this.call(run) };
    if (frame.event === 'notice') reportNotice(frame, deps);
    else reportSync(frame, deps);
  }
}
