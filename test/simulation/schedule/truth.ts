/*
 * Models who is a member at each moment of a run, by the rule of docs/rules.md on the rows as they were written.
 * Clock and chance: none.
 */

import type { Member } from '../../../lib/domain/member.ts';
import type { Room } from '../../../lib/domain/room.ts';

/** From this event on the user is, or is not, a member. */
export interface Turn {
  readonly index: number;
  /** '' = not a member. */
  readonly membership: string;
}

/** A message that removed an offline member by the rule. */
export interface Eviction {
  readonly index: number;
  readonly room: string;
  readonly user: string;
  readonly membership: string;
}

export interface RuleLimits {
  readonly offlineMessageLimit: number;
  readonly offlineGraceMs: number;
}

/** KICK-31ST, KICK-30S and ALLOWLIST as arithmetic: section 2 of the rules, written independently of the product. */
export function isRemovedByRule({ offline, userId }: Member, room: Room, limits: RuleLimits): boolean {
  if (offline === undefined) return false;
  const { seq, lastMessageAtMs } = room.allowlistedSince[userId] ?? room;
  if (seq <= offline.seq || seq <= (room.delistedSeq[userId] ?? 0)) return false;
  return seq - offline.seq >= limits.offlineMessageLimit || lastMessageAtMs - offline.atMs > limits.offlineGraceMs;
}

export class Truth {
  readonly turns = new Map<string, Turn[]>();
  readonly evictions: Eviction[] = [];
  readonly rooms = new Map<string, Room>();
  readonly members = new Map<string, Member>();
  readonly #limits: RuleLimits;

  constructor(limits: RuleLimits) {
    this.#limits = limits;
  }

  wroteRoom(index: number, room: Room): void {
    this.rooms.set(room.roomId, room);
    for (const member of this.members.values()) if (member.roomId === room.roomId) this.#judge(index, member, true);
  }

  wroteMember(index: number, member: Member): void {
    this.members.set(keyOf(member.roomId, member.userId), member);
    this.#judge(index, member, false);
  }

  deletedMember(index: number, room: string, user: string): void {
    this.members.delete(keyOf(room, user));
    this.#turn(index, room, user, '');
  }

  /** The memberships that the user had in the room from one event to another, both included. */
  between(room: string, user: string, from: number, to: number): readonly string[] {
    const turns = this.turns.get(keyOf(room, user)) ?? [];
    const before = turns.filter(({ index }) => index <= from).at(-1)?.membership ?? '';
    return [before, ...turns.filter(({ index }) => index > from && index <= to).map(({ membership }) => membership)];
  }

  #judge(index: number, member: Member, byRoom: boolean): void {
    const { roomId, userId, membershipId = '' } = member;
    const room = this.rooms.get(roomId);
    const isOfRoom = room?.epoch === member.roomEpoch && room.destroyedAtMs === undefined;
    const isRemoved = isOfRoom && isRemovedByRule(member, room, this.#limits);
    const wasIn = (this.turns.get(keyOf(roomId, userId))?.at(-1)?.membership ?? '') === membershipId;
    if (byRoom && isRemoved && wasIn && membershipId !== '') {
      this.evictions.push({ index, room: roomId, user: userId, membership: membershipId });
    }
    this.#turn(index, roomId, userId, isOfRoom && !isRemoved ? membershipId : '');
  }

  #turn(index: number, room: string, user: string, membership: string): void {
    const key = keyOf(room, user);
    const turns = this.turns.get(key) ?? [];
    if ((turns.at(-1)?.membership ?? '') !== membership) turns.push({ index, membership });
    this.turns.set(key, turns);
  }
}

export const keyOf = (room: string, user: string): string => `${room} ${user}`;
