import { WebSocket } from 'ws';
import { type ClientSocketConstructor, createEngine, type RCIMIWEngine } from '../../lib/client/index.ts';
import type { Platform } from '../../lib/protocol/handshake.ts';
import type { AnswerResult, CallArgs, Operation } from '../support/checker/history.ts';
import { LINK_HEADER, type Links } from './links.ts';
import type { Records } from './records.ts';
import { Stays } from './stays.ts';

const CHATROOM = 3;
const WITHOUT_MESSAGES = -1;
/** As long as it takes: nobody refuses these tokens. */
const FOR_EVER = 0;
/** The app learns from these that its call has had no effect. */
const isCertain = (code: number): boolean => code === 0 || (code >= 20_000 && code < 30_000);

/** Nobody listens on the discard port of this machine: a dial there fails as it does without a network. */
const NO_NETWORK = 'ws://127.0.0.1:9';
/** Not a member, no such room. */
const NOT_IN: readonly number[] = [23406, 23410];

export interface TortureClientOptions {
  readonly userId: string;
  readonly platform: Platform;
  readonly token: string;
  readonly links: Links;
  readonly stage: string;
  readonly records: Records;
}

interface AnyFrame {
  readonly event?: string;
  readonly id?: string;
  readonly action?: string;
  readonly room?: string;
  readonly code?: number;
  readonly roomEpoch?: string;
  readonly clientMessageId?: string;
  readonly resume?: { readonly membership: string; readonly seq: number };
  readonly afterSeq?: number;
  readonly beforeSeq?: number;
}

let links = 0;

/** One device of a user with the SDK, over the TCP proxy; writes down each frame and each call of the app. */
export class TortureClient {
  readonly userId: string;
  readonly platform: Platform;
  /** Where the app believes to be: joined, and not notified of an end. */
  readonly rooms = new Set<string>();
  /** Rooms where the outcome of the last join or leave is unknown. */
  readonly unsure = new Set<string>();
  readonly stays: Stays;
  /** What the app asked and what it was notified of, for a story. */
  readonly diary: string[] = [];
  /** Calls of the app without an outcome. */
  pending = 0;
  isConnected: boolean = false;
  readonly #o: TortureClientOptions;
  readonly #engine: RCIMIWEngine;
  #linkId = '';
  #hasNetwork: boolean = true;

  constructor(options: TortureClientOptions) {
    this.#o = options;
    this.userId = options.userId;
    this.platform = options.platform;
    this.stays = new Stays(`${options.userId}/${options.platform}`, options.records);
    const { links: proxy, stage, platform } = options;
    const server = `ws://127.0.0.1:${proxy.port}/${stage}`;
    this.#engine = createEngine('', { server, platform, WebSocket: this.#network() });
    this.#listen();
  }

  get connectionId(): string | undefined {
    return this.#o.links.get(this.#linkId)?.connectionId;
  }

  connect(): Promise<void> {
    return new Promise((resolve) => {
      void this.#engine.connect(this.#o.token, FOR_EVER, { onConnected: () => resolve() });
    });
  }

  join(room: string): void {
    this.pending += 1;
    this.#write(`asks to join ${room}`);
    const onChatRoomJoined = (code: number) => {
      this.pending -= 1;
      this.#joined(room, code);
    };
    void this.#engine.joinChatRoom(room, WITHOUT_MESSAGES, true, { onChatRoomJoined });
  }

  leave(room: string): void {
    this.pending += 1;
    this.#write(`asks to leave ${room}`);
    const onChatRoomLeft = (code: number) => {
      this.pending -= 1;
      this.#left(room, code);
    };
    void this.#engine.leaveChatRoom(room, { onChatRoomLeft });
  }

  async send(room: string): Promise<void> {
    this.pending += 1;
    const message = await this.#engine.createTextMessage(CHATROOM, room, '', `from ${this.userId}`);
    const { client } = this.stays;
    const request = message.clientMessageId;
    this.stays.asked.add(request);
    this.#o.records.history.note({ kind: 'appAsked', client, request, room });
    const onMessageSent = (code: number) => {
      this.pending -= 1;
      this.#o.records.history.note({ kind: 'appAnswered', client, request, code, seq: message.seq });
    };
    await this.#engine.sendMessage(message, { onMessageSent });
  }

  /** The network is gone until `restore`. */
  loseNetwork(): void {
    this.#write('loses the network');
    this.#hasNetwork = false;
    this.#o.records.lost(this.connectionId);
    this.#o.links.get(this.#linkId)?.cut();
  }

  restore(): void {
    this.#hasNetwork = true;
  }

  async end(): Promise<void> {
    await this.#engine.destroy();
  }

