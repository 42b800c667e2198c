import { Code } from '../protocol/codes.ts';
import { type ClientFrame, MESSAGE_COUNT_MAX, type Message, type PushFrame } from '../protocol/frames.ts';
import { Connection } from './connection.ts';
import { Heartbeat } from './heartbeat.ts';
import { ListenerSetters } from './listeners.ts';
import { newTextMessage, toAppMessage } from './messages.ts';
import { Requests } from './requests.ts';
import { Room, type RoomEvents } from './room.ts';
import { readServerFrame } from './server-frame.ts';
import { readToken } from './token.ts';
import {
  type EngineDeps,
  type IRCIMIWGetChatRoomMessagesCallback,
  type IRCIMIWJoinChatRoomCallback,
  type IRCIMIWLeaveChatRoomCallback,
  RCIMIWChatRoomMemberActionType,
  RCIMIWChatRoomStatus,
  type RCIMIWConnectCallback,
  RCIMIWConnectionStatus,
  RCIMIWConversationType,
  type RCIMIWEngineOptions,
  type RCIMIWMessage,
  RCIMIWReturn,
  type RCIMIWSendMessageCallback,
  RCIMIWSentStatus,
  type RCIMIWTextMessage,
  RCIMIWTimeOrder,
} from './types.ts';

const { SUCCESS, PARAM_ERROR, ENGINE_DESTROYED } = RCIMIWReturn;

let single: RCIMIWEngine | undefined;

/** The chatroom part of RongCloud's wrapper engine, on Doorman's protocol. */
export class RCIMIWEngine extends ListenerSetters {
  readonly #deps: EngineDeps;
  readonly #connection: Connection;
  readonly #requests: Requests;
  readonly #heartbeat: Heartbeat;
  readonly #rooms = new Map<string, Room>();
  /** Begins the client message ids of this engine, so that it knows its own messages again. */
  readonly #idPrefix: string;
  #lastMessageId = 0;
  #userId = '';
  #status: RCIMIWConnectionStatus | undefined;
  #isDestroyed: boolean = false;

