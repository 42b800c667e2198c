import { Code } from '../protocol/codes.ts';
import { isText } from './arguments.ts';
import type { RCIMIWConnectCallback } from './callbacks.ts';
import { Connection } from './connection.ts';
import { Heartbeat } from './heartbeat.ts';
import { ListenerSetters } from './listeners.ts';
import { MessageMaker } from './message-maker.ts';
import { Requests } from './requests.ts';
import { Room } from './room.ts';
import { type ListenerDeps, roomListeners, tellNotice } from './room-listeners.ts';
import { readServerFrame } from './server-frame.ts';
import { readToken } from './token.ts';
import { type EngineDeps, RCIMIWConnectionStatus, RCIMIWReturn } from './types.ts';

const { SUCCESS, PARAM_ERROR, ENGINE_DESTROYED } = RCIMIWReturn;

/** What all calls of an engine stand on: its connection, its rooms and its user. */
export class EngineCore extends ListenerSetters {
  protected readonly messages: MessageMaker;
  readonly #deps: EngineDeps;
  readonly #connection: Connection;
  readonly #requests: Requests;
  readonly #heartbeat: Heartbeat;
  readonly #rooms = new Map<string, Room>();
  #userId = '';
  #status: RCIMIWConnectionStatus | undefined;
  #isDestroyed: boolean = false;

  /** Use `RCIMIWEngine.create` or `createEngine`. */
  constructor(deps: EngineDeps) {
    super(deps.timers);
    this.#deps = deps;
    this.messages = new MessageMaker(deps);
    this.#requests = new Requests(deps.timers, (text) => this.#transmit(text));
    this.#heartbeat = new Heartbeat(deps.timers, this.#requests, () => this.#connection.drop());
    this.#connection = new Connection(deps, {
      status: (status) => this.#statusChanged(status),
      up: () => this.#up(),
      down: () => this.#down(),
      text: (text) => this.#arrived(text),
      stopped: () => this.#stopRooms(),
    });
  }

  /** Connects and stays connected. timeout in seconds; <= 0 = try until it works or the server refuses for good. */
  async connect(token: string, timeout: number, callback?: RCIMIWConnectCallback): Promise<number> {
    if (this.#isDestroyed) return ENGINE_DESTROYED;
    if (!isText(token) || !Number.isFinite(timeout)) return PARAM_ERROR;
    const end = (code: number, userId: string) => this.call(() => callback?.onConnected?.(code, userId));
    if (this.#connection.isWanted) return this.later(() => end(Code.CONNECTION_EXISTS, this.#userId));
    const userId = readToken(token)?.userId;
    if (userId === undefined) return this.later(() => end(Code.TOKEN_INCORRECT, ''));
    // Another user must not come into the rooms of the former.
    if (userId !== this.#userId) this.#rooms.clear();
    this.#userId = userId;
    return this.later(() => this.#connection.open(token, timeout, (code) => end(code, userId)));
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

  protected get isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  protected get userId(): string {
    return this.#userId;
  }

  /** Runs after this call has returned, so that nobody is called back before he knows that he was accepted. */
  protected later(run: () => void): number {
    this.#deps.timers.setTimeout(run, 0);
    return SUCCESS;
  }

  /** Runs in the room; `end` gets the code where that cannot be. */
  protected inRoom(targetId: string, end: (code: number) => void, run: (room: Room) => void): number {
    if (!this.#connection.isWanted) return this.later(() => end(Code.NOT_CONNECTED_YET));
    run(this.#rooms.get(targetId) ?? this.#newRoom(targetId));
    return SUCCESS;
  }

  #newRoom(targetId: string): Room {
    const deps = {
      timers: this.#deps.timers,
      isUp: () => this.#connection.isUp,
      ask: this.#requests.ask.bind(this.#requests),
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

  #transmit(text: string): void {
    this.#heartbeat.restart();
    this.#connection.send(text);
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
    else if (frame.event === 'closing') this.#connection.end(frame.code);
    else if (frame.event === 'notice') tellNotice(frame, { listeners: this.listeners, call: (run) => this.call(run) });
    else this.#rooms.get(frame.room)?.push(frame);
  }
}
