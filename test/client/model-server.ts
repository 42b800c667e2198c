import type { Answer, ClientFrame, EndReason, Message, PushFrame, Resume } from '../../lib/protocol/frames.ts';
import type { Backend, Wire } from './simulated-network.ts';

type FrameOf<Action extends ClientFrame['action']> = Extract<ClientFrame, { action: Action }>;
/** An answer without what makes it one. */
type Fields = { readonly code: number } & Readonly<Record<string, unknown>>;

const OFFLINE_GRACE_MS = 30_000;
const OFFLINE_MESSAGE_LIMIT = 31;
const PAGE = 50;
/** A client may give up what it was refused more often in a row. */
const REPAIRS_REFUSED_MAX = 6;
const OK: Fields = { code: 0 };

interface Member {
  readonly membership: string;
  readonly wires: Set<Wire>;
  offline?: { readonly seq: number; readonly atMs: number } | undefined;
}

/** What goes wrong, each with its chance. */
export interface Trouble {
  /** The frame is served, and its answer never comes. */
  lostAnswer: number;
  lostPush: number;
  /** The frame is not served; the server says that it does not know. */
  unknown: number;
  /** The message is accepted, and the server says that it does not know. */
  unknownSend: number;
}

export const NO_TROUBLE: Trouble = { lostAnswer: 0, lostPush: 0, unknown: 0, unknownSend: 0 };

/** A server with one room `r`, as docs/protocol.md has it, in memory and at once. Its clients' tokens name their users. */
export class ModelServer implements Backend {
  trouble: Trouble = NO_TROUBLE;
  /** Handshakes end with this status; undefined = they succeed. */
  refuseWith: number | undefined;
  /** Answers a frame so instead; `unanswered`: it does not get through; undefined: it is served as ever. */
  override: ((frame: ClientFrame, wire: Wire) => Fields | 'unanswered' | undefined) | undefined;
  readonly log: Message[] = [];
  /** The history does not reach back behind this seq. */
  forgotten = 0;
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
      member.offline = { seq: this.log.length, atMs: this.#now() };
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
    const fields = isUnknown ? unknown() : this.#serve(wire, frame);
    const isLost = this.#mayFail(frame) && this.#happens(this.trouble.lostAnswer);
    if (frame.action === 'repair') this.#repairsRefused = isUnknown || isLost ? this.#repairsRefused + 1 : 0;
    if (frame.action === 'beat' || isLost) return;
    wire.send(JSON.stringify({ event: 'answer', id: frame.id, ...fields } as unknown as Answer));
  }

  /** As by the server API. */
  publish(senderUserId: string, clientMessageId: string, except?: Wire): Message {
    const seq = this.log.length + 1;
    const content = JSON.stringify({ content: `text ${clientMessageId}` });
    const ids = { seq, messageId: `m${seq}`, clientMessageId, senderUserId };
    const message = { ...ids, type: 'RC:TxtMsg', content, sentAtMs: this.#now() };
    this.log.push(message);
    for (const [userId, member] of this.#members) if (this.#isDue(member)) this.remove(userId, 'offline');
    for (const { wires } of this.#members.values()) {
      for (const wire of wires)
        if (wire !== except) this.push(wire, { event: 'messages', ...room, messages: [message] });
    }
    return message;
  }

  /** Ends a membership, and tells those who are there. */
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
        return { code: 0, ...room, messages: this.#between(frame.afterSeq, frame.beforeSeq), complete: true };
      case 'leave':
        return this.#members.delete(userId) ? OK : refusal(23406);
      default:
        return OK;
    }
  }

  #join(wire: Wire, userId: string, { resume }: FrameOf<'join'>): Fields {
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
    return { code: 0, ...room, membership, joinedAtMs: 1, fresh, hasEntries: false, ...this.#history(resume) };
  }

  #history(resume: Resume | undefined) {
    const newest = this.log.length;
    const afterSeq = resume?.seq ?? Math.max(0, newest - 10);
    const messages = this.#between(afterSeq, 0);
    const complete = resume === undefined || afterSeq >= newest || messages[0]?.seq === afterSeq + 1;
    const last = messages.at(-1)?.seq ?? afterSeq;
    return { seq: resume !== undefined && complete ? last : newest, messages, complete };
  }

  #between(afterSeq: number, beforeSeq: number): readonly Message[] {
    const end = beforeSeq === 0 ? this.log.length + 1 : beforeSeq;
    return this.log.slice(Math.max(afterSeq, this.forgotten), end - 1).slice(0, PAGE);
  }

  #send(wire: Wire, userId: string, { clientMessageId }: FrameOf<'send'>): Fields {
    const member = this.#members.get(userId);
    if (member === undefined || this.#isDue(member)) {
      if (member !== undefined) this.remove(userId, 'offline');
      return refusal(23406);
    }
    member.wires.add(wire);
    member.offline = undefined;
    const known = this.log.find((message) => message.clientMessageId === clientMessageId);
    const { seq, messageId, sentAtMs } = known ?? this.publish(userId, clientMessageId, wire);
    return this.#happens(this.trouble.unknownSend) ? unknown() : { code: 0, ...room, seq, messageId, sentAtMs };
  }

  #isDue({ offline }: Member): boolean {
    const last = this.log.at(-1);
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

function userOf({ protocols }: Wire): string {
  const token = protocols.find((protocol) => protocol.startsWith('token.'))?.split('.')[2] ?? '';
  return (JSON.parse(Buffer.from(token, 'base64url').toString()) as { sub: string }).sub;
}
