import type { Answer } from '../../protocol/answers.ts';
import type { ClientFrame } from '../../protocol/client-frames.ts';
import { Code } from '../../protocol/codes.ts';
import type { NoticePush, SyncPush } from '../../protocol/push-frames.ts';
import { Connection, type ConnectionStatus } from '../connection/connection.ts';
import { Heartbeat } from '../connection/heartbeat.ts';
import type { Link } from '../connection/link.ts';
import { type FrameOf, type LateAnswer, type Outcome, Requests } from '../connection/requests.ts';
import { readServerFrame } from '../connection/server-frame.ts';
import { readToken } from '../connection/token.ts';
import { MessageIds } from '../messages/message-ids.ts';
import type { FeatureMakers, RoomFeatures } from '../room/feature.ts';
import { JoinOrder } from '../room/join-order.ts';
import { Room, type RoomEvents } from '../room/room.ts';
import { CLIENT_CLOSED } from './client-closed.ts';
import type { ClientDeps, PlatformEvent, TokenProvider } from './deps.ts';
import { Recent } from './recent.ts';

const SEEN_NOTICES_MAX = 100;

/** What a core reports to the face that the app uses. None of these may throw. */
export interface CoreEvents {
  /** `code`: why the connection is closed; otherwise 0. Reported again and again, also where nothing has changed. */
  status(status: ConnectionStatus, code: number): void;
  notice(notice: NoticePush): void;
  sync(sync: SyncPush): void;
  /** Where this room reports. Its messages come without those that the app has, because it sent them. */
  room(roomId: string): Omit<RoomEvents, 'idle'>;
}

/**
 * A client without a face: it connects and stays connected, joins, leaves, sends and receives. What else a room can do
 * comes from the features. Every call has exactly one outcome, a code.
 */
export class Core<Features extends RoomFeatures> {
  readonly messageIds: MessageIds;
  readonly #deps: ClientDeps;
  readonly #makers: FeatureMakers<Features>;
  readonly #events: CoreEvents;
  readonly #connection: Connection;
  readonly #requests: Requests;
  readonly #heartbeat: Heartbeat;
  readonly #rooms = new Map<string, Room<Features>>();
  readonly #joins = new JoinOrder(() => this.#proceed());
  /** Notices and syncs come once per link, so twice while the link is renewed. */
  readonly #seenNotices = new Recent(SEEN_NOTICES_MAX);
  readonly #unsubscribe: (() => void) | undefined;
  #userId = '';
  /** The last `connect`, until it begins or is taken back. */
  #accepted: object | undefined;
  #isResuming: boolean = false;
  #isDestroyed: boolean = false;