  /** Use `RCIMIWEngine.create` or `createEngine`. */
  constructor(deps: EngineDeps) {
    super(deps.timers);
    this.#deps = deps;
    const chance = () => Math.floor(deps.random() * 36 ** 8).toString(36);
    this.#idPrefix = `${deps.now().toString(36)}${chance()}${chance()}-`;
    this.#requests = new Requests(deps.timers, (frame) => this.#transmit(frame));
    this.#heartbeat = new Heartbeat(deps.timers, this.#requests, () => this.#connection.drop());
    this.#connection = new Connection(deps, {
      status: (status) => this.#statusChanged(status),
      up: () => this.#up(),
      down: () => this.#down(),
      text: (text) => this.#arrived(text),
      stopped: () => this.#stopRooms(),
    });
  }

  /** The engine of this process; a new one only after the former was destroyed. */
  static create(appKey: string, options: RCIMIWEngineOptions): RCIMIWEngine {
    if (single === undefined || single.#isDestroyed) single = createEngine(appKey, options);
    return single;
  }

  /** Connects and stays connected. timeout in seconds; <= 0 = try until it works or the token is refused. */
  async connect(token: string, timeout: number, callback?: RCIMIWConnectCallback): Promise<number> {
    if (this.#isDestroyed) return ENGINE_DESTROYED;
    if (!isText(token) || !Number.isFinite(timeout)) return PARAM_ERROR;
    const end = (code: number, userId: string) => this.call(() => callback?.onConnected?.(code, userId));
    if (this.#connection.isWanted) return this.#later(() => end(Code.CONNECTION_EXISTS, this.#userId));
    const userId = readToken(token)?.userId;
    if (userId === undefined) return this.#later(() => end(Code.TOKEN_INCORRECT, ''));
    // Another user must not come into the rooms of the former.
    if (userId !== this.#userId) this.#rooms.clear();
    this.#userId = userId;
    return this.#later(() => this.#connection.open(token, timeout, (code) => end(code, userId)));
  }

  /** Ends the connection. The rooms are resumed by a later `connect` of the same user. */
  async disconnect(receivePush: boolean): Promise<number> {
    if (this.#isDestroyed) return ENGINE_DESTROYED;
    const status = receivePush ? RCIMIWConnectionStatus.UNCONNECTED : RCIMIWConnectionStatus.SIGN_OUT;
    if (this.#connection.isWanted) this.#connection.close(status, Code.DISCONNECTED);
    return SUCCESS;
  }

  async destroy(): Promise<number> {
    if (this.#isDestroyed) return ENGINE_DESTROYED;
    this.#isDestroyed = true;
    if (this.#connection.isWanted) this.#connection.close(RCIMIWConnectionStatus.SIGN_OUT, Code.DISCONNECTED);
    this.#stopRooms();
    this.#rooms.clear();
    return SUCCESS;
  }

  async createTextMessage(
    type: RCIMIWConversationType,
    targetId: string,
    channelId: string,
    text: string,
  ): Promise<RCIMIWTextMessage> {
    const messageId = this.#nextMessageId();
    const clientMessageId = `${this.#idPrefix}${messageId}`;
    return newTextMessage({ type, targetId, channelId, text, messageId, clientMessageId, senderUserId: this.#userId });
  }

  /** Sends a message to a chatroom. Sending the same message object again does not store it twice. */
  async sendMessage(message: RCIMIWMessage, callback?: RCIMIWSendMessageCallback): Promise<number> {
    if (this.#isDestroyed) return ENGINE_DESTROYED;
    if (!isSendable(message)) return PARAM_ERROR;
    message.sentStatus = RCIMIWSentStatus.SENDING;
    message.senderUserId = this.#userId;
    const end = (code: number) => {
      message.sentStatus = code === Code.OK ? RCIMIWSentStatus.SENT : RCIMIWSentStatus.FAILED;
      this.call(() => callback?.onMessageSent?.(code, message));
    };
    const { clientMessageId, objectName: type, content } = message;
    return this.#inRoom(message.targetId, end, (room) => {
      this.call(() => callback?.onMessageSaved?.(message));
      room.send({ clientMessageId, type, content }, (code, sent) => {
        if (sent !== undefined) {
          message.messageUId = sent.messageId;
          message.sentTime = sent.sentAtMs;
          message.seq = sent.seq;
        }
        end(code);
      });
    });
  }

  /** messageCount: -1 = none, 0 = 10, at most 50. autoCreate: make the room if there is none. */
  async joinChatRoom(
    targetId: string,
    messageCount: number,
    autoCreate: boolean,
    callback?: IRCIMIWJoinChatRoomCallback,
  ): Promise<number> {
    if (this.#isDestroyed) return ENGINE_DESTROYED;
    if (!isText(targetId) || !isCount(messageCount, -1) || typeof autoCreate !== 'boolean') return PARAM_ERROR;
    const end = (code: number) =>
      this.call(() => {
        if (callback) callback.onChatRoomJoined?.(code, targetId);
        else this.listeners.chatRoomJoined?.(code, targetId);
      });
    return this.#inRoom(targetId, end, (room) => room.join({ messageCount, autoCreate }, end));
  }

  async leaveChatRoom(targetId: string, callback?: IRCIMIWLeaveChatRoomCallback): Promise<number> {
    if (this.#isDestroyed) return ENGINE_DESTROYED;
    if (!isText(targetId)) return PARAM_ERROR;
    const end = (code: number) =>
      this.call(() => {
        if (callback) callback.onChatRoomLeft?.(code, targetId);
        else this.listeners.chatRoomLeft?.(code, targetId);
      });
    return this.#inRoom(targetId, end, (room) => room.leave(end));
  }

  /** A page of history: order 0 = older than timestamp, newest first; 1 = newer, oldest first. count 1 to 50. */
  async getChatRoomMessages(
    targetId: string,
    timestamp: number,
    order: RCIMIWTimeOrder,
    count: number,
    callback?: IRCIMIWGetChatRoomMessagesCallback,
  ): Promise<number> {
    if (this.#isDestroyed) return ENGINE_DESTROYED;
    const isOrder = order === RCIMIWTimeOrder.BEFORE || order === RCIMIWTimeOrder.AFTER;
    const isTime = Number.isSafeInteger(timestamp) && timestamp >= 0;
    if (!isText(targetId) || !isTime || !isOrder || !isCount(count, 1)) return PARAM_ERROR;
    const end = (code: number, found: readonly Message[]) => {
      const messages = found.map((message) => this.#appMessage(targetId, message));
      const syncTime = Math.max(0, ...messages.map((message) => message.sentTime));
      this.call(() => {
        if (callback === undefined) this.listeners.chatRoomMessagesLoaded?.(code, targetId, messages, syncTime);
        else if (code === Code.OK) callback.onSuccess?.(messages);
        else callback.onError?.(code);
      });
    };
    const page = {
      timestampMs: timestamp,
      order: order === RCIMIWTimeOrder.BEFORE ? ('descending' as const) : ('ascending' as const),
      count,
    };
    return this.#inRoom(
      targetId,
      (code) => end(code, []),
      (room) => room.history(page, end),
    );
  }

  /** Runs after this call has returned, so that nobody is called back before he knows that he was accepted. */
  #later(run: () => void): number {
    this.#deps.timers.setTimeout(run, 0);
    return SUCCESS;
  }

  #inRoom(targetId: string, end: (code: number) => void, run: (room: Room) => void): number {
    if (!this.#connection.isWanted) return this.#later(() => end(Code.NOT_CONNECTED_YET));
    run(this.#rooms.get(targetId) ?? this.#newRoom(targetId));
    return SUCCESS;
  }

  #newRoom(targetId: string): Room {
    const deps = {
      timers: this.#deps.timers,
      isUp: () => this.#connection.isUp,
      ask: this.#requests.ask.bind(this.#requests),
    };
    const room: Room = new Room(
      targetId,
      deps,
      this.#roomEvents(targetId, () => room),
    );
    this.#rooms.set(targetId, room);
    return room;
  }

  #roomEvents(targetId: string, self: () => Room): RoomEvents {
    const { listeners } = this;
    const { JOIN, LEAVE } = RCIMIWChatRoomMemberActionType;
    const { DESTROY_AUTO, DESTROY_MANUAL } = RCIMIWChatRoomStatus;
    return {
      joining: () => this.call(() => listeners.chatRoomJoining?.(targetId)),
      rejoined: (code) => this.call(() => listeners.chatRoomJoined?.(code, targetId)),
      messages: (messages, offline) => this.#hand(targetId, messages, offline),
      gap: (afterSeq, beforeSeq) => this.call(() => listeners.chatRoomGap?.(targetId, afterSeq, beforeSeq)),
      members: (changes) => {
        const actions = changes.map(({ userId, change }) => ({
          userId,
          actionType: change === 'joined' ? JOIN : LEAVE,
        }));
        this.call(() => listeners.chatRoomMemberChanged?.(targetId, actions));
      },
      removed: (reason) => this.call(() => listeners.chatRoomRemoved?.(targetId, reason)),
      destroyed: (automatic) =>
        this.call(() => listeners.chatRoomStatusChanged?.(targetId, automatic ? DESTROY_AUTO : DESTROY_MANUAL)),
      idle: () => {
        if (this.#rooms.get(targetId) === self()) this.#rooms.delete(targetId);
      },
    };
  }

  #hand(targetId: string, messages: readonly Message[], offline: boolean): void {
    const isOwn = (message: Message) =>
      message.senderUserId === this.#userId && message.clientMessageId.startsWith(this.#idPrefix);
    const news = messages.filter((message) => !isOwn(message));
    news.forEach((message, index) => {
      const left = news.length - 1 - index;
      const appMessage = this.#appMessage(targetId, message);
      this.call(() => this.listeners.messageReceived?.(appMessage, left, offline, false));
    });
  }

  #appMessage(targetId: string, message: Message): RCIMIWMessage {
    const messageId = this.#nextMessageId();
    return toAppMessage(message, { targetId, userId: this.#userId, messageId, nowMs: this.#deps.now() });
  }

  #nextMessageId(): number {
    this.#lastMessageId += 1;
    return this.#lastMessageId;
  }

  #transmit(frame: ClientFrame): void {
    this.#heartbeat.restart();
    this.#connection.send(JSON.stringify(frame));
  }

  #statusChanged(status: RCIMIWConnectionStatus): void {
    if (status === this.#status) return;
    this.#status = status;
    this.call(() => this.listeners.connectionStatusChanged?.(status));
  }

  #up(): void {
    this.#heartbeat.restart();
    for (const room of [...this.#rooms.values()]) room.up();
  }

  #down(): void {
    this.#heartbeat.stop();
    this.#requests.lose();
    for (const room of [...this.#rooms.values()]) room.down();
  }

  #stopRooms(): void {
    for (const room of [...this.#rooms.values()]) room.stop(Code.DISCONNECTED);
  }

  #arrived(text: string): void {
    const frame = readServerFrame(text);
    if (frame === undefined) return;
    if (frame.event === 'answer') this.#requests.answer(frame);
    else this.#rooms.get(frame.room)?.push(frame satisfies PushFrame);
  }
}

/** Makes an engine of its own, beside any other. This is where what the platform offers comes in. */
export function createEngine(_appKey: string, options: RCIMIWEngineOptions): RCIMIWEngine {
  return new RCIMIWEngine({
    server: options.server,
    Socket: options.WebSocket ?? globalThis.WebSocket,
    timers: options.timers ?? {
      setTimeout: (run, delayMs) => globalThis.setTimeout(run, delayMs),
      clearTimeout: (timer) => globalThis.clearTimeout(timer as number | undefined),
    },
    random: options.random ?? Math.random,
    now: options.now ?? Date.now,
  });
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isCount(value: number, min: number): boolean {
  return Number.isSafeInteger(value) && value >= min && value <= MESSAGE_COUNT_MAX;
}

function isSendable(message: RCIMIWMessage): boolean {
  return (
    message.conversationType === RCIMIWConversationType.CHATROOM &&
    isText(message.targetId) &&
    isText(message.clientMessageId) &&
    isText(message.objectName) &&
    typeof message.content === 'string'
  );
}
