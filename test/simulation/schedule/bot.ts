/*
 * Models a client that speaks the protocol of docs/protocol.md, at random times: it resumes what it believes to be in,
 * repeats what was not answered and sends beats. Clock and chance: the scheduler's.
 */

import type { AnswerResult, CallArgs, Operation } from '../../support/checker/history.ts';
import type { Deployment } from './deployment.ts';
import type { History } from './history.ts';
import type { Scheduler } from './scheduler.ts';
import { Socket } from './socket.ts';

const BEAT_EVERY_MS = 100_000;
/** More than a run has. */
const MEMBERS_MAX = 20;
const CODE_DISCONNECTED = 30_001;
const CODES_FINAL = [31_004, 31_009, 31_010, 31_020, 31_029];

interface Request {
  readonly id: string;
  readonly action: string;
  readonly room: string;
  readonly frame: Readonly<Record<string, unknown>>;
}

interface Believed {
  roomEpoch: string;
  membership: string;
  seq: number;
}

export interface BotOptions {
  readonly userId: string;
  readonly platform: string;
  /** Another one for each client of a platform. */
  readonly run?: string;
  readonly scheduler: Scheduler;
  readonly deployment: Deployment;
  readonly history: History;
  readonly multipleRooms: boolean;
}

export class Bot {
  readonly userId: string;
  readonly platform: string;
  /** Reconnects by itself after a loss. */
  reconnects: boolean = true;
  readonly #o: BotOptions;
  readonly #instance: string;
  /** No other client has it. */
  readonly #name: string;
  readonly #rooms = new Map<string, Believed>();
  readonly #requests = new Map<string, Request>();
  #unanswered: Request | undefined;
  #socket: Socket | undefined;
  #ids = 0;

  constructor(options: BotOptions) {
    this.#o = options;
    this.userId = options.userId;
    this.platform = options.platform;
    const { userId, platform, run = '' } = options;
    this.#instance = `${userId}${platform}${run}_1`;
    this.#name = `${userId}-${platform}${run}`;
  }

  get isConnected(): boolean {
    return this.#socket?.isOpen === true;
  }

  connect(): void {
    if (this.#socket !== undefined) return;
    const { scheduler, deployment, history } = this.#o;
    const socket: Socket = new Socket({
      id: `${this.#name}-${scheduler.steps}-${this.#ids}`,
      userId: this.userId,
      platform: this.platform,
      instance: this.#instance,
      tokenIssuedAtMs: scheduler.nowMs,
      onFrame: (frame) => this.#received(socket, frame),
      onClosed: () => {
        history.ofConnection('closedByServer', socket.id);
        this.#lost(socket);
      },
      onGone: () => deployment.disconnected(socket),
    });
    this.#ids += 1;
    this.#socket = socket;
    deployment.connect(socket, (isOpen) => {
      if (!isOpen) return this.#lost(socket);
      socket.isOpen = true;
      history.opened(this.userId, this.platform, socket.id);
      for (const room of this.#rooms.keys()) this.#resume(room);
    });
    // A handshake that nobody answers is given up.
    scheduler.after(30_000, () => {
      if (!socket.isOpen) this.#lost(socket);
    });
    this.#beatLater(socket);
  }

  /** The network is gone; `cleanly`: API Gateway notices it at once. */
  drop(cleanly: boolean): void {
    const socket = this.#socket;
    if (socket === undefined || !socket.isOpen) return;
    this.#o.history.ofConnection('socketLost', socket.id);
    socket.isDeaf = true;
    this.#lost(socket);
    if (cleanly) socket.closeByClient();
  }

  join(room: string): void {
    this.#ask('join', room, { messageCount: -1, autoCreate: true });
  }

  leave(room: string): void {
    this.#ask('leave', room, {});
  }

  send(room: string, content: string = '{}'): void {
    this.#ids += 1;
    this.#ask('send', room, {
      clientMessageId: `${this.#name}-m${this.#ids}`,
      type: 'RC:TxtMsg',
      content,
    });
  }

  /** Asks once more what was not answered. */
  repeat(): void {
    const request = this.#unanswered;
    this.#unanswered = undefined;
    if (request !== undefined) this.#ask(request.action, request.room, request.frame);
  }

  /** Asks who is in the room. */
  info(room: string): void {
    this.#ask('info', room, { memberCount: MEMBERS_MAX, order: 'ascending' });
  }

  /** Signals something that no other signal says. */
  signal(room: string): void {
    this.#ask('signal', room, { type: 'typing', data: `${this.#name}-${this.#ids + 1}` });
  }