  constructor(deps: ClientDeps, makers: FeatureMakers<Features>, events: CoreEvents) {
    this.#deps = deps;
    this.#makers = makers;
    this.#events = events;
    this.messageIds = new MessageIds(deps);
    this.#requests = new Requests(deps.timers, {
      transmit: (text) => this.#transmit(text),
      ended: () => this.#progressed(),
    });
    this.#heartbeat = this.#newHeartbeat();
    this.#connection = this.#newConnection();
    this.#unsubscribe = deps.platformEvents?.subscribe((event) => this.#noticed(event));
  }

  get userId(): string {
    return this.#userId;
  }

  /**
   * Connects and stays connected. token: not empty; or a function that fetches one, which is called whenever the client
   * needs a fresh one. timeoutSec <= 0 = try until it works or the server refuses for good. `end` is called later, once,
   * with the code and the user, '' where the token was not even sent.
   */
  connect(token: string | TokenProvider, timeoutSec: number, end: (code: number, userId: string) => void): void {
    if (this.#isDestroyed || this.#isWanted) {
      this.later(() => end(this.#isDestroyed ? CLIENT_CLOSED : Code.CONNECTION_EXISTS, this.#userId));
      return;
    }
    const refusal = typeof token === 'string' ? this.#adopt(token) : undefined;
    if (refusal !== undefined) {
      this.later(() => end(refusal, ''));
      return;
    }
    const accepted = {};
    this.#accepted = accepted;
    this.later(() => {
      if (this.#accepted !== accepted) return end(Code.DISCONNECTED, this.#userId);
      this.#accepted = undefined;
      this.#connection.open(token, timeoutSec, (code) => end(code, this.#userId));
    });
  }

  /** Ends the connection. The rooms are resumed by a later `connect` of the same user. */
  disconnect(): void {
    this.#accepted = undefined;
    if (this.#connection.isWanted) this.#connection.close(Code.DISCONNECTED);
    else this.#stopRooms();
  }

  /** Ends the connection for good and forgets the rooms. Every later call ends with `CLIENT_CLOSED`. */
  destroy(): void {
    this.#isDestroyed = true;
    this.#unsubscribe?.();
    this.disconnect();
    this.#rooms.clear();
  }

  /** Runs after this call has returned: the app learns that its call was accepted before it is called back. */
  later(run: () => void): void {
    this.#deps.timers.setTimeout(run, 0);
  }

  /** Runs in the room; without a connection `end` gets the code. */
  inRoom(roomId: string, end: (code: number) => void, run: (room: Room<Features>) => void): void {
    if (this.#isWanted) run(this.#rooms.get(roomId) ?? this.#newRoom(roomId));
    else this.later(() => end(this.#isDestroyed ? CLIENT_CLOSED : Code.NOT_CONNECTED_YET));
  }

  #newHeartbeat(): Heartbeat {
    const { timers, now, deafMs } = this.#deps;
    return new Heartbeat(timers, now, deafMs, {
      beat: () => this.#transmit(JSON.stringify({ action: 'beat' } satisfies ClientFrame)),
      ask: (done) => this.#ping(done),
      dead: () => this.#connection.abandon(this.#connection.current),
      isListening: () => [...this.#rooms.values()].some((room) => room.isMember),
    });
  }

  #newConnection(): Connection {
    return new Connection(this.#deps, {
      status: (status, code) => this.#events.status(status, code),
      up: () => {
        this.#heartbeat.start();
        this.#resumeRooms();
      },
      movedBack: () => {
        this.#heartbeat.restart();
        this.#resumeRooms();
      },
      lost: (link) => this.#requests.lose(link),
      down: () => this.#down(),
      text: (text, link) => this.#arrived(text, link),
      doubted: () => this.#heartbeat.check(),
      stopped: () => this.#stopRooms(),
      fetched: (token) => this.#adopt(token),
    });
  }

  /** Takes the user of this token as the client's; the code where it can be no token of this app. */
  #adopt(token: string): number | undefined {
    const claims = readToken(token);
    if (claims === undefined) return Code.TOKEN_INCORRECT;
    const { userId, appKeys } = claims;
    const { appKey } = this.#deps;
    if (appKey !== '' && appKeys?.includes(appKey) === false) return Code.APP_KEY_INCORRECT;
    if (userId === this.#userId) return undefined;
    // Neither may a new user resume the rooms of the former one, nor a session change its user.
    if (this.#connection.hasOpened && this.#connection.isWanted) return Code.TOKEN_INCORRECT;
    this.#userId = userId;
    for (const room of [...this.#rooms.values()]) room.userChanged();
    return undefined;
  }

  #newRoom(roomId: string): Room<Features> {
    const deps = {
      timers: this.#deps.timers,
      link: () => this.#connection.link,
      isResuming: () => this.#isResuming,
      expired: () => this.#connection.close(Code.TOKEN_EXPIRED),
      ask: (frameOf: FrameOf, end: (outcome: Outcome) => void, late?: LateAnswer) => this.#ask(frameOf, end, late),
      userId: () => this.#userId,
      joins: this.#joins,
    };
    const room: Room<Features> = new Room(roomId, deps, this.#makers, {
      ...this.#events.room(roomId),
      idle: () => {
        if (this.#rooms.get(roomId) === room) this.#rooms.delete(roomId);
      },
    });
    this.#rooms.set(roomId, room);
    return room;
  }

  get #isWanted(): boolean {
    return this.#connection.isWanted || this.#accepted !== undefined;
  }

  #transmit(text: string): Link | undefined {
    const { current } = this.#connection;
    if (current === undefined) return undefined;
    this.#heartbeat.sent();
    current.send(text);
    return current;
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

  #resumeRooms(): void {
    this.#isResuming = true;
    for (const room of [...this.#rooms.values()]) room.up();
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
    if (link === this.#connection.current) this.#heartbeat.received();
    const frame = readServerFrame(text);
    if (frame === undefined) {
      this.#heartbeat.faulted();
      return;
    }
    if (frame.event === 'answer') this.#answered(frame, link);
    else if (frame.event === 'closing') this.#connection.close(frame.code);
    else if (frame.event === 'notice' || frame.event === 'sync') {
      if (!this.#seenNotices.isNew(text)) return;
      if (frame.event === 'notice') this.#events.notice(frame);
      else this.#events.sync(frame);
    } else {
      // Only members get messages: the room finds out why they come.
      const isSign = frame.event === 'messages' && this.#connection.isWanted;
      const room = this.#rooms.get(frame.room) ?? (isSign ? this.#newRoom(frame.room) : undefined);
      room?.push(frame);
      // It may have ended the resume that the other rooms wait for.
      this.#progressed();
    }
  }

  #answered(answer: Answer, link: Link): void {
    const isExpired = answer.code === Code.TOKEN_EXPIRED;
    // For the server this link is closed: requests on it are repeated on another one.
    if (answer.code === Code.DISCONNECTED) this.#connection.abandon(link);
    else if (isExpired && this.#connection.expired(link)) this.#requests.drop(answer.id);
    // The rooms cannot be joined over this link any more: they wait for the next `connect`.
    else if (isExpired && this.#isMoving) this.#connection.close(answer.code);
    else {
      this.#connection.answered();
      if (link === this.#connection.current) this.#heartbeat.answered();
      this.#requests.answer(answer);
    }
  }
}