  #listen(): void {
    const engine = this.#engine;
    engine.setOnMessageReceivedListener(({ targetId, seq }) => this.stays.got(targetId, seq));
    engine.setOnChatRoomGapListener((room, after, before) => this.stays.gap(room, after, before));
    engine.setOnChatRoomRemovedListener((room, reason) => {
      this.#write(`is removed from ${room}: ${reason}`);
      this.#out(room);
    });
    engine.setOnChatRoomStatusChangedListener((room) => {
      this.#write(`learns that ${room} is destroyed`);
      this.#out(room);
    });
    // The outcome of a leave that had ended without one.
    engine.setOnChatRoomLeftListener((code, room) => this.#left(room, code));
    engine.setOnChatRoomJoinedListener((code, room) => this.#joined(room, code));
    engine.setOnConnectionStatusChangedListener((status) => {
      this.isConnected = status === 1;
      this.#write(`has the connection status ${status}`);
    });
  }

  #write(line: string): void {
    this.diary.push(`${new Date(Date.now()).toISOString().slice(11, -1)} ${this.stays.client} ${line}`);
  }

  #joined(room: string, code: number): void {
    this.#write(`has joined ${room}: ${code}`);
    if (code === 0) {
      // A user is in one room at a time: this join has ended what an earlier leave may have left.
      for (const other of this.unsure) if (other !== room) this.#out(other);
      this.rooms.add(room);
      this.unsure.clear();
    } else if (isCertain(code)) this.#out(room);
    this.#note(room, code);
  }

  #left(room: string, code: number): void {
    this.#write(`has left ${room}: ${code}`);
    if (code === 0 || NOT_IN.includes(code)) this.#out(room);
    this.#note(room, code);
  }

  #note(room: string, code: number): void {
    if (isCertain(code)) this.unsure.delete(room);
    else this.unsure.add(room);
  }

  #out(room: string): void {
    this.rooms.delete(room);
    this.stays.over(room);
  }

  #network(): ClientSocketConstructor {
    const dial = (server: string, protocols: string[]): WebSocket => {
      links += 1;
      const linkId = `${links}`;
      this.#linkId = linkId;
      return this.#record(
        linkId,
        new WebSocket(this.#hasNetwork ? server : NO_NETWORK, protocols, { headers: { [LINK_HEADER]: linkId } }),
      );
    };
    return function Network(server: string, protocols: string[]) {
      return dial(server, protocols);
    } as unknown as ClientSocketConstructor;
  }

  /** Writes down what goes over a socket, before the server or the SDK sees it. */
  #record(linkId: string, socket: WebSocket): WebSocket {
    const { links: proxy, records } = this.#o;
    let connectionId: string | undefined;
    const find = () => {
      connectionId ??= proxy.get(linkId)?.connectionId;
      return connectionId;
    };
    const [send, close] = [socket.send.bind(socket), socket.close.bind(socket)];
    socket.on('open', find);
    socket.on('message', (data) => this.#arrived(linkId, String(data)));
    socket.on('close', () => records.lost(find()));
    socket.send = (text: string) => {
      this.#asked(linkId, find() ?? '', text);
      send(text);
    };
    socket.close = (code?: number) => {
      records.lost(find());
      close(code);
    };
    return socket;
  }

  #asked(linkId: string, connection: string, text: string): void {
    const frame = JSON.parse(text) as AnyFrame;
    if (frame.id === undefined) return;
    const op = (frame.resume === undefined ? frame.action : 'resume') as Operation;
    const by = { user: this.userId, connection };
    const id = `${linkId}:${frame.id}`;
    this.#o.records.history.call({ id, by, op, room: frame.room ?? '', args: argsOf(frame) });
  }

  #answered(answer: JoinAnswer): void {
    this.stays.answered(this.rooms.has(answer.room ?? ''), answer);
  }

  #arrived(linkId: string, text: string): void {
    const frame = JSON.parse(text) as AnyFrame;
    if (frame.event !== 'answer') return;
    const { id = '', code = 0 } = frame;
    if (code === 0 && linkId === this.#linkId) this.#answered(frame as JoinAnswer);
    this.#o.records.history.answer(`${linkId}:${id}`, code, frame as AnswerResult);
  }
}

type JoinAnswer = AnswerResult & { readonly room?: string };

function argsOf({ resume, clientMessageId, afterSeq, beforeSeq }: AnyFrame): CallArgs {
  if (resume !== undefined) return { membership: resume.membership, seq: resume.seq };
  if (clientMessageId !== undefined) return { clientMessageId };
  return {
    ...(afterSeq === undefined ? {} : { afterSeq }),
    ...(beforeSeq === undefined ? {} : { beforeSeq }),
  };
}
