import { WebSocket } from 'ws';
import {
  type ClientSocketConstructor,
  createEngine,
  RCIMIWChatRoomMemberActionType,
  RCIMIWChatRoomStatus,
  type RCIMIWConnectionStatus,
  RCIMIWConversationType,
  type RCIMIWEngine,
  type RCIMIWMessage,
} from '../../lib/client/index.ts';
import { EventLog } from './event-log.ts';

/** Something the SDK told its app. */
export type Told =
  | { readonly kind: 'message'; readonly room: string; readonly text: string; readonly from: string }
  | { readonly kind: 'left' | 'joined'; readonly room: string; readonly userId: string }
  | { readonly kind: 'removed'; readonly room: string; readonly reason: string }
  | { readonly kind: 'destroyed'; readonly room: string; readonly byItself: boolean }
  | { readonly kind: 'rejoined'; readonly room: string; readonly code: number }
  | { readonly kind: 'status'; readonly status: RCIMIWConnectionStatus };

/** How a player gets in. */
export interface PlayerOptions {
  readonly server: string;
  readonly userId: string;
  readonly token: string;
}

// Nobody listens on the discard port of this machine: a dial there fails as it does without a network.
const NO_NETWORK = 'ws://127.0.0.1:9';

/** A user with the SDK and a network that can fail. */
export class Player {
  readonly userId: string;
  readonly told = new EventLog<Told>();
  readonly engine: RCIMIWEngine;
  readonly #token: string;
  #socket: WebSocket | undefined;
  #hasNetwork: boolean = true;

  constructor({ server, userId, token }: PlayerOptions) {
    this.userId = userId;
    this.#token = token;
    this.engine = createEngine('', { server, WebSocket: this.#network() });
    this.#listen();
  }

  /** Code of the connect; 0 when connected. */
  connect(): Promise<number> {
    return new Promise((resolve) => {
      void this.engine.connect(this.#token, 20, { onConnected: (code) => resolve(code) });
    });
  }

  join(room: string): Promise<number> {
    return new Promise((resolve) => {
      void this.engine.joinChatRoom(room, -1, true, { onChatRoomJoined: (code) => resolve(code) });
    });
  }

  leave(room: string): Promise<number> {
    return new Promise((resolve) => {
      void this.engine.leaveChatRoom(room, { onChatRoomLeft: (code) => resolve(code) });
    });
  }

  /** Sends a text; `seq` is its place in the room. */
  async send(room: string, text: string): Promise<{ code: number; seq: number; sentAtMs: number }> {
    const message = await this.engine.createTextMessage(RCIMIWConversationType.CHATROOM, room, '', text);
    return new Promise((resolve) => {
      const onMessageSent = (code: number, { seq, sentTime }: RCIMIWMessage): void =>
        resolve({ code, seq, sentAtMs: sentTime });
      void this.engine.sendMessage(message, { onMessageSent });
    });
  }

  /** The network is gone: no close frame is sent, and no dial gets through until `restore`. */
  cut(): void {
    this.#hasNetwork = false;
    this.#socket?.terminate();
  }

  /** The network is back; the SDK finds out by itself. */
  restore(): void {
    this.#hasNetwork = true;
  }

  async end(): Promise<void> {
    await this.engine.destroy();
  }

  #network(): ClientSocketConstructor {
    const dialled = (server: string, protocols: string[]): WebSocket => {
      const socket = new WebSocket(this.#hasNetwork ? server : NO_NETWORK, protocols);
      this.#socket = socket;
      return socket;
    };
    return function Network(server: string, protocols: string[]) {
      return dialled(server, protocols);
    } as unknown as ClientSocketConstructor;
  }

  #listen(): void {
    const { engine, told } = this;
    engine.setOnConnectionStatusChangedListener((status) => told.add({ kind: 'status', status }));
    engine.setOnMessageReceivedListener((message) =>
      told.add({
        kind: 'message',
        room: message.targetId,
        text: 'text' in message ? String(message.text) : message.content,
        from: message.senderUserId,
      }),
    );
    engine.setOnChatRoomMemberChangedListener((room, actions) => {
      for (const { userId, actionType } of actions) {
        told.add({ kind: actionType === RCIMIWChatRoomMemberActionType.LEAVE ? 'left' : 'joined', room, userId });
      }
    });
    engine.setOnChatRoomStatusChangedListener((room, status) =>
      told.add({ kind: 'destroyed', room, byItself: status === RCIMIWChatRoomStatus.DESTROY_AUTO }),
    );
    engine.setOnChatRoomRemovedListener((room, reason) => told.add({ kind: 'removed', room, reason }));
    engine.setOnChatRoomJoinedListener((code, room) => told.add({ kind: 'rejoined', room, code }));
  }
}
