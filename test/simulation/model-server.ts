/*
 * Models the server of docs/protocol.md for one room: memberships, messages, repair, history and eviction.
 * Clock: the `now` that it gets. Chance: the `random` that it gets decides which trouble happens.
 */

import type { Answer } from '../../lib/protocol/answers.ts';
import type { ClientFrame } from '../../lib/protocol/client-frames.ts';
import type { EndReason } from '../../lib/protocol/end-reason.ts';
import type { Message } from '../../lib/protocol/message.ts';
import type { PushFrame } from '../../lib/protocol/push-frames.ts';
import { type Fate, ModelLog } from './model-log.ts';
import type { Backend, Wire } from './simulated-network.ts';

type FrameOf<Action extends ClientFrame['action']> = Extract<ClientFrame, { action: Action }>;
/** The fields of an answer that do not depend on the frame. */
type Fields = { readonly code: number } & Readonly<Record<string, unknown>>;

const OFFLINE_GRACE_MS = 30_000;
const OFFLINE_MESSAGE_LIMIT = 31;
/** A client may give up a repair that fails more often than this in a row. */
const REPAIRS_REFUSED_MAX = 6;
const OK: Fields = { code: 0 };

interface Member {
  readonly membership: string;
  readonly wires: Set<Wire>;
  offline?: { readonly seq: number; readonly atMs: number } | undefined;
}

/** What goes wrong, each with its probability. */
export interface Trouble {
  /** The frame is served, and its answer never comes. */
  lostAnswer: number;
  lostPush: number;
  /** The frame is not served, and the server answers that it does not know the outcome. */
  unknown: number;
  /** The message is accepted, and the server answers that it does not know the outcome. */
  unknownSend: number;
  /** The frame is not served: the user exceeds their rate. */
  tooFast: number;
}

export const NO_TROUBLE: Trouble = { lostAnswer: 0, lostPush: 0, unknown: 0, unknownSend: 0, tooFast: 0 };

/** A server with the one room `r` of docs/protocol.md, in memory; it answers at once. A client's token names its user. */
export class ModelServer implements Backend {
  trouble: Trouble = NO_TROUBLE;
  /** Handshakes end with this status; undefined = they succeed. */
  refuseWith: number | undefined;
  /** Replaces the answer to a frame. `unanswered`: the frame does not arrive; undefined: it is served as usual. */
  override: ((frame: ClientFrame, wire: Wire) => Fields | 'unanswered' | undefined) | undefined;
  readonly log = new ModelLog();
  /** The last new join asked for no message up to this seq. */
  notAskedSeq = 0;
  readonly frames: ClientFrame[] = [];
  readonly wires = new Map<Wire, string>();
  readonly #members = new Map<string, Member>();
  readonly #ends = new Map<string, string>();
  readonly #now: () => number;
  readonly #random: () => number;
  #memberships = 0;
  #repairsRefused = 0;

  constructor(now: () => number, random: () => number) {
    this.#now = now;
    this.#random = random;
  }

  connect(wire: Wire): void {
    if (this.refuseWith !== undefined) {
      wire.refuse(this.refuseWith);
      return;
    }
    this.wires.set(wire, userOf(wire));
    wire.accept('doorman.v1');
  }

