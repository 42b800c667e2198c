import { afterEach, beforeEach } from 'vitest';
import { WebSocket } from 'ws';
import { createEngine, RCIMIWConversationType, type RCIMIWEngine } from '../../lib/client/index.ts';
import type { EntriesAnswer, JoinedAnswer, MessagesAnswer, RefusalAnswer } from '../../lib/protocol/answers.ts';
import type { ClientFrame } from '../../lib/protocol/client-frames.ts';
import type { Message } from '../../lib/protocol/message.ts';
import type { PushFrame } from '../../lib/protocol/push-frames.ts';
import { VirtualTimers } from '../simulation/virtual-timers.ts';
import { tokenOf } from '../support/token-of.ts';
import { Inbox, ScriptedServer } from './scripted-server.ts';
import { joinedAnswer } from './server-frames.ts';

export const token = tokenOf({ sub: 'ann' });

export type Entries = Readonly<Record<string, string>>;

type OfRoom<Frame> = Frame extends { room: string; roomEpoch: string } ? Omit<Frame, 'room' | 'roomEpoch'> : never;

const SUSPEND = 8;
const room = { room: 'r', roomEpoch: 'e1' } as const;

interface Parts {
  readonly server: ScriptedServer;
  readonly timers: VirtualTimers;
  readonly events: Inbox<readonly unknown[]>;
  readonly engine: RCIMIWEngine;
}

/** A scripted engine for each test of a file: started before the test, stopped after it. */
export function useScriptedEngine(): ScriptedEngine {
  const script = new ScriptedEngine();
  beforeEach(() => script.start());
  afterEach(() => script.stop());
  return script;
}

/** An engine of the user ann whose server does what the test says. Its parts are new in each test. */
export class ScriptedEngine {
  #parts: Parts | undefined;

  get server(): ScriptedServer {
    return this.#running.server;
  }

  get timers(): VirtualTimers {
    return this.#running.timers;
  }

  /** What the app was notified of, in order. */
  get events(): Inbox<readonly unknown[]> {
    return this.#running.events;
  }

  get engine(): RCIMIWEngine {
    return this.#running.engine;
  }

  get #running(): Parts {
    if (this.#parts === undefined) throw new Error('unable to use the engine; no test is running');
    return this.#parts;
  }

  async start(): Promise<void> {
    const server = await ScriptedServer.start();
    const timers = new VirtualTimers();
    const deps = { timers, random: () => 0.5, now: () => timers.nowMs };
    // Pings are seldom: a real server cannot answer them while virtual time moves.
    const engine = createEngine('key', { server: server.url, WebSocket, deafSec: 3600, ...deps });
    const events = new Inbox<readonly unknown[]>();
    engine.setOnMessageReceivedListener(({ seq }, left, offline) => events.put(['message', seq, left, offline]));
    engine.setOnChatRoomRemovedListener((room, reason) => events.put(['removed', room, reason]));
    engine.setOnChatRoomGapListener((room, afterSeq, beforeSeq) => events.put(['gap', room, afterSeq, beforeSeq]));
    engine.setOnChatRoomJoinedListener((code, room) => events.put(['joined', code, room]));
    engine.setOnChatRoomLeftListener((code, room) => events.put(['left', code, room]));
    engine.setOnChatRoomStatusChangedListener((room, status) => events.put(['status', room, status]));
    engine.setOnChatRoomMemberChangedListener((room, actions) => events.put(['members', room, actions]));
    this.#parts = { server, timers, events, engine };
  }

  async stop(): Promise<void> {
    await this.engine.destroy();
    await this.server.stop();
    this.#parts = undefined;
  }

  async connect(): Promise<readonly unknown[]> {
    const { events } = this;
    const onConnected = (code: number, userId: string) => events.put(['connected', code, userId]);
    await this.engine.connect(token, 0, { onConnected });
    return events.next();
  }

  /** Connects and joins the room `r`; resolves to the event of the join. */
  async join(more: Partial<JoinedAnswer> = {}): Promise<readonly unknown[]> {
    await this.connect();
    await this.engine.joinChatRoom('r', 10, true);
    await this.answerJoin(more);
    return this.events.next();
  }

