import type { Member, OfflineMark } from './member.ts';
import { isLive, type Room, type RoomPosition } from './room.ts';

export interface EvictionLimits {
  readonly offlineGraceMs: number;
  readonly offlineMessageLimit: number;
}

export interface RealTimeLimits {
  /** For rooms that do not say. */
  readonly realTimeKickOut: boolean;
  readonly realTimeGraceMs: number;
}

/**
 * KICK-31ST, KICK-30S, ALLOWLIST: is this offline member evicted? A pure function of two rows whose values only grow,
 * so the write that accepts a message evicts every member over a limit, however many they are.
 *
 * For an allowlisted user, what counts is the room's position when they were allowlisted: one who was evicted by then
 * stays evicted (case 15).
 */
export function isEvicted(member: Pick<Member, 'userId' | 'offline'>, room: Room, limits: EvictionLimits): boolean {
  const mark = member.offline;
  if (mark === undefined) return false;
  const position: RoomPosition = ownValue(room.allowlistedSince, member.userId) ?? room;
  const since = Math.max(mark.seq, ownValue(room.delistedSeq, member.userId) ?? 0);
  if (position.seq <= since) return false;
  return (
    position.seq - mark.seq >= limits.offlineMessageLimit ||
    position.lastMessageAtMs - mark.atMs > limits.offlineGraceMs
  );
}

/** A user id may be `constructor`, a name that every object inherits. */
const ownValue = <T>(entries: Readonly<Record<string, T>>, user: string): T | undefined =>
  Object.hasOwn(entries, user) ? entries[user] : undefined;

/** Is the user in the room? Every read of membership asks this (I-M17). */
export function isMember(member: Member | undefined, room: Room | undefined, limits: EvictionLimits): member is Member {
  if (member?.membershipId === undefined || !isLive(room) || member.roomEpoch !== room.epoch) return false;
  return !isEvicted(member, room, limits);
}

/** The mark for a disconnect noticed now, and never earlier than the last message, even if this clock is behind. */
export const offlineMark = (room: RoomPosition, nowMs: number, sinceMs: number): OfflineMark => ({
  seq: room.seq,
  atMs: Math.max(nowMs, room.lastMessageAtMs),
  sinceMs,
});

/**
 * KICK-REALTIME: when the member is evicted without any message. undefined = never: online, allowlisted, or the service
 * is off.
 */
export function realTimeEvictionAtMs(member: Member, room: Room, limits: RealTimeLimits): number | undefined {
  const isOn = room.realTimeKickOut ?? limits.realTimeKickOut;
  if (!isOn || member.offline === undefined || Object.hasOwn(room.allowlistedSince, member.userId)) return undefined;
  return member.offline.sinceMs + limits.realTimeGraceMs;
}
