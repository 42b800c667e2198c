import type { EndReason } from './model/presence.ts';
import { Network } from './network.ts';
import {
  createEngine,
  describeCode,
  RCIMIWChatRoomMemberActionType,
  RCIMIWConnectionStatus,
  RCIMIWConversationType,
  type RCIMIWEngine,
  RCIMIWTimeOrder,
} from './sdk.ts';
import { callServer, type Setup } from './server-calls.ts';

/** A message that a client got, or sent. `sentMs`: by the server's clock. */
export interface ReportedMessage {
  readonly seq: number;
  readonly sentMs: number;
  readonly from: string;
  readonly text: string;
}

/** What a client reports. */
export interface PersonEvents {
  status(userId: string, status: string): void;
  message(userId: string, message: ReportedMessage): void;
  /** The user is in the room: after a join, after a resume, and after a join that the SDK made. */
  inRoom(userId: string, roomId: string): void;
  removed(userId: string, roomId: string, reason: EndReason): void;
  memberChanged(roomId: string, changes: readonly { readonly userId: string; readonly hasJoined: boolean }[]): void;
  entryChanged(userId: string, roomId: string): void;
}

/** A user with the SDK and a network of their own. */
export class Person {
  readonly userId: string;
  readonly name: string;
  readonly network = new Network();
  readonly #engine: RCIMIWEngine;
  readonly #events: PersonEvents;

  constructor(userId: string, name: string, { webSocketUrl, appKey }: Setup, events: PersonEvents) {
    this.userId = userId;
    this.name = name;
    this.#events = events;
    const { Socket: WebSocket, platformEvents } = this.network;
    this.#engine = createEngine(appKey, { server: webSocketUrl, WebSocket, platformEvents });
    this.#listen();
  }

  /** @throws Error with the words of the code */
  async connect(): Promise<void> {
    const { userId, name } = this;
    const token = async () => String((await callServer('/user/getToken.json', { userId, name })).token);
    await settled('connect', (done) => this.#engine.connect(token, 0, { onConnected: done }));
  }

  async join(roomId: string): Promise<void> {
    await settled('join', (done) => this.#engine.joinChatRoom(roomId, 50, true, { onChatRoomJoined: done }));
    this.#events.inRoom(this.userId, roomId);
  }

  async leave(roomId: string): Promise<void> {
    await settled('leave', (done) => this.#engine.leaveChatRoom(roomId, { onChatRoomLeft: done }));
  }

  async send(roomId: string, text: string): Promise<void> {
    const message = await this.#engine.createTextMessage(RCIMIWConversationType.CHATROOM, roomId, '', text);
    let sent = { seq: 0, sentMs: 0 };
    await settled('send', (done) =>
      this.#engine.sendMessage(message, {
        onMessageSent: (code, { seq, sentTime }) => {
          sent = { seq, sentMs: sentTime };
          done(code);
        },
      }),
    );
    this.#events.message(this.userId, { ...sent, from: this.userId, text });
  }

  /** Asks the server for something small: every frame is a sign of life. */
  async giveSignOfLife(roomId: string): Promise<void> {
    await settled('ask for messages', (done) =>
      this.#engine.getChatRoomMessages(roomId, 0, RCIMIWTimeOrder.BEFORE, 1, {
        onSuccess: () => done(0),
        onError: done,
      }),
    );
  }

  async end(): Promise<void> {
    await this.#engine.destroy();
    this.network.end();
  }

  #listen(): void {
    const { userId } = this;
    const events = this.#events;
    const engine = this.#engine;
    engine.setOnConnectionStatusChangedListener((status) =>
      events.status(userId, RCIMIWConnectionStatus[status].toLowerCase().replaceAll('_', ' ')),
    );
    engine.setOnMessageReceivedListener((message) => {
      const text = 'text' in message ? String(message.text) : message.content;
      events.message(userId, { seq: message.seq, sentMs: message.sentTime, from: message.senderUserId, text });
    });
    engine.setOnChatRoomEntriesSyncedListener((roomId) => events.inRoom(userId, roomId));
    engine.setOnChatRoomEntriesChangedListener((_operation, roomId) => events.entryChanged(userId, roomId));
    engine.setOnChatRoomRemovedListener((roomId, reason) => events.removed(userId, roomId, reason));
    engine.setOnChatRoomStatusChangedListener((roomId) => events.removed(userId, roomId, 'destroyed'));
    engine.setOnChatRoomMemberChangedListener((roomId, actions) => {
      const changes = actions.map(({ userId: changed, actionType }) => ({
        userId: changed,
        hasJoined: actionType !== RCIMIWChatRoomMemberActionType.LEAVE,
      }));
      events.memberChanged(roomId, changes);
    });
  }
}

async function settled(what: string, start: (done: (code: number) => void) => Promise<number>): Promise<void> {
  const code = await new Promise<number>((resolve, reject) => {
    start(resolve).then((refused) => refused !== 0 && resolve(refused), reject);
  });
  if (code !== 0) throw new Error(`unable to ${what}; ${describeCode(code)}`);
}
