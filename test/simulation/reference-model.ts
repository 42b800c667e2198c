/*
 * Models the rules of docs/rules.md: one event after the other, nothing overlaps and nothing fails.
 * Clock: `nowMs`, which the test moves. Chance: none; where the rules leave it open whether a sweep evicts, it asks.
 */

import type { EndReason } from '../../lib/protocol/end-reason.ts';
import { type Answer, type Connection, type Member, newRoom, type Room, type RuleSettings } from './reference-state.ts';

const [LEASE_MS, RENEWED_AFTER_MS, SPAN_MS, DAY_MS] = [170_000, 20_000, 5000, 86_400_000];
const [OFFLINE_GRACE_MS, OFFLINE_MESSAGE_LIMIT, REAL_TIME_GRACE_MS, SENDS_PER_SECOND] = [30_000, 31, 60_000, 5];

export class ReferenceModel {
  nowMs = 0;
  readonly rooms = new Map<string, Room>();
  readonly connections: Connection[] = [];
  readonly blocked = new Map<string, number>();
  readonly muted = new Map<string, number>();
  readonly #settings: RuleSettings;
  readonly #epochs = new Map<string, number>();
  readonly #ends: ({ readonly epoch: number; readonly reason: EndReason } | undefined)[] = [];
  readonly #sends = new Map<string, readonly number[]>();

  constructor(settings: RuleSettings) {
    this.#settings = settings;
  }

  /** Membership is read here and nowhere else. */
  memberOf(room: Room, user: string): Member | undefined {
    const member = room.members.get(user);
    return member === undefined || this.#isEvicted(room, member) ? undefined : member;
  }

