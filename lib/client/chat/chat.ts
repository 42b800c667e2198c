import { Code } from '../../protocol/codes.ts';
import type { ConnectionStatus } from '../connection/connection.ts';
import { Core, type CoreEvents } from '../core/core.ts';
import type { RuntimeOptions, TokenProvider } from '../core/deps.ts';
import { depsOf } from '../core/runtime.ts';
import type { RoomEvents } from '../room/room.ts';
import type { ChatEvent, RoomEvent } from './chat-events.ts';
import { toChatMessage } from './chat-message.ts';
import { ChatRoom, RoomSource } from './chat-room.ts';
import { type CallOptions, promised } from './promised.ts';
import { Source, type Stream } from './stream.ts';

/** What a chat is created with. */
export interface ChatOptions extends RuntimeOptions {
  /** The address of the WebSocket: `wss://…`. */
  server: string;
  /** Or a function that fetches one, which is called whenever the client needs a fresh one. */
  token: string | TokenProvider;
  /** If it is given, the token must be for it. */
  appKey?: string;
}

export interface ChatJoinOptions extends CallOptions {
  /** How many of the newest messages to get, 0 to 50; 10 by default. */
  readonly messageCount?: number;
  /** Creates the room if it does not exist. */
  readonly autoCreate?: boolean;
}

/** A join that the app waits for. */
interface Join {
  readonly roomId: string;
}

/** A room that the user is in. */
interface Held {
  readonly room: ChatRoom;
  readonly source: RoomSource;
  /** A join has resolved to it: the app has it. */
  isTaken: boolean;
}

/** A chatroom client of promises and async iterables: it stays connected, and its rooms joined, until it is closed. */
export class Chat {
  /** What happens outside the rooms. Ends when the chat is closed. */
  readonly events: Stream<ChatEvent>;
  readonly #token: string | TokenProvider;
  readonly #core: Core<Record<never, never>>;
  readonly #events = new Source<ChatEvent>();
  readonly #joins = new Set<Join>();
  readonly #rooms = new Map<string, Held>();
  #status: ConnectionStatus = 'closed';
  #lastNumber = 0;

  /** Throws a `ClientConfigurationError` where the chat could never connect. */
  constructor({ server, token, appKey = '', ...options }: ChatOptions) {
    this.events = this.#events.stream;
    this.#token = token;
    this.#core = new Core(depsOf(appKey, server, options), {}, this.#coreEvents());
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  /** '' until the first token is read. */
  get userId(): string {
    return this.#core.userId;
  }

  /** Connects, and tries until it works, the server refuses for good, or the call is aborted. Then it stays connected. */
  connect({ signal }: CallOptions = {}): Promise<void> {
    return promised<void>({
      what: 'connect',
      signal,
      begin: (end) => this.#core.connect(this.#token, 0, end as (code: number) => void),
      undo: () => this.#core.disconnect(),
    });
  }

  /** Joins a room. It ends within 30 s; a join that rejects is undone. */
  join(roomId: string, { signal, messageCount = 10, autoCreate = false }: ChatJoinOptions = {}): Promise<ChatRoom> {
    const join = { roomId };
    return promised<ChatRoom>({
      what: 'join the room',
      signal,
      begin: (end) => {
        this.#joins.add(join);
        const done = (code: number) => end(code, this.#joinEnded(join, code) as ChatRoom);
        const given = { messageCount: messageCount === 0 ? -1 : messageCount, autoCreate };
        this.#core.inRoom(roomId, done, (room) => room.join(given, done));
      },
      // Where the server joins the user all the same, they leave as soon as it says so.
      undo: () => this.#joins.delete(join),
    });
  }

  /**
   * Closes the connection and ends all that is open; every later call rejects with `CLIENT_CLOSED`. The user stays a
   * member as long as the rules say.
   */
  close(): void {
    this.#core.destroy();
    for (const held of this.#rooms.values()) this.#drop(held);
    this.#events.end();
  }

  #coreEvents(): CoreEvents {
    return {
      status: (status, code) => {
        if (status === this.#status) return;
        this.#status = status;
        this.#events.put({ type: 'status', status, code });
      },
      notice: (notice) => this.#events.put({ type: 'notice', notice }),
      sync: (sync) => this.#events.put({ type: 'sync', sync }),
      room: (roomId) => this.#roomEvents(roomId),
    };
  }

  /** Runs before the messages of the join come. Returns the room that the user is in now. */
  #joinEnded(join: Join, code: number): ChatRoom | undefined {
    const { roomId } = join;
    const isIn = code === Code.OK;
    const isTaken = this.#joins.delete(join) && isIn;
    const isAwaited = [...this.#joins].some((other) => other.roomId === roomId);
    // Also for another join that waits, where this one is aborted: the server sends these messages once.
    const held = this.#rooms.get(roomId) ?? (isIn ? this.#hold(roomId) : undefined);
    if (held === undefined) return undefined;
    held.isTaken ||= isTaken;
    // The app did not get the room.
    if (!held.isTaken && !isAwaited) held.room.leave().catch(() => this.#drop(held));
    return held.room;
  }

  #hold(roomId: string): Held {
    const source = new RoomSource();
    const room: ChatRoom = new ChatRoom(roomId, source, {
      core: this.#core,
      newMessageId: () => {
        this.#lastNumber += 1;
        return this.#core.messageIds.ofNumber(this.#lastNumber);
      },
      left: () => this.#drop(held),
    });
    const held = { room, source, isTaken: false };
    this.#rooms.set(roomId, held);
    return held;
  }

  #drop(held: Held): void {
    const { roomId } = held.room;
    if (this.#rooms.get(roomId) === held) this.#rooms.delete(roomId);
    held.source.end();
  }

  #roomEvents(roomId: string): Omit<RoomEvents, 'idle'> {
    const joined = () => this.#rooms.get(roomId);
    const put = (event: RoomEvent) => joined()?.source.events.put(event);
    const end = (event?: RoomEvent) => {
      if (event !== undefined) put(event);
      const held = joined();
      if (held !== undefined) this.#drop(held);
    };
    return {
      joining: () => {},
      rejoined: (code) => (code === Code.OK ? put({ type: 'rejoined' }) : end({ type: 'lost', code })),
      messages: (messages, offlineSeq) => {
        for (const each of messages) {
          const message = toChatMessage(each, each.seq <= offlineSeq);
          put({ type: 'message', message });
          joined()?.source.messages.put(message);
        }
      },
      recalled: (message) => put({ type: 'recalled', message: toChatMessage(message, false) }),
      gap: (afterSeq, beforeSeq) => put({ type: 'gap', afterSeq, beforeSeq }),
      members: (changes) => put({ type: 'members', changes }),
      removed: (reason) => {
        const event: RoomEvent = { type: 'removed', reason };
        if (reason === 'offline') put(event);
        else end(event);
      },
      left: () => end(),
      destroyed: (automatic) => end({ type: 'destroyed', automatic }),
    };
  }
}

/** Creates a chat. Throws a `ClientConfigurationError` where it could never connect. */
export function createChat(options: ChatOptions): Chat {
  return new Chat(options);
}
