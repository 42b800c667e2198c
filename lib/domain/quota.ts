import type { Room } from './room.ts';

/** RongCloud counts a room's messages by windows of this length. */
export const WINDOW_MS = 200;

/** How much of the room's quota a message may use up. `unlimited`: its type is on the message allowlist. */
export type MessageRank = 'low' | 'normal' | 'allowlisted' | 'unlimited';

export const windowOf = (nowMs: number): string => String(Math.floor(nowMs / WINDOW_MS));

/**
 * How many messages the window may hold before this one; undefined = no limit. Half is kept from messages of low rank.
 */
export function limitOf(rank: MessageRank, roomMessageQuota: number): number | undefined {
  if (roomMessageQuota === 0 || rank === 'unlimited') return undefined;
  if (rank === 'low') return Math.ceil(roomMessageQuota / 2);
  return rank === 'allowlisted' ? Math.ceil(roomMessageQuota * 1.5) : roomMessageQuota;
}

/** Does the window of this time have a quota slot left for a message of this rank? */
export function hasSlot(room: Room, rank: MessageRank, nowMs: number, roomMessageQuota: number): boolean {
  const limit = limitOf(rank, roomMessageQuota);
  const window = windowOf(nowMs);
  const taken = Object.hasOwn(room.taken, window) ? (room.taken[window] ?? 0) : 0;
  return limit === undefined || taken < limit;
}

/** The windows that are over and can be forgotten. */
export const windowsBefore = (room: Room, nowMs: number): readonly string[] =>
  Object.keys(room.taken).filter((window) => Number(window) < Number(windowOf(nowMs)) - 1);