  #isEvicted({ seq, lastMessageAtMs, allowlist, delistedSeq }: Room, { user, offline }: Member): boolean {
    if (offline === undefined || allowlist.has(user)) return false;
    if (seq <= Math.max(offline.seq, delistedSeq.get(user) ?? 0)) return false;
    return seq - offline.seq >= OFFLINE_MESSAGE_LIMIT || lastMessageAtMs - offline.atMs > OFFLINE_GRACE_MS;
  }

  connect(user: string, device: string): Connection | undefined {
    if (this.#holds(this.blocked, user)) return undefined;
    const [id, leaseUntilMs] = [this.connections.length, this.nowMs + LEASE_MS];
    const connection: Connection = { id, user, device, leaseUntilMs, state: 'open', client: 'there', notices: [] };
    this.connections.push(connection);
    return connection;
  }

  /** Any frame is a sign of life; nothing happens to one over a connection that was force-closed. */
  hears(connection: Connection): boolean {
    const isSpent = connection.leaseUntilMs - this.nowMs <= LEASE_MS - RENEWED_AFTER_MS;
    if (connection.state === 'open' && isSpent) connection.leaseUntilMs = this.nowMs + LEASE_MS;
    return connection.state === 'open';
  }

  join(connection: Connection, name: string, resumed?: number): Answer {
    if (!this.hears(connection)) return { code: 30001 };
    if (resumed === undefined) this.create(name);
    const room = this.rooms.get(name);
    if (room === undefined) return { code: 23410 };
    if (this.#holds(room.blocked, connection.user)) return { code: 23409 };
    const member = this.memberOf(room, connection.user);
    if (resumed !== undefined && member?.id !== resumed) return { code: 23406, reason: this.#reasonOf(room, resumed) };
    const joined = member ?? this.#admit(room, connection.user);
    this.#attach(joined, connection);
    if (member === undefined) this.#notifyMembers(room, `joined ${connection.user}`);
    if (resumed === undefined && !this.#settings.multipleRooms) this.#leaveOthers(room, connection);
    return { code: 0, membership: joined.id, fresh: member === undefined };
  }

  leave(connection: Connection, name: string): Answer {
    if (!this.hears(connection)) return { code: 30001 };
    const room = this.rooms.get(name);
    if (room === undefined) return { code: 23410 };
    const member = this.memberOf(room, connection.user);
    if (member === undefined) return { code: 23406 };
    this.#part(room, member, connection);
    return { code: 0 };
  }

  send(connection: Connection, name: string, clientMessageId: string): Answer {
    if (!this.hears(connection)) return { code: 30001 };
    const { user } = connection;
    const room = this.rooms.get(name);
    if (room === undefined) return { code: 23410 };
    const known = room.seqs.get(clientMessageId);
    if (known !== undefined) return { code: 0, seq: known };
    if (this.#holds(room.blocked, user)) return { code: 23409 };
    const member = this.memberOf(room, user);
    if (this.#settings.membersOnlySend && member === undefined) return { code: 23406 };
    if (this.#isMuted(room, user)) return { code: 23408 };
    const isIn = member !== undefined && this.#mayResume(member, connection);
    if (this.#settings.membersOnlySend && !isIn) return { code: 23406 };
    const lately = (this.#sends.get(user) ?? []).filter((atMs) => this.nowMs - atMs < 1000);
    if (lately.length >= SENDS_PER_SECOND) return { code: 20604 };
    this.#sends.set(user, [...lately, this.nowMs]);
    if (isIn) this.#attach(member, connection);
    this.accept(room, connection);
    room.seqs.set(clientMessageId, room.seq);
    return { code: 0, seq: room.seq };
  }

  create(name: string): void {
    if (this.rooms.has(name)) return;
    this.#epochs.set(name, (this.#epochs.get(name) ?? 0) + 1);
    this.rooms.set(name, newRoom(name, this.#epochs.get(name) ?? 0));
  }

  /** The write that accepts a message is also the eviction of every member it concerns. */
  accept(room: Room, sender?: Connection): void {
    room.seq += 1;
    room.lastMessageAtMs = this.nowMs;
    for (const member of [...room.members.values()]) {
      if (this.memberOf(room, member.user) === undefined) this.end(room, member, 'offline');
    }
    this.#notifyMembers(room, `message ${room.seq}`, sender);
  }

  destroy(room: Room): void {
    this.#notifyMembers(room, 'destroyed');
        this.rooms.delete(room.name);
  }

  end(room: Room, member: Member, reason: EndReason, leaver?: Connection): void {
    room.members.delete(member.user);
    this.#ends[member.id] = { epoch: room.epoch, reason };
    for (const own of member.connections) if (own !== leaver) this.#notify(own, `removed ${reason} ${room.name}`);
    this.#notifyMembers(room, `left ${member.user} ${reason}`);
  }

  /** The server notices that a connection is gone. */
  lose(connection: Connection, state: 'closed' | 'force-closed', silentSinceMs = this.nowMs, evictByMs?: number): void {
    if (connection.state !== 'open') return;
    connection.state = state;
    for (const [room, member] of this.#roomsOf(connection)) {
      member.connections.delete(connection);
      member.disconnectedDevices.add(connection.device);
      this.#checkOffline(room, member, silentSinceMs, evictByMs);
    }
  }

  block(room: Room, user: string): void {
    room.blocked.set(user, this.nowMs + 60_000);
    const member = this.memberOf(room, user);
    if (member !== undefined) this.end(room, member, 'blocked');
  }

  blockEverywhere(user: string): void {
    this.blocked.set(user, this.nowMs + 60_000);
    for (const own of this.connections.filter((each) => each.user === user && each.state === 'open')) {
      this.#notify(own, 'closing 31011');
      this.lose(own, 'force-closed');
    }
  }

  /** Whether there was room for the user. */
  allow({ allowlist }: Room, user: string): boolean {
    if (allowlist.size < this.#settings.maxAllowlistedUsers) allowlist.add(user);
    return allowlist.has(user);
  }

  disallow(room: Room, user: string): void {
    if (room.allowlist.delete(user)) room.delistedSeq.set(user, room.seq);
    const member = this.memberOf(room, user);
    if (member !== undefined) member.evictByMs = this.nowMs + DAY_MS;
  }

  setRealTime(room: Room, realTime: boolean | undefined): void {
    room.realTime = realTime;
    for (const member of room.members.values()) {
      member.evictByMs = Math.max(this.nowMs, member.silentSinceMs + REAL_TIME_GRACE_MS) + SPAN_MS;
    }
  }

  /** Where the rules leave the time of a sweep's eviction open, `isStillIn` says what it was. */
  sweep(isStillIn: (room: Room, user: string) => boolean): void {
    for (const connection of this.connections.filter(({ leaseUntilMs }) => leaseUntilMs <= this.nowMs)) {
      this.lose(connection, 'closed', connection.leaseUntilMs - LEASE_MS + RENEWED_AFTER_MS, this.nowMs);
    }
    for (const room of this.rooms.values()) {
      if (!(room.realTime ?? this.#settings.realTimeKickOut)) continue;
      for (const member of [...room.members.values()]) {
        if (member.offline === undefined || room.allowlist.has(member.user)) continue;
        if (this.nowMs - member.silentSinceMs < REAL_TIME_GRACE_MS) continue;
        if (this.nowMs >= member.evictByMs || !isStillIn(room, member.user)) this.end(room, member, 'offline');
      }
    }
  }

  /** A membership of an earlier epoch of the room ended with that, at the latest. */
  #reasonOf({ epoch }: Room, membership: number): EndReason | undefined {
    const ended = this.#ends[membership];
    return ended?.epoch === epoch ? ended.reason : 'destroyed';
  }

  #admit(room: Room, user: string): Member {
    const [connections, disconnectedDevices] = [new Set<Connection>(), new Set<string>()];
    const id = this.#ends.push(undefined) - 1;
    const member = { id, user, connections, disconnectedDevices, silentSinceMs: 0, evictByMs: 0 };
    room.members.set(user, member);
    return member;
  }

  #attach(member: Member, connection: Connection): void {
    member.connections.add(connection);
    member.disconnectedDevices.delete(connection.device);
    member.offline = undefined;
  }

  /** A device ends its part in a room; the membership ends with the last one. */
  #part(room: Room, member: Member, leaver: Connection): void {
    const { connections, disconnectedDevices } = member;
    const others = [...connections].filter(({ device }) => device !== leaver.device);
    const hasOther = others.length > 0 || [...disconnectedDevices].some((device) => device !== leaver.device);
    if (this.#settings.leaveEndsAllDevices || !hasOther) {
      this.end(room, member, 'left', leaver);
      return;
    }
    for (const own of connections) if (!others.includes(own)) connections.delete(own);
    disconnectedDevices.delete(leaver.device);
    this.#checkOffline(room, member, this.nowMs);
  }

  #leaveOthers(room: Room, connection: Connection): void {
    for (const [former, member] of this.#roomsOf(connection)) {
      if (former === room) continue;
      this.#part(former, member, connection);
      this.#notify(connection, `removed left ${former.name}`);
    }
  }

  #checkOffline(room: Room, member: Member, silentSinceMs: number, evictByMs = this.nowMs + LEASE_MS + SPAN_MS): void {
    member.silentSinceMs = Math.max(member.silentSinceMs, silentSinceMs);
    if (member.connections.size > 0 || member.offline !== undefined) return;
    member.offline = { seq: room.seq, atMs: this.nowMs };
    member.evictByMs = Math.max(evictByMs, member.silentSinceMs + REAL_TIME_GRACE_MS + SPAN_MS);
  }

  #roomsOf(connection: Connection): [Room, Member][] {
    const rooms = [...this.rooms.values()];
    return rooms.flatMap((room) =>
      [...room.members.values()].flatMap((member) => (member.connections.has(connection) ? [[room, member]] : [])),
    ) as [Room, Member][];
  }

  /** With one room at a time the rules leave open what a resume over a connection in another room does. */
  mayResumeIn(connection: Connection, name: string): boolean {
    return this.#settings.multipleRooms || this.#roomsOf(connection).every(([room]) => room.name === name);
  }

  #mayResume(member: Member, connection: Connection): boolean {
    if (member.connections.has(connection)) return true;
    const devices = [...[...member.connections].map(({ device }) => device), ...member.disconnectedDevices];
    const isFree = this.#settings.multipleRooms || this.#roomsOf(connection).length === 0;
    return isFree && devices.includes(connection.device);
  }

  #isMuted(room: Room, user: string): boolean {
    if (this.#holds(this.muted, user)) return true;
    return !room.muteExempt.has(user) && (room.isMuted || this.#holds(room.muted, user));
  }

  #holds(until: ReadonlyMap<string, number>, user: string): boolean {
    return this.nowMs < (until.get(user) ?? 0);
  }

  #notifyMembers(room: Room, what: string, except?: Connection): void {
    const connections = [...room.members.values()].flatMap((member) => [...member.connections]);
    for (const connection of connections) if (connection !== except) this.#notify(connection, `${what} ${room.name}`);
  }

  /** A post to a connection that is gone is how the server notices that it is. */
  #notify(connection: Connection, notice: string): void {
    if (connection.client === 'gone') this.lose(connection, 'closed');
    else connection.notices.push(notice);
  }
}
