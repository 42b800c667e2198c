/*
 * Models the server of docs/protocol.md for one user, ann, in a few rooms: memberships, messages, evictions.
 * Clock: the virtual timers that it gets. Chance: none.
 */

import type { ClientFrame } from '../../lib/protocol/client-frames.ts';
import type { EndReason } from '../../lib/protocol/end-reason.ts';
import type { Message } from '../../lib/protocol/message.ts';
import type { VirtualTimers } from '../simulation/virtual-timers.ts';
import type { Server, Wire } from './bad-network.ts';

type FrameOf<Action extends ClientFrame['action']> = Extract<ClientFrame, { action: Action }>;
type Fields = Readonly<Record<string, unknown>>;

const LEASE_MS = 170_000;
const GRACE_MS = 30_000;

interface Room {
  readonly roomEpoch: string;
  readonly messages: Message[];
  member: Member | undefined;
}

/** Ann's membership. She has the device of the client, and another one that is always connected. */
interface Member {
  readonly id: string;
  /** Connections of the client that are in the room. */
  readonly wires: Set<Wire>;
  /** The client's device is in, connected or not; it is out after a leave. */
  isHere: boolean;
  isElsewhere: boolean;
  /** Since when no device is connected. */
  offlineAtMs: number | undefined;
}

/** An end of one of ann's memberships that she did not ask for. */
export interface End {
  readonly room: string;
  readonly reason: EndReason;
  readonly atMs: number;
}

/** The server, with one room at a time if `isOneRoom` says so. */
export class SmallServer implements Server {
  readonly ends: End[] = [];
  readonly #timers: VirtualTimers;
  readonly #isOneRoom: boolean;
  readonly #rooms = new Map<string, Room>();
  readonly #wires = new Map<Wire, number>();
  readonly #reasons = new Map<string, EndReason>();
  #lastId = 0;

  constructor(timers: VirtualTimers, isOneRoom: boolean) {
    this.#timers = timers;
    this.#isOneRoom = isOneRoom;
  }

  opened(wire: Wire): void {
    this.#alive(wire);
  }

  closed(wire: Wire): void {
    this.#timers.clearTimeout(this.#wires.get(wire));
    this.#wires.delete(wire);
    for (const { member } of this.#rooms.values()) {
      if (member?.wires.delete(wire)) this.#noteOffline(member);
    }
  }