  disconnected(wire: Wire): void {
    const userId = this.wires.get(wire) ?? '';
    this.wires.delete(wire);
    const member = this.#members.get(userId);
    if (member?.wires.delete(wire) && member.wires.size === 0) {
      member.offline = { seq: this.log.seq, atMs: this.#now() };
    }
  }

  received(wire: Wire, text: string): void {
    const frame = JSON.parse(text) as ClientFrame;
    this.frames.push(frame);
    const given = this.override?.(frame, wire);
    if (given !== undefined) {
      if (given !== 'unanswered') wire.send(JSON.stringify({ event: 'answer', id: frame.id, message: 'no', ...given }));
      return;
    }
    const isUnknown = this.#mayFail(frame) && this.#happens(this.trouble.unknown);
    const isTooFast = this.#happens(this.trouble.tooFast);
    const fields = isTooFast ? tooFast() : isUnknown ? unknown() : this.#serve(wire, frame);
    const isLost = this.#mayFail(frame) && this.#happens(this.trouble.lostAnswer);
    if (frame.action === 'repair' && (isUnknown || isLost)) this.#repairsRefused += 1;
    else if (frame.action === 'repair' && !isTooFast) this.#repairsRefused = 0;
    if (frame.action === 'beat' || isLost) return;
    wire.send(JSON.stringify({ event: 'answer', id: frame.id, ...fields } as unknown as Answer));
  }

  /** Publishes as the server API does. A message that is lost is not pushed either. */
  publish(senderUserId: string, clientMessageId: string, fate: Fate = 'kept', except?: Wire): Message {
    const content = JSON.stringify({ content: `text ${clientMessageId}` });
    const given = { clientMessageId, senderUserId, type: 'RC:TxtMsg', content, sentAtMs: this.#now() };
    const message = this.log.add(given, fate);
    for (const [userId, member] of this.#members) if (this.#isEvicted(member)) this.remove(userId, 'offline');
    if (fate !== 'lost') this.#pushToAll({ event: 'messages', ...room, messages: [message] }, except);
    return message;
  }

  /** A recall that leaves nothing to show. */
  delete(message: Message): void {
    this.log.setFate(message.seq, 'hidden');
    const note: Message = { ...message, type: 'RC:RcNtf', content: '{}', recalled: true, hidden: true };
    this.#pushToAll({ event: 'recalled', ...room, message: note });
  }

  /** Ends a membership and notifies the member's own connections. */
  remove(userId: string, reason: EndReason): void {
    const member = this.#members.get(userId);
    if (member === undefined) return;
    this.#members.delete(userId);
    this.#ends.set(member.membership, reason);
    const { membership } = member;
    for (const wire of member.wires) this.push(wire, { event: 'removed', ...room, membership, reason });
  }

  push(wire: Wire, frame: PushFrame): void {
    if (!this.#happens(this.trouble.lostPush)) wire.send(JSON.stringify(frame));
  }

  #pushToAll(frame: PushFrame, except?: Wire): void {
    for (const { wires } of this.#members.values()) {
      for (const wire of wires) if (wire !== except) this.push(wire, frame);
    }
  }

  membershipOf(userId: string): string | undefined {
    return this.#members.get(userId)?.membership;
  }

  isOnline(userId: string): boolean {
    return (this.#members.get(userId)?.wires.size ?? 0) > 0;
  }

  #serve(wire: Wire, frame: ClientFrame): Fields {
    const userId = this.wires.get(wire) ?? '';
    switch (frame.action) {
      case 'join':
        return this.#join(wire, userId, frame);
      case 'send':
        return this.#send(wire, userId, frame);
      case 'repair':
        return { code: 0, ...room, ...this.log.repaired(frame.afterSeq, frame.beforeSeq) };
      case 'history':
        return { code: 0, ...room, ...this.log.history(frame) };
      case 'leave':
        return this.#members.delete(userId) ? OK : refusal(23406);
      default:
        return OK;
    }
  }

  #join(wire: Wire, userId: string, frame: FrameOf<'join'>): Fields {
    const { resume } = frame;
    const member = this.#members.get(userId);
    if (resume !== undefined && member?.membership !== resume.membership) {
      return { ...refusal(23406), reason: this.#ends.get(resume.membership) ?? 'offline' };
    }
    const joined = member ?? { membership: this.#nextMembership(), wires: new Set() };
    joined.wires.add(wire);
    joined.offline = undefined;
    this.#members.set(userId, joined);
    const { membership } = joined;
    const fresh = member === undefined;
    return { code: 0, ...room, membership, joinedAtMs: 1, fresh, hasEntries: false, ...this.#missed(frame) };
  }

  #missed({ resume, messageCount }: FrameOf<'join'>) {
    const latestSeq = this.log.seq;
    const count = messageCount === 0 ? 10 : Math.max(0, messageCount);
    if (resume === undefined) this.notAskedSeq = Math.max(0, latestSeq - count);
    const { next = latestSeq, ...page } = this.log.repaired(resume?.seq ?? this.notAskedSeq, 0);
    return { ...page, seq: next, latestSeq };
  }

  #send(wire: Wire, userId: string, { clientMessageId }: FrameOf<'send'>): Fields {
    const member = this.#members.get(userId);
    if (member === undefined || this.#isEvicted(member)) {
      if (member !== undefined) this.remove(userId, 'offline');
      return refusal(23406);
    }
    member.wires.add(wire);
    member.offline = undefined;
    const known = this.log.messages.find((message) => message.clientMessageId === clientMessageId);
    const { seq, messageId, sentAtMs } = known ?? this.publish(userId, clientMessageId, 'kept', wire);
    return this.#happens(this.trouble.unknownSend) ? unknown() : { code: 0, ...room, seq, messageId, sentAtMs };
  }

  #isEvicted({ offline }: Member): boolean {
    const last = this.log.messages.at(-1);
    if (offline === undefined || last === undefined || last.seq <= offline.seq) return false;
    return last.seq - offline.seq >= OFFLINE_MESSAGE_LIMIT || last.sentAtMs - offline.atMs > OFFLINE_GRACE_MS;
  }

  #nextMembership(): string {
    this.#memberships += 1;
    return `s${this.#memberships}`;
  }

  #mayFail({ action }: ClientFrame): boolean {
    return action !== 'repair' || this.#repairsRefused < REPAIRS_REFUSED_MAX;
  }

  #happens(chance: number): boolean {
    return chance > 0 && this.#random() < chance;
  }
}

const room = { room: 'r', roomEpoch: 'e1' } as const;
const refusal = (code: number) => ({ code, message: 'no' });
const unknown = () => ({ ...refusal(-1), retryAfterMs: 1000 });
const tooFast = () => ({ ...refusal(20607), retryAfterMs: 700 });

function userOf({ protocols }: Wire): string {
  const token = protocols.find((protocol) => protocol.startsWith('token.'))?.split('.')[2] ?? '';
  return (JSON.parse(Buffer.from(token, 'base64url').toString()) as { sub: string }).sub;
}
