import type { RoomId } from '../protocol/ids.ts';
import type { Message } from '../protocol/message.ts';
import { MINUTE_MS } from './time.ts';

/** A message that has its seq: what a client gets, and what only the server knows. */
export interface StoredMessage extends Message {
  /** It is pushed, and repaired while it is in the tail, and is in no history. */
  readonly transient?: true | undefined;
}

/** The message as the log keeps it: without its content, if it is transient. */
export function asLogged(message: StoredMessage): StoredMessage {
  if (message.transient !== true) return message;
  const { transient: _transient, ...kept } = message;
  return { ...kept, content: '', hidden: true };
}

/** The parts of a message that may be long. */
export type MessageText = Pick<StoredMessage, 'content' | 'sender'>;

/** In characters. */
export const textLength = ({ content, sender }: MessageText): number =>
  content.length + (sender?.name?.length ?? 0) + (sender?.portrait?.length ?? 0);

/** A message on its way into the room: its seq, and what follows from that, is not known yet. */
export type NewMessage = Omit<StoredMessage, 'seq' | 'messageId' | 'recalled' | 'hidden'> & {
  /** Unique in the room, 1 to 64 of A-Z a-z 0-9 _ - */
  readonly id: string;
};

/** An accepted message that is not in the log yet. */
export interface TailEntry {
  readonly seq: number;
  /** See NewMessage. */
  readonly id: string;
  /** Never earlier than that of the entry before it. */
  readonly sentAtMs: number;
  /** undefined = it has a row of its own: see Log.readContents. */
  readonly message?: StoredMessage | undefined;
}

/** How far the room's messages have been delivered, and who delivers them. */
export interface DeliveryState {
  /** All messages up to here have been posted to everyone who was connected. */
  readonly deliveredSeq: number;
  /** When the last post of messages began; 0 = never. */
  readonly deliveredAtMs: number;
  /** Only its holder delivers. It begins with the acceptance of a message, and ends when all are delivered. */
  readonly lease?: DeliveryLease | undefined;
  /** Until then the room counts as too large for the accepting Lambda to deliver in it. */
  readonly crowdedUntilMs: number;
}

/** The right to deliver a room's messages. */
export interface DeliveryLease {
  readonly id: string;
  /** After that, any other Lambda may take it over. */
  readonly untilMs: number;
}

/** Where the room stood: its counter, and the time of its last message (0 = none yet). Both only grow. */
export interface RoomPosition {
  readonly seq: number;
  readonly lastMessageAtMs: number;
}

/** When a room expires. */
export interface RoomExpiry {
  /** Counts from the last join, leave or message (`idle`), or from the creation (`fixed`). */
  readonly destroyType: 'idle' | 'fixed';
  readonly destroyAfterMin: number;
}

export interface Room extends RoomPosition, RoomExpiry {
  readonly roomId: RoomId;
  readonly name: string;
  /** Changes when a destroyed room id is created again. */
  readonly epoch: string;
  readonly createdAtMs: number;
  /** Set once destroyed: the row then only waits for its clean-up. */
  readonly destroyedAtMs?: number | undefined;
  /** It expired; no call destroyed it. */
  readonly destroyedAutomatically?: boolean | undefined;
  /** What it starts with on other rows is incomplete. */
  readonly incomplete?: true | undefined;
  /** The whole room is muted (RongCloud: ban). */
  readonly muted: boolean;
  /** Messages are accepted and kept, and not pushed. */
  readonly distributionStopped: boolean;
  /** When a user last joined or left, to within ACTIVITY_MS. */
  readonly lastActiveAtMs: number;
  /** The real-time service for this room; undefined = the deployment's setting applies. */
  readonly realTimeKickOut?: boolean | undefined;
  /** Slow mode: a member sends one message in this time, 1 to SLOW_MODE_MAX_SEC; undefined = it is off. */
  readonly slowModeSec?: number | undefined;
  /** It has, or had, entries. */
  readonly hasEntries: boolean;
  /** A block, a mute or a keep increments it: a decision that read an older version is made again. */
  readonly sendPermissionVersion: number;
  /** ALLOWLIST: user → the room's position when they were put on it. */
  readonly allowlistedSince: Readonly<Record<string, RoomPosition>>;
  /** User → the seq at which they were taken off the allowlist: only a later message can evict them. */
  readonly delistedSeq: Readonly<Record<string, number>>;
  /** Window of 200 ms (its number since 1970) → messages of clients taken in it; only the newest windows are kept. */
  readonly taken: Readonly<Record<string, number>>;
  /** Accepted messages that are not yet in the log, oldest first, without gaps up to `seq`. */
  readonly tail: readonly TailEntry[];
  readonly delivery: DeliveryState;
}

/** A join or a leave is noted on the room only if none was noted for this long. */
export const ACTIVITY_MS = 300_000;

/** When the room expires: never before its idle time without a join, a leave or a message is over (I-R2). */
export function roomExpiresAtMs(room: Room): number {
  const idleSinceMs = Math.max(room.lastActiveAtMs + ACTIVITY_MS, room.lastMessageAtMs);
  return (room.destroyType === 'fixed' ? room.createdAtMs : idleSinceMs) + room.destroyAfterMin * MINUTE_MS;
}

export const isLive = (room: Room | undefined): room is Room => room !== undefined && room.destroyedAtMs === undefined;

/** A room's first state. */
export const newRoom = (room: RoomId, name: string, epoch: string, nowMs: number, end: RoomExpiry): Room => ({
  roomId: room,
  name,
  epoch,
  createdAtMs: nowMs,
  ...end,
  seq: 0,
  lastMessageAtMs: 0,
  sendPermissionVersion: 0,
  muted: false,
  distributionStopped: false,
  lastActiveAtMs: nowMs,
  hasEntries: false,
  allowlistedSince: {},
  delistedSeq: {},
  taken: {},
  tail: [],
  delivery: { deliveredSeq: 0, deliveredAtMs: 0, crowdedUntilMs: 0 },
});

/**
 * A message id that a client or an app server sees names the seq, so that a recall finds it without a search:
 * `<seq in base 36>-<id>`.
 */
export const messageIdAt = (seq: number, id: string): string => `${seq.toString(36)}-${id}`;

/** The seq and the id in a message id; undefined if the text is not one. */
export function readMessageId(messageId: string): { readonly seq: number; readonly id: string } | undefined {
  const [, seq, id] = /^([0-9a-z]{1,9})-([A-Za-z0-9_-]{1,64})$/.exec(messageId) ?? [];
  return seq === undefined || id === undefined ? undefined : { seq: Number.parseInt(seq, 36), id };
}