  received(wire: Wire, text: string): void {
    this.#alive(wire);
    const frame = JSON.parse(text) as ClientFrame;
    if (frame.action === 'beat') return;
    wire.send(JSON.stringify({ event: 'answer', id: frame.id, message: '', ...this.#serve(wire, frame) }));
  }

  /** A message of another user. */
  publish(roomId: string): void {
    const room = this.#rooms.get(roomId);
    if (room !== undefined) this.#accept(roomId, room, 'bob', this.#nextId('b'), 'RC:TxtMsg', '{"content":"hi"}');
  }

  /** An app server, or a message while she is offline, removes ann. */
  remove(roomId: string, reason: EndReason): void {
    const room = this.#rooms.get(roomId);
    if (room !== undefined) this.#end(roomId, room, reason, true);
  }

  destroy(roomId: string): void {
    const room = this.#rooms.get(roomId);
    if (room === undefined) return;
    const { member, roomEpoch } = room;
    this.#end(roomId, room, 'destroyed', false);
    this.#rooms.delete(roomId);
    for (const wire of member?.wires ?? [])
      this.#push(wire, { event: 'destroyed', room: roomId, roomEpoch, automatic: false });
  }

  /** Ann's other device joins. */
  otherJoins(roomId: string): void {
    const found = this.#rooms.get(roomId);
    if (found !== undefined) this.#evictDue(roomId, found);
    const member = this.#memberOf(this.#room(roomId), false);
    member.isElsewhere = true;
    member.offlineAtMs = undefined;
    if (this.#isOneRoom) this.#leaveOthers(roomId);
  }

  /** Ann's other device leaves: she stays if the client's device is in. */
  otherLeaves(roomId: string): void {
    const room = this.#rooms.get(roomId);
    if (room?.member?.isElsewhere !== true) return;
    room.member.isElsewhere = false;
    if (room.member.isHere) this.#noteOffline(room.member);
    else this.#end(roomId, room, 'left', true);
  }

  restart(): void {
    for (const wire of [...this.#wires.keys()]) wire.close();
  }

  /** The client's device is in the room, and online. */
  isIn(roomId: string): boolean {
    return (this.#rooms.get(roomId)?.member?.wires.size ?? 0) > 0;
  }

  /** Ann is a member, and none of her devices is connected. */
  isOffline(roomId: string): boolean {
    return this.#rooms.get(roomId)?.member?.offlineAtMs !== undefined;
  }

  isMember(roomId: string): boolean {
    return this.#rooms.get(roomId)?.member?.isHere === true;
  }

  /** How often a message was accepted, in the rooms that there are. */
  countOf(clientMessageId: string): number {
    const all = [...this.#rooms.values()].flatMap(({ messages }) => messages);
    return all.filter((message) => message.clientMessageId === clientMessageId).length;
  }

  lastSeq(roomId: string): number {
    return this.#rooms.get(roomId)?.messages.length ?? 0;
  }

  epoch(roomId: string): string | undefined {
    return this.#rooms.get(roomId)?.roomEpoch;
  }

  #alive(wire: Wire): void {
    this.#timers.clearTimeout(this.#wires.get(wire));
    this.#wires.set(
      wire,
      this.#timers.setTimeout(() => wire.close(), LEASE_MS),
    );
  }

  #serve(wire: Wire, frame: Exclude<ClientFrame, { action: 'beat' }>): Fields {
    if (frame.action === 'ping') return { code: 0 };
    if (frame.action === 'join') return this.#join(wire, frame);
    const room = this.#rooms.get(frame.room);
    if (room === undefined) return { code: 23410 };
    if (frame.action === 'leave') return this.#leave(wire, frame.room, room);
    if (frame.action === 'send') return this.#send(wire, frame, room);
    if (frame.action !== 'repair') return { code: 33003 };
    const end = frame.beforeSeq === 0 ? room.messages.length : frame.beforeSeq - 1;
    const messages = room.messages.slice(frame.afterSeq, end);
    return { code: 0, room: frame.room, roomEpoch: room.roomEpoch, messages, complete: true };
  }

  #join(wire: Wire, { room: roomId, resume, rejoin, messageCount }: FrameOf<'join'>): Fields {
    const found = this.#rooms.get(roomId);
    if (found !== undefined) this.#evictDue(roomId, found);
    if (resume !== undefined && (found?.member?.id !== resume.membership || !found.member.isHere)) {
      return { code: 23406, reason: this.#reasons.get(resume.membership) ?? 'offline' };
    }
    if (rejoin === true && this.#isOneRoom && this.#isElsewhere(wire, roomId)) return { code: 23406, reason: 'left' };
    const room = this.#room(roomId);
    const fresh = room.member === undefined;
    const member = this.#memberOf(room, true);
    member.isHere = true;
    member.wires.add(wire);
    member.offlineAtMs = undefined;
    if (this.#isOneRoom && resume === undefined) this.#leaveOthers(roomId);
    const seq = room.messages.length;
    const from = resume?.seq ?? Math.max(0, seq - Math.max(0, messageCount === 0 ? 10 : messageCount));
    const { roomEpoch } = room;
    const what = { fresh, hasEntries: false, complete: true, messages: room.messages.slice(from) };
    return { code: 0, room: roomId, roomEpoch, membership: member.id, joinedAtMs: 1, seq, latestSeq: seq, ...what };
  }

  #room(roomId: string): Room {
    const room = this.#rooms.get(roomId) ?? { roomEpoch: this.#nextId('e'), messages: [], member: undefined };
    this.#rooms.set(roomId, room);
    return room;
  }

  #memberOf(room: Room, isHere: boolean): Member {
    const { member = { id: this.#nextId('s'), wires: new Set(), isHere, isElsewhere: false, offlineAtMs: undefined } } =
      room;
    room.member = member;
    return member;
  }

  #noteOffline(member: Member): void {
    if (member.wires.size === 0 && !member.isElsewhere) member.offlineAtMs = this.#timers.nowMs;
  }

  #isElsewhere(wire: Wire, roomId: string): boolean {
    return [...this.#rooms].some(([other, { member }]) => other !== roomId && member?.wires.has(wire));
  }

  #leaveOthers(joined: string): void {
    for (const [roomId, room] of this.#rooms) if (roomId !== joined) this.#end(roomId, room, 'left', true);
  }

  #leave(wire: Wire, roomId: string, room: Room): Fields {
    const { member } = room;
    if (member === undefined) return { code: 23406 };
    if (!member.isHere) return { code: 23406 };
    const older = [...member.wires].filter((other) => other !== wire);
    member.wires.clear();
    member.isHere = false;
    this.#reasons.set(member.id, 'left');
    if (!member.isElsewhere) room.member = undefined;
    // What else of this device is in the room is an older connection of the same login.
    for (const other of older) {
      const frame = {
        event: 'removed',
        room: roomId,
        roomEpoch: room.roomEpoch,
        membership: member.id,
        reason: 'left',
      };
      this.#push(other, frame);
    }
    return { code: 0 };
  }

  #send(wire: Wire, { room: roomId, clientMessageId, type, content }: FrameOf<'send'>, room: Room): Fields {
    const { roomEpoch } = room;
    const known = room.messages.find((message) => message.clientMessageId === clientMessageId);
    this.#evictDue(roomId, room);
    if (known === undefined && room.member?.isHere !== true) return { code: 23406 };
    const { seq, messageId, sentAtMs } = known ?? this.#accept(roomId, room, 'ann', clientMessageId, type, content);
    if (room.member?.isHere === true) {
      room.member.wires.add(wire);
      room.member.offlineAtMs = undefined;
    }
    return { code: 0, room: roomId, roomEpoch, seq, messageId, sentAtMs };
  }

  #accept(roomId: string, room: Room, sender: string, clientMessageId: string, type: string, content: string): Message {
    const seq = room.messages.length + 1;
    const sentAtMs = this.#timers.nowMs;
    const message = {
      seq,
      messageId: this.#nextId('m'),
      clientMessageId,
      senderUserId: sender,
      type,
      content,
      sentAtMs,
    };
    room.messages.push(message);
    this.#evictDue(roomId, room);
    const frame = { event: 'messages', room: roomId, roomEpoch: room.roomEpoch, messages: [message] };
    for (const wire of room.member?.wires ?? []) this.#push(wire, frame);
    return message;
  }

  #evictDue(roomId: string, room: Room): void {
    const { offlineAtMs } = room.member ?? {};
    if (offlineAtMs === undefined || room.messages.length === 0) return;
    const lastAtMs = room.messages.at(-1)?.sentAtMs ?? 0;
    if (lastAtMs - offlineAtMs > GRACE_MS) this.#end(roomId, room, 'offline', true);
  }

  #end(roomId: string, room: Room, reason: EndReason, isNotified: boolean): void {
    const { member, roomEpoch } = room;
    if (member === undefined) return;
    room.member = undefined;
    this.#reasons.set(member.id, reason);
    this.ends.push({ room: roomId, reason, atMs: this.#timers.nowMs });
    if (!isNotified) return;
    const frame = { event: 'removed', room: roomId, roomEpoch, membership: member.id, reason };
    for (const wire of member.wires) this.#push(wire, frame);
  }

  /** Without the push of an end, no client can know of it before it asks for something: docs/protocol.md. */
  #push(wire: Wire, frame: Fields & { readonly event: string }): void {
    wire.send(JSON.stringify(frame), frame.event === 'removed' || frame.event === 'destroyed');
  }

  #nextId(prefix: string): string {
    this.#lastId += 1;
    return `${prefix}${this.#lastId}`;
  }
}
