/*
 * Models membership in rooms as docs/rules.md defines it: who is a member, how a membership ends, and who is notified.
 * Clock: `nowMs`, which the test moves. Chance: none.
 */

import type { EndReason } from '../../lib/protocol/end-reason.ts';
import type { Connection, Member, Room, RuleSettings } from './reference-state.ts';

export const [LEASE_MS, RENEWED_AFTER_MS, SPAN_MS, DAY_MS] = [170_000, 20_000, 5000, 86_400_000] as const;
export const REAL_TIME_GRACE_MS = 60_000;
const [OFFLINE_GRACE_MS, OFFLINE_MESSAGE_LIMIT] = [30_000, 31];

export class ReferenceRooms {
  nowMs = 0;
  readonly rooms = new Map<string, Room>();
  readonly connections: Connection[] = [];
  protected readonly settings: RuleSettings;
  /** By their id: the epoch of the room, and how they ended. */
  readonly #memberships: { readonly epoch: number; reason?: EndReason }[] = [];

  constructor(settings: RuleSettings) {
    this.settings = settings;
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

  /** The write that accepts a message is also the eviction of every member it concerns. */
  accept(room: Room, sender?: Connection): void {
    room.seq += 1;
    room.lastMessageAtMs = this.nowMs;
    for (const member of [...room.members.values()]) {
      if (this.memberOf(room, member.user) === undefined) this.end(room, member, 'offline');
    }
    this.notifyMembers(room, `message ${room.seq}`, sender);
  }

  end(room: Room, member: Member, reason: EndReason, leaver?: Connection): void {
    room.members.delete(member.user);
    this.#memberships[member.id] = { epoch: room.epoch, reason };
    for (const own of member.connections) if (own !== leaver) this.notify(own, `removed ${reason} ${room.name}`);
    this.notifyMembers(room, `left ${member.user} ${reason}`);
  }

  /** The server notices that a connection is gone. */
  lose(connection: Connection, state: 'closed' | 'force-closed', silentSinceMs = this.nowMs, evictByMs?: number): void {
    if (connection.state !== 'open') return;
    connection.state = state;
    for (const [room, member] of this.roomsOf(connection)) {
      member.connections.delete(connection);
      member.disconnectedDevices.add(connection.device);
      this.#checkOffline(room, member, silentSinceMs, evictByMs);
    }
  }

  /** How a membership ended. One of an earlier epoch is of another room by the same id, which was destroyed. */
  protected reasonOf({ epoch }: Room, membership: number): EndReason | undefined {
    const known = this.#memberships[membership];
    return known?.epoch === epoch ? known.reason : 'destroyed';
  }

  protected admit(room: Room, user: string): Member {
    const [connections, disconnectedDevices] = [new Set<Connection>(), new Set<string>()];
    const id = this.#memberships.push({ epoch: room.epoch }) - 1;
    const member = { id, user, connections, disconnectedDevices, silentSinceMs: 0, evictByMs: 0 };
    room.members.set(user, member);
    return member;
  }

  protected attach(member: Member, connection: Connection): void {
    member.connections.add(connection);
    member.disconnectedDevices.delete(connection.device);
    member.offline = undefined;
  }

  /** A device ends its part in a room; the membership ends with the last one. */
  protected part(room: Room, member: Member, leaver: Connection): void {
    const { connections, disconnectedDevices } = member;
    const others = [...connections].filter(({ device }) => device !== leaver.device);
    const hasOther = others.length > 0 || [...disconnectedDevices].some((device) => device !== leaver.device);
    if (this.settings.leaveEndsAllDevices || !hasOther) {
      this.end(room, member, 'left', leaver);
      return;
    }
    for (const own of connections) if (!others.includes(own)) connections.delete(own);
    disconnectedDevices.delete(leaver.device);
    this.#checkOffline(room, member, this.nowMs);
  }

  protected leaveOthers(room: Room, connection: Connection): void {
    for (const [former, member] of this.roomsOf(connection)) {
      if (former === room) continue;
      this.part(former, member, connection);
      this.notify(connection, `removed left ${former.name}`);
    }
  }

  #checkOffline(room: Room, member: Member, silentSinceMs: number, evictByMs = this.nowMs + LEASE_MS + SPAN_MS): void {
    if (member.offline !== undefined) return;
    member.silentSinceMs = Math.max(member.silentSinceMs, silentSinceMs);
    if (member.connections.size > 0) return;
    member.offline = { seq: room.seq, atMs: this.nowMs };
    member.evictByMs = Math.max(evictByMs, member.silentSinceMs + REAL_TIME_GRACE_MS + SPAN_MS);
  }

  protected roomsOf(connection: Connection): [Room, Member][] {
    const rooms = [...this.rooms.values()];
    return rooms.flatMap((room) =>
      [...room.members.values()].flatMap((member) => (member.connections.has(connection) ? [[room, member]] : [])),
    ) as [Room, Member][];
  }

  /** With one room at a time the rules leave open what a resume over a connection in another room does. */
  mayResumeIn(connection: Connection, name: string): boolean {
    return this.settings.multipleRooms || this.roomsOf(connection).every(([room]) => room.name === name);
  }

  protected mayResume(member: Member, connection: Connection): boolean {
    if (member.connections.has(connection)) return true;
    const devices = [...[...member.connections].map(({ device }) => device), ...member.disconnectedDevices];
    const isFree = this.settings.multipleRooms || this.roomsOf(connection).length === 0;
    return isFree && devices.includes(connection.device);
  }

  protected holds(until: ReadonlyMap<string, number>, user: string): boolean {
    return this.nowMs < (until.get(user) ?? 0);
  }

  protected notifyMembers(room: Room, what: string, except?: Connection): void {
    const connections = [...room.members.values()].flatMap((member) => [...member.connections]);
    for (const connection of connections) if (connection !== except) this.notify(connection, `${what} ${room.name}`);
  }

  /** A post to a connection that is gone is how the server notices that it is. */
  protected notify(connection: Connection, notice: string): void {
    if (connection.client === 'gone') this.lose(connection, 'closed');
    else connection.notices.push(notice);
  }
}