  /** Answers the next `join`, which must be the next frame. */
  async answerJoin(more: Partial<JoinedAnswer> = {}): Promise<void> {
    this.server.send(joinedAnswer((await this.server.take('join')).id, more));
  }

  /** From here on `events` has also the entries of the room. */
  listenToEntries(): void {
    const { engine, events } = this;
    engine.setOnChatRoomEntriesSyncedListener((room) => events.put(['synced', room]));
    engine.setOnChatRoomEntriesChangedListener((type, room, entries) => {
      events.put(['changed', type, room, Object.fromEntries(entries)]);
    });
  }

  /** Answers the next `getEntries`; resolves to the key after which it asked. */
  async answerEntries(entries: Entries, revision: number, more: Partial<EntriesAnswer> = {}): Promise<string> {
    const { id, afterKey } = await this.server.take('getEntries');
    this.server.send({ event: 'answer', id, code: 0, ...room, revision, entries, ...more });
    return afterKey;
  }

  /** Answers a `history` or a `repair`. Unless `more` says otherwise, nothing is missing. */
  answerPage(id: string, messages: readonly Message[], more: Partial<MessagesAnswer> = {}): void {
    this.server.send({ event: 'answer', id, code: 0, ...room, messages, complete: true, ...more });
  }

  /** Accepts a message that was sent. */
  accept(id: string, seq: number, sentAtMs: number): void {
    this.server.send({ event: 'answer', id, code: 0, ...room, seq, messageId: `m${seq}`, sentAtMs });
  }

  ok(id: string): void {
    this.server.send({ event: 'answer', id, code: 0 });
  }

  refuse(id: string, code: number, more: Partial<RefusalAnswer> = {}): void {
    this.server.send({ event: 'answer', id, code, message: 'no', ...more });
  }

  /** Answers the next frame, which must be of this action. */
  async okNext(action: ClientFrame['action']): Promise<void> {
    this.ok((await this.server.take(action)).id ?? '');
  }

  /** Refuses the next frame, which must be of this action. */
  async refuseNext(action: ClientFrame['action'], code: number, more: Partial<RefusalAnswer> = {}): Promise<void> {
    this.refuse((await this.server.take(action)).id ?? '', code, more);
  }

  /** All entries as the app gets them, or the code. */
  async allEntries(): Promise<unknown> {
    const found = await new Promise((resolve) => {
      void this.engine.getChatRoomAllEntries('r', { onSuccess: resolve, onError: resolve });
    });
    return found instanceof Map ? Object.fromEntries(found) : found;
  }

  /** Pushes a frame of the room that was joined. */
  push(frame: OfRoom<PushFrame>): void {
    this.server.send({ ...room, ...frame } as PushFrame);
  }

  pushMessages(...messages: Message[]): void {
    this.push({ event: 'messages', messages });
  }

  /** Resolves when the connection has this status; replaces the listener of the status. */
  reachesStatus(status: number): Promise<void> {
    return new Promise((resolve) => {
      this.engine.setOnConnectionStatusChangedListener((reached) => reached === status && resolve());
    });
  }

  /** Breaks the connection and lets the client reconnect. */
  async reconnect(): Promise<void> {
    await this.server.connections.next();
    const suspended = this.reachesStatus(SUSPEND);
    this.server.disconnect();
    await suspended;
    this.timers.advance(500);
  }

  /** Resolves when everything that the server has sent so far has arrived. The client must have sent nothing else. */
  async flush(): Promise<void> {
    const done = new Promise<void>((resolve) => {
      void this.engine.getChatRoomMessages('flush', 0, 0, 1, { onSuccess: () => resolve() });
    });
    this.answerPage((await this.server.take('history')).id, [], { room: 'flush', roomEpoch: 'f' });
    await done;
  }

  async sendText(text: string): Promise<void> {
    const made = await this.engine.createTextMessage(RCIMIWConversationType.CHATROOM, 'r', '', text);
    const { events } = this;
    const onMessageSent = (code: number, { seq }: { seq: number }) => events.put(['sent', text, code, seq]);
    await this.engine.sendMessage(made, { onMessageSent });
  }
}
