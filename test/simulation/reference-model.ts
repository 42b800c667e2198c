/*
 * Models what clients, the server API and the sweep do by docs/rules.md: one event after the other, and nothing fails.
 * Clock: `nowMs`, which the test moves. Chance: none; where the rules leave it open whether a sweep evicts, it asks.
 */

import { DAY_MS, LEASE_MS, REAL_TIME_GRACE_MS, RENEWED_AFTER_MS, ReferenceRooms, SPAN_MS } from './reference-rooms.ts';
import { type Answer, type Connection, newConnection, newRoom, type Room } from './reference-state.ts';

const [SENDS_PER_SECOND, ATTEMPT_MS, BLOCK_MS] = [5, 32_000, 60_000];

export class ReferenceModel extends ReferenceRooms {
  readonly blocked = new Map<string, number>();
  readonly muted = new Map<string, number>();
  #epochs = 0;
  readonly #sends: Readonly<Record<'user' | 'id', string> & { atMs: number }>[] = [];

  connect(user: string, device: string): Connection | undefined {
    if (this.holds(this.blocked, user)) return undefined;
    this.connections.push(newConnection(this.connections.length, user, device, this.nowMs + LEASE_MS));
    return this.connections.at(-1);
  }

  /** Any frame is a sign of life; one over a connection that the server has closed does nothing. */
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
    const reason = resumed === undefined ? undefined : this.reasonOf(room, resumed);
    if (reason === 'destroyed') return { code: 23406, reason };
    if (this.holds(room.blocked, connection.user)) return { code: 23409 };
    if (reason !== undefined) return { code: 23406, reason };
    const member = this.memberOf(room, connection.user);
    const joined = member ?? this.admit(room, connection.user);
    this.attach(joined, connection);
    if (member === undefined) this.notifyMembers(room, `joined ${connection.user}`);
    if (resumed === undefined && !this.settings.multipleRooms) this.leaveOthers(room, connection);
    return { code: 0, membership: joined.id, fresh: member === undefined };
  }

  leave(connection: Connection, name: string): Answer {
    if (!this.hears(connection)) return { code: 30001 };
    const room = this.rooms.get(name);
    if (room === undefined) return { code: 23410 };
    const member = this.memberOf(room, connection.user);
    if (member === undefined) return { code: 23406 };
    this.part(room, member, connection);
    return { code: 0 };
  }

  send(connection: Connection, name: string, clientMessageId: string): Answer {
    if (!this.hears(connection)) return { code: 30001 };
    const [user, room] = [connection.user, this.rooms.get(name)];
    const id = `${name} ${clientMessageId}`;
    // An attempt that may still be in progress, for all that is known; also of a room that was created again since.
    const isTried = this.#sends.some((sent) => sent.id === id && this.nowMs - sent.atMs < ATTEMPT_MS);
    if (!isTried && this.isTooFast(user)) return { code: 20604 };
    if (room === undefined) return { code: 23410 };
    const known = room.seqs.get(clientMessageId);
    // The first attempt may have died before its push, and nothing else shows that of the newest message.
    if (known === room.seq) this.notifyMembers(room, `message ${known}`, connection);
    if (known !== undefined) return { code: 0, seq: known };
    if (this.holds(room.blocked, user)) return { code: 23409 };
    const member = this.memberOf(room, user);
    if (this.settings.membersOnlySend && member === undefined) return { code: 23406 };
    if (this.#isMuted(room, user)) return { code: 23408 };
    const isIn = member !== undefined && this.mayResume(member, connection);
    if (this.settings.membersOnlySend && !isIn) return { code: 23406 };
    if (isTried) return { code: -1 };
    this.#sends.push({ user, id, atMs: this.nowMs });
    if (isIn) this.attach(member, connection);
    this.accept(room, connection);
    room.seqs.set(clientMessageId, room.seq);
    return { code: 0, seq: room.seq };
  }

  private isTooFast(user: string): boolean {
    return this.#sends.filter((sent) => sent.user === user && this.nowMs - sent.atMs < 1000).length >= SENDS_PER_SECOND;
  }

  create(name: string): void {
    if (!this.rooms.has(name)) this.rooms.set(name, newRoom(name, ++this.#epochs));
  }

  destroy(room: Room): void {
    this.notifyMembers(room, 'destroyed');
    this.rooms.delete(room.name);
  }

  block(room: Room, user: string): void {
    room.blocked.set(user, this.nowMs + BLOCK_MS);
    const member = this.memberOf(room, user);
    if (member !== undefined) this.end(room, member, 'blocked');
  }

  blockEverywhere(user: string): void {
    this.blocked.set(user, this.nowMs + BLOCK_MS);
    for (const own of this.connections.filter((each) => each.user === user && each.state === 'open')) {
      own.notices.push('closing 31011');
      this.lose(own, 'force-closed');
    }
  }

  /** Whether there was room for the user. */
  allow({ allowlist }: Room, user: string): boolean {
    if (allowlist.size < this.settings.maxAllowlistedUsers) allowlist.add(user);
    return allowlist.has(user);
  }

  disallow(room: Room, user: string): void {
    if (!room.allowlist.delete(user)) return;
    room.delistedSeq.set(user, room.seq);
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
      if (!(room.realTime ?? this.settings.realTimeKickOut)) continue;
      for (const member of [...room.members.values()]) {
        const mayStay = member.offline === undefined || room.allowlist.has(member.user);
        if (mayStay || this.nowMs - member.silentSinceMs < REAL_TIME_GRACE_MS) continue;
        if (this.nowMs >= member.evictByMs || !isStillIn(room, member.user)) this.end(room, member, 'offline');
      }
    }
  }

  #isMuted(room: Room, user: string): boolean {
    const isMutedHere = room.isMuted || this.holds(room.muted, user);
    return this.holds(this.muted, user) || (isMutedHere && !room.muteExempt.has(user));
  }
}
