import { WebSocket } from 'ws';
import {
  type ClientSocketConstructor,
  createEngine,
  type DeliveredMessage,
  RCIMIWChatRoomMemberActionType,
  RCIMIWChatRoomStatus,
  type RCIMIWConnectionStatus,
  RCIMIWConversationType,
  type RCIMIWEngine,
} from '../../lib/client/index.ts';
import { EventLog } from './event-log.ts';

/** Something the SDK reported to its app. */
export type AppEvent =
  | { readonly kind: 'message'; readonly room: string; readonly text: string; readonly from: string }
  | { readonly kind: 'left' | 'joined'; readonly room: string; readonly userId: string }
  | { readonly kind: 'removed'; readonly room: string; readonly reason: string }
  | { readonly kind: 'destroyed'; readonly room: string; readonly byItself: boolean }
  | { readonly kind: 'rejoined'; readonly room: string; readonly code: number }
  | { readonly kind: 'status'; readonly status: RCIMIWConnectionStatus };

/** What a player connects with. */
export interface PlayerOptions {
  readonly server: string;
  readonly userId: string;
  readonly token: string;
}

// Nothing listens on the discard port of this machine: connecting to it fails as it does without a network.
const NO_NETWORK = 'ws://127.0.0.1:9';

/** A user with the SDK and a network that can fail. */
export class Player {
  readonly userId: string;
  readonly events = new EventLog<AppEvent>();
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

  /** Returns the code; 0 when connected. */
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

  /** Sends a text. */
  async send(room: string, text: string): Promise<{ code: number; seq: number; sentAtMs: number }> {
    const message = await this.engine.createTextMessage(RCIMIWConversationType.CHATROOM, room, '', text);
    return new Promise((resolve) => {
      const onMessageSent = (code: number, { seq, sentTime }: DeliveredMessage): void =>
        resolve({ code, seq, sentAtMs: sentTime });
      void this.engine.sendMessage(message, { onMessageSent });
    });
  }

  /** The network is gone: no close frame is sent, and no attempt to connect succeeds until `regainNetwork`. */
  loseNetwork(): void {
    this.#hasNetwork = false;
    this.#socket?.terminate();
  }

  /** The network is back; the SDK notices by itself. */
  regainNetwork(): void {
    this.#hasNetwork = true;
  }

  async end(): Promise<void> {
    await this.engine.destroy();
  }

  #network(): ClientSocketConstructor {
    const dial = (server: string, protocols: string[]): WebSocket => {
      const socket = new WebSocket(this.#hasNetwork ? server : NO_NETWORK, protocols);
      this.#socket = socket;
      return socket;
    };
    return function Network(server: string, protocols: string[]) {
      return dial(server, protocols);
    } as unknown as ClientSocketConstructor;
  }

  #listen(): void {
    const { engine, events } = this;
    engine.setOnConnectionStatusChangedListener((status) => events.add({ kind: 'status', status }));
    engine.setOnMessageReceivedListener((message) =>
      events.add({
        kind: 'message',
        room: message.targetId,
        text: 'text' in message ? String(message.text) : message.content,
        from: message.senderUserId,
      }),
    );
    engine.setOnChatRoomMemberChangedListener((room, actions) => {
      for (const { userId, actionType } of actions) {
        events.add({ kind: actionType === RCIMIWChatRoomMemberActionType.LEAVE ? 'left' : 'joined', room, userId });
      }
    });
    engine.setOnChatRoomStatusChangedListener((room, status) =>
      events.add({ kind: 'destroyed', room, byItself: status === RCIMIWChatRoomStatus.DESTROY_AUTO }),
    );
    engine.setOnChatRoomRemovedListener((room, reason) => events.add({ kind: 'removed', room, reason }));
    engine.setOnChatRoomJoinedListener((code, room) => events.add({ kind: 'rejoined', room, code }));
  }
}
