import type { Member } from '../../domain/member.ts';
import type { Room } from '../../domain/room.ts';
import type { Broadcast, NoticedChange } from '../broadcasts.ts';
import type { Erasure } from '../erasures.ts';
import type { RoomRest } from '../walks.ts';
import type { AnnouncedPresence } from './presences.ts';

type Is = (value: unknown) => boolean;
/** What fields must be. */
export type Shape<T> = { readonly [Name in keyof T]?: Is };

const text: Is = (value) => typeof value === 'string';
const number: Is = (value) => Number.isFinite(value);
const flag: Is = (value) => typeof value === 'boolean';
const object = (value: unknown): value is object => typeof value === 'object' && value !== null;
const optional =
  (is: Is): Is =>
  (value) =>
    value === undefined || is(value);
const listOf =
  (is: Is): Is =>
  (value) =>
    Array.isArray(value) && value.every(is);
const mapOf =
  (is: Is): Is =>
  (value) =>
    object(value) && Object.values(value).every(is);

/** Whether a value that was read from a row has the fields of its type, each of the right kind. */
export function hasShape<T>(value: unknown, shape: Shape<T>): boolean {
  if (!object(value)) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  return Object.entries<Is | undefined>(shape).every(([name, is]) => is?.(fields[name]) !== false);
}

const offline: Is = (value) =>
  hasShape<NonNullable<Member['offline']>>(value, { seq: number, atMs: number, sinceMs: number });
export const isSender: Is = (value) =>
  hasShape<NonNullable<Member['sender']>>(value, { name: optional(text), portrait: optional(text) });
const REASONS: ReadonlySet<unknown> = new Set(['left', 'offline', 'blocked']);
const ended: Is = (value) =>
  hasShape<NonNullable<Member['ended']>>(value, {
    membershipId: text,
    reason: (reason) => REASONS.has(reason),
    atMs: number,
    connections: listOf(text),
  });

export const memberShape: Required<Shape<Member>> = {
  ...{ roomId: text, userId: text, roomEpoch: text, revision: number, membershipId: optional(text) },
  ...{
    joinedAtMs: number,
    sender: optional(isSender),
    connections: listOf(text),
    devices: mapOf(text),
    disconnectedDevices: listOf(text),
  },
  ...{ lastDisconnectAtMs: number, offline: optional(offline), blockedUntilMs: number, mutedUntilMs: number },
  ...{ muteExempt: flag, ended: optional(ended) },
};

/** Of a room's row an event needs these. */
export const roomShape: Shape<Room> = {
  ...{ roomId: text, epoch: text, createdAtMs: number },
  ...{ destroyedAtMs: optional(number), destroyedAutomatically: optional(flag) },
};

const rest: Is = (value) => hasShape<RoomRest>(value, { room: text, cursor: optional(text) });
const change: Is = (value) =>
  hasShape<NoticedChange>(value, { userId: text, change: text, membership: text, atMs: number });
const notice: Is = (value) =>
  hasShape<NonNullable<Broadcast['notice']>>(value, { roomEpoch: text, changes: listOf(change) });

export const broadcastShape: Required<Shape<Broadcast>> = {
  ...{ id: text, fromUserId: text, type: text, content: text, includeSender: flag, sentAtMs: number, afterRoom: text },
  ...{ rest: listOf(rest), notice: optional(notice) },
};

export const erasureShape: Required<Shape<Erasure>> = {
  id: text,
  userIds: listOf(text),
  atMs: number,
  afterRoom: text,
  rest: listOf(rest),
};

export const presenceShape: Required<Shape<AnnouncedPresence>> = {
  userId: text,
  state: (state) => state === 'online' || state === 'offline',
  sinceMs: number,
};
