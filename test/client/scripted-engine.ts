import { WebSocket } from 'ws';
import { createEngine, RCIMIWConversationType, type RCIMIWEngine } from '../../lib/client/index.ts';
import type { EntriesAnswer, JoinedAnswer, RefusalAnswer } from '../../lib/protocol/answers.ts';
import type { Message } from '../../lib/protocol/message.ts';
import type { PushFrame } from '../../lib/protocol/push-frames.ts';
import { Inbox, ScriptedServer } from './scripted-server.ts';
import { VirtualTimers } from './virtual-timers.ts';

const base64url = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
export const tokenOf = (claims: Record<string, unknown>) => `e30.${base64url(claims)}.x`;
export const token = tokenOf({ sub: 'ann' });

export const message = (seq: number, more: Partial<Message> = {}): Message => ({
  seq,
  messageId: `m${seq}`,
  clientMessageId: `c${seq}`,
  senderUserId: 'bob',
  type: 'RC:TxtMsg',
  content: JSON.stringify({ content: `text ${seq}` }),
  sentAtMs: seq,
  ...more,
});

/** Unless it says otherwise, everything is in it. */
export const joinedAnswer = (id: string, more: Partial<JoinedAnswer> = {}): JoinedAnswer => ({
  event: 'answer',
  id,
  code: 0,
  room: 'r',
  roomEpoch: 'e1',
  membership: 's1',
  joinedAtMs: 1,
  fresh: true,
  seq: 0,
  latestSeq: more.seq ?? 0,
  messages: [],
  complete: true,
  hasEntries: false,
  ...more,
});

export type Entries = Readonly<Record<string, string>>;

type OfRoom<Frame> = Frame extends { room: string; roomEpoch: string } ? Omit<Frame, 'room' | 'roomEpoch'> : never;

/** An engine of the user ann whose server does what the test says; `told` has what the app was told. */
export class ScriptedEngine {
  readonly server: ScriptedServer;
  readonly timers = new VirtualTimers();
  readonly told = new Inbox<readonly unknown[]>();
  readonly engine: RCIMIWEngine;

  private constructor(server: ScriptedServer) {
    this.server = server;
    const { timers, told } = this;
    const deps = { timers, random: () => 0.5, now: () => timers.nowMs };
    const engine = createEngine('key', { server: server.url, WebSocket, ...deps });
    this.engine = engine;
    engine.setOnMessageReceivedListener(({ seq }, left, offline) => told.put(['message', seq, left, offline]));
    engine.setOnChatRoomRemovedListener((room, reason) => told.put(['removed', room, reason]));
    engine.setOnChatRoomGapListener((room, afterSeq, beforeSeq) => told.put(['gap', room, afterSeq, beforeSeq]));
    engine.setOnChatRoomJoinedListener((code, room) => told.put(['joined', code, room]));
    engine.setOnChatRoomLeftListener((code, room) => told.put(['left', code, room]));
    engine.setOnChatRoomStatusChangedListener((room, status) => told.put(['status', room, status]));
    engine.setOnChatRoomMemberChangedListener((room, actions) => told.put(['members', room, actions]));
  }

  static async start(): Promise<ScriptedEngine> {
    return new ScriptedEngine(await ScriptedServer.start());
  }

  async stop(): Promise<void> {
    await this.engine.destroy();
    await this.server.stop();
  }

  async connect(): Promise<readonly unknown[]> {
    const onConnected = (code: number, userId: string) => this.told.put(['connected', code, userId]);
    await this.engine.connect(token, 0, { onConnected });
    return this.told.next();
  }

  /** Connects and joins the room `r`; resolves to what the app is told of the join. */
  async join(more: Partial<JoinedAnswer> = {}): Promise<readonly unknown[]> {
    await this.connect();
    await this.engine.joinChatRoom('r', 10, true);
    this.server.send(joinedAnswer((await this.server.take('join')).id, more));
    return this.told.next();
  }

  /** From here on `told` has also what the app is told of attributes. */
  listenToEntries(): void {
    const { engine, told } = this;
    engine.setOnChatRoomEntriesSyncedListener((room) => told.put(['synced', room]));
    engine.setOnChatRoomEntriesChangedListener((type, room, entries) => {
      told.put(['changed', type, room, Object.fromEntries(entries)]);
    });
  }

  /** Answers the next `getEntries`; resolves to the key after which it asked. */
  async answerEntries(entries: Entries, revision: number, more: Partial<EntriesAnswer> = {}): Promise<string> {
    const { id, afterKey } = await this.server.take('getEntries');
    const answer = { event: 'answer', id, code: 0, room: 'r', roomEpoch: 'e1', revision, entries } as const;
    this.server.send({ ...answer, ...more });
    return afterKey;
  }

  /** All attributes as the app gets them, or the code. */
  async allEntries(): Promise<unknown> {
    const found = await new Promise((resolve) => {
      void this.engine.getChatRoomAllEntries('r', { onSuccess: resolve, onError: resolve });
    });
    return found instanceof Map ? Object.fromEntries(found) : found;
  }

  ok(id: string): void {
    this.server.send({ event: 'answer', id, code: 0 });
  }

  refuse(id: string, code: number, more: Partial<RefusalAnswer> = {}): void {
    this.server.send({ event: 'answer', id, code, message: 'no', ...more });
  }

  /** Pushes a frame of the room that was joined. */
  push(frame: OfRoom<PushFrame>): void {
    this.server.send({ room: 'r', roomEpoch: 'e1', ...frame } as PushFrame);
  }

  pushMessages(...messages: Message[]): void {
    this.push({ event: 'messages', messages });
  }

  /** Drops the connection and lets the client come back. */
  async reconnect(): Promise<void> {
    await this.server.connections.next();
    const suspended = new Promise<void>((resolve) => {
      this.engine.setOnConnectionStatusChangedListener((status) => status === 8 && resolve());
    });
    this.server.drop();
    await suspended;
    this.timers.advance(500);
  }

  /** Once it has resolved, all that the server has sent so far has arrived. */
  async fence(): Promise<void> {
    const done = new Promise<void>((resolve) => {
      void this.engine.getChatRoomMessages('fence', 0, 0, 1, { onSuccess: () => resolve() });
    });
    const { id } = await this.server.take('history');
    const page = { event: 'answer', code: 0, room: 'fence', roomEpoch: 'f', complete: true } as const;
    this.server.send({ ...page, id, messages: [] });
    await done;
  }

  async sendText(text: string): Promise<void> {
    const made = await this.engine.createTextMessage(RCIMIWConversationType.CHATROOM, 'r', '', text);
    const onMessageSent = (code: number, { seq }: { seq: number }) => this.told.put(['sent', text, code, seq]);
    await this.engine.sendMessage(made, { onMessageSent });
  }
}
