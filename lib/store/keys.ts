import type { ConnectionId, RoomId, UserId } from '../domain/ids.ts';

/** The primary key of a row. Ids have no '#', so each key names one thing only. */
export type Key = { readonly pk: string; readonly sk: string };

export const DUE_SHARDS = 16;
const SEQ_DIGITS = 12;
const TIME_DIGITS = 15;
const LARGEST_SEQ = 10 ** SEQ_DIGITS - 1;
export const MEMBER_PREFIX = 'MEMBER#';

export const roomKey = (room: RoomId): Key => ({ pk: `ROOM#${room}`, sk: 'ROOM' });
export const memberKey = (room: RoomId, user: UserId): Key => ({ pk: `ROOM#${room}`, sk: `${MEMBER_PREFIX}${user}` });
export const connectionKey = (connection: ConnectionId): Key => ({ pk: `CONNECTION#${connection}`, sk: 'CONNECTION' });

/** Each life of a room has a log of its own. */
export const logPartition = (room: RoomId, epoch: string): string => `ROOM#${room}#LOG#${epoch}`;

const paddedSeq = (seq: number): string => `${Math.max(0, Math.min(seq, LARGEST_SEQ))}`.padStart(SEQ_DIGITS, '0');
/** Log rows sort by their last seq: what comes after a seq starts at one place. */
export const logKey = (room: RoomId, epoch: string, firstSeq: number, lastSeq: number): Key => ({
  pk: logPartition(room, epoch),
  sk: `${paddedSeq(lastSeq)}-${firstSeq}`,
});
/** Bounds of the log rows whose last seq is in the range, both ends included. */
export const logRange = (fromLastSeq: number, toLastSeq: number): { readonly from: string; readonly to: string } => ({
  from: paddedSeq(fromLastSeq),
  // '.' is the character after '-'.
  to: `${paddedSeq(toLastSeq)}.`,
});

export const duePartition = (shard: number): string => `DUE#${shard}`;
const paddedTime = (timeMs: number): string => `${Math.max(0, Math.floor(timeMs))}`.padStart(TIME_DIGITS, '0');
export const dueKey = (dueAtMs: number, connection: ConnectionId): Key => ({
  pk: duePartition(shardOf(connection)),
  sk: `${paddedTime(dueAtMs)}#${connection}`,
});
/** Every due entry of an earlier time sorts before it. */
export const dueBound = (beforeMs: number): string => paddedTime(beforeMs);

/** Spreads connections over the due list, because one partition takes only so many writes a second. */
function shardOf(connection: ConnectionId): number {
  let hash = 0;
  for (const character of connection) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003;
  return hash % DUE_SHARDS;
}

/** DynamoDB's TTL counts seconds; nothing outside of this file does. */
export const expiry = (expiresAtMs: number): { readonly expiresAtSec: number } => ({
  expiresAtSec: Math.ceil(expiresAtMs / 1000),
});
export const expiredBySec = (nowMs: number): number => Math.floor(nowMs / 1000);
/** TTL may take days to collect a row, so each read asks. */
export const isExpired = (row: { readonly expiresAtSec?: number | undefined }, nowMs: number): boolean =>
  row.expiresAtSec !== undefined && row.expiresAtSec <= expiredBySec(nowMs);
