import type { Room } from './room.ts';

/** How long the accepting Lambda may take to deliver what it has accepted. */
export const SHORT_LEASE_MS = 5_000;
/** The lease of a Lambda that delivers until its room is quiet; renewed about each second. */
export const LONG_LEASE_MS = 10_000;
/** A room whose rows are more than this is left to the Lambda that delivers: see `crowdedUntilMs`. */
export const CROWDED_ROWS = 128;
/** How long a room counts as crowded after it was found so. */
export const CROWDED_MS = 600_000;

/** Members see four updates a second at most: so many frames cost less, and nobody reads faster. */
const WINDOW_MIN_MS = 240;

/** Large rooms share this part of the budget; the rest is for small ones, which take it without asking. */
const SHARED_PART = 0.8;
/** A round of so few posts takes them without asking. */
export const FREE_POSTS = 128;

/** Signals are posted while no more of this part of the budget is used, by them and by large rooms. */
const SIGNAL_PART = 0.1;

/** The posts per second up to which there are signals. */
export const signalPosts = (postsPerSecond: number): number => Math.max(1, Math.floor(postsPerSecond * SIGNAL_PART));

/** The posts per second that large rooms have together. */
export const sharedPosts = (postsPerSecond: number): number => Math.max(1, Math.floor(postsPerSecond * SHARED_PART));

/** How far apart two posts to the same connection are, so that one room alone keeps to the budget. */
export const windowMs = (connections: number, postsPerSecond: number): number =>
  Math.max(WINDOW_MIN_MS, Math.ceil((connections * 1_000) / sharedPosts(postsPerSecond)));

/** Does nobody deliver here any more, although not all is delivered? */
export const isAbandoned = ({ delivery }: Room, nowMs: number): boolean =>
  delivery.lease !== undefined && nowMs > delivery.lease.untilMs;

/** Is the room known to be too large for a Lambda that has other work? */
export const isCrowded = ({ delivery }: Room, nowMs: number): boolean => nowMs < delivery.crowdedUntilMs;

/** May the accepting Lambda deliver: is the room small and quiet, and nothing waiting but its own message? */
export function isQuiet(room: Room, nowMs: number): boolean {
  const { deliveredSeq, deliveredAtMs } = room.delivery;
  return nowMs >= deliveredAtMs + WINDOW_MIN_MS && !isCrowded(room, nowMs) && deliveredSeq >= room.seq - 1;
}