  ping(): void {
    this.#ask('ping', '', {});
  }

  /** Sends a heartbeat while it is connected. */
  beat(): void {
    const socket = this.#socket;
    if (socket?.isOpen !== true) return;
    this.#o.history.ofConnection('heard', socket.id);
    this.#o.deployment.received(socket, { action: 'beat' });
  }

  #beatLater(socket: Socket): void {
    this.#o.scheduler.after(BEAT_EVERY_MS, () => {
      if (this.#socket !== socket) return;
      this.beat();
      this.#beatLater(socket);
    });
  }

  #resume(room: string): void {
    const believed = this.#rooms.get(room);
    if (believed === undefined) return;
    const { roomEpoch, membership, seq } = believed;
    this.#ask('join', room, { messageCount: -1, autoCreate: false, resume: { roomEpoch, membership, seq } });
  }

  #ask(action: string, room: string, frame: Readonly<Record<string, unknown>>): void {
    const socket = this.#socket;
    if (socket?.isOpen !== true) return;
    const { history, deployment, scheduler } = this.#o;
    this.#ids += 1;
    const id = `${this.#name}-${this.#ids}`;
    const request = { id, action, room, frame };
    this.#requests.set(id, request);
    const op = action === 'join' && 'resume' in frame ? 'resume' : (action as Operation);
    const by = { user: this.userId, connection: socket.id };
    history.call({ id, by, op, room, args: argsOf(frame) });
    history.ofConnection('heard', socket.id);
    deployment.received(socket, { action, id, ...(room === '' ? {} : { room }), ...frame });
    scheduler.after(10_000, () => {
      if (this.#requests.delete(id)) this.#unanswered = request;
    });
  }

  #received(socket: Socket, frame: Record<string, unknown>): void {
    const { history } = this.#o;
    if (frame.event !== 'answer') {
      this.#pushed(socket, frame);
      return;
    }
    const id = String(frame.id);
    history.answer(id, Number(frame.code), resultOf(frame));
    const request = this.#requests.get(id);
    this.#requests.delete(id);
    if (request !== undefined) this.#answered(request, frame);
    if (frame.code === CODE_DISCONNECTED && this.#socket === socket) {
      this.#lost(socket);
      socket.closeByClient();
    }
  }

  #answered({ action, room, frame: asked }: Request, answer: Record<string, unknown>): void {
    if (action === 'join' && answer.code === 0) {
      if (!this.#o.multipleRooms) for (const other of this.#rooms.keys()) if (other !== room) this.#rooms.delete(other);
      this.#rooms.set(room, {
        roomEpoch: String(answer.roomEpoch),
        membership: String(answer.membership),
        seq: Number(answer.latestSeq),
      });
    }
    if (action === 'join' && 'resume' in asked && answer.reason !== undefined) this.#rooms.delete(room);
    if (action === 'leave' && answer.code === 0) this.#rooms.delete(room);
  }

  #pushed(socket: Socket, frame: Record<string, unknown>): void {
    const room = String(frame.room);
    const believed = this.#rooms.get(room);
    if (frame.event === 'closing') {
      if (CODES_FINAL.includes(Number(frame.code))) this.reconnects = false;
      return;
    }
    if (believed === undefined || this.#socket !== socket) return;
    if (frame.event === 'removed' && frame.membership === believed.membership) this.#rooms.delete(room);
    if (frame.event === 'destroyed' && frame.roomEpoch === believed.roomEpoch) this.#rooms.delete(room);
    if (frame.event === 'messages' && frame.roomEpoch === believed.roomEpoch) {
      for (const { seq } of frame.messages as { seq: number }[]) believed.seq = Math.max(believed.seq, seq);
    }
  }

  #lost(socket: Socket): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    const { scheduler } = this.#o;
    if (this.reconnects)
      scheduler.after(scheduler.pick([50, 700, 5_000, 29_000, 45_000, 200_000]), () => this.connect());
  }
}

function argsOf(frame: Readonly<Record<string, unknown>>): CallArgs {
  const { resume, clientMessageId } = frame as { resume?: Believed; clientMessageId?: string };
  if (resume !== undefined) return { membership: resume.membership, seq: resume.seq };
  return clientMessageId === undefined ? {} : { clientMessageId };
}

function resultOf(frame: Readonly<Record<string, unknown>>): AnswerResult {
  const { members } = frame as { members?: readonly { readonly userId: string }[] };
  return { ...frame, ...(members === undefined ? {} : { userIds: members.map(({ userId }) => userId) }) };
}
