import type { Member } from './member.ts';
import type { Room } from './room.ts';
import { SECOND_MS } from './time.ts';
import { SEND_KEPT_MS } from './turns.ts';

/** The longest interval of slow mode. */
export const SLOW_MODE_MAX_SEC = 3_600;

/** A user's last message to a room in slow mode, or an attempt at it whose outcome the user's row does not say. */
export interface SlowSend {
  /** Of the room: one that is created again is another room. */
  readonly epoch: string;
  /** Of the message; see NewMessage. */
  readonly id: string;
  /** When the attempt began. The message, if it was accepted, has this time or a later one. */
  readonly atMs: number;
  /** Until then it may delay the next message, whatever the clocks say. */
  readonly untilMs: number;
}

/** Rooms in slow mode that one user may have sent to lately; each has some 80 bytes on a row that every send writes. */
const SLOW_SENDS_MAX = 20;

/** How far apart the member's messages to this room must be, ms; 0 = no slow mode, or the member is exempt. */
export function slowIntervalMs(room: Room, member: Member): number {
  const isExempt = member.muteExempt || Object.hasOwn(room.allowlistedSince, member.userId);
  return isExempt ? 0 : (room.slowModeSec ?? 0) * SECOND_MS;
}

/** An attempt ends within SEND_KEPT_MS, and the clocks of two attempts may differ by as much. */
export const slowSend = (room: Room, id: string, atMs: number, intervalMs: number): SlowSend => ({
  ...{ epoch: room.epoch, id, atMs },
  untilMs: atMs + intervalMs + 2 * SEND_KEPT_MS,
});

/** With this one instead of the last to the same room; a number = there are as many as may be, until this time in ms. */
export function withSlowSend(sends: readonly SlowSend[], next: SlowSend): readonly SlowSend[] | number {
  const others = slowSendsInUse(sends, next.atMs).filter(({ epoch }) => epoch !== next.epoch);
  if (others.length < SLOW_SENDS_MAX) return [...others, next];
  return Math.min(...others.map(({ untilMs }) => untilMs));
}

/** Those that may still delay a message. */
export const slowSendsInUse = (sends: readonly SlowSend[], nowMs: number): readonly SlowSend[] =>
  sends.filter(({ untilMs }) => untilMs > nowMs);

/** The last one to the room of this epoch. */
export const slowSendTo = (sends: readonly SlowSend[], roomEpoch: string): SlowSend | undefined =>
  sends.find(({ epoch }) => epoch === roomEpoch);
