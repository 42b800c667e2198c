import type { Device } from '../../domain/member.ts';
import type { ConnectionId, RoomId, UserId } from '../../protocol/ids.ts';
import type { AppList, AppSet, DatedSet, PageOfList } from '../lists.ts';

/** The primary key of a row. Ids have no '#', so each key names one thing only. */
export type Key = { readonly pk: string; readonly sk: string };

const SEQ_DIGITS = 12;
const TIME_DIGITS = 15;
const LARGEST_SEQ = 10 ** SEQ_DIGITS - 1;
export const MEMBER_PREFIX = 'MEMBER#';

export const roomKey = (room: RoomId): Key => ({ pk: `ROOM#${room}`, sk: 'ROOM' });
/** Why a membership ended. Apart from the member rows, so that no list of a room reads it. */
export const endKey = (membershipId: string): Key => ({ pk: `END#${membershipId}`, sk: 'END' });
export const memberKey = (room: RoomId, user: UserId): Key => ({ pk: `ROOM#${room}`, sk: `${MEMBER_PREFIX}${user}` });

/** The table's only index: sparse, on `listedIn` and `listedAs`. */
export const AUDIENCE_INDEX = 'audience';
/** The partitions of the index that lists a room's members: those with a connection, and those without. */
export const onlinePartition = (room: RoomId): string => `ROOM#${room}#ONLINE`;
export const offlinePartition = (room: RoomId): string => `ROOM#${room}#OFFLINE`;
/** Online members sort by a hash, so that a delivery can begin anywhere. */
export const onlineSortKey = (user: UserId): string => `${hexOf(spread(user))}#${user}`;
/** The sort keys of online members from this part on, 0 <= at < 1, are greater. */
export const onlineBound = (at: number): string => hexOf(Math.floor(at * 2 ** 32));
/** Offline members sort by when they went offline, by seq and then by time: those who are evicted come first. */
export const offlineSortKey = (seq: number, atMs: number, user: UserId): string =>
  `${paddedSeq(seq)}#${paddedTime(atMs)}#${user}`;

const hexOf = (hash: number): string => hash.toString(16).padStart(8, '0');

/** 32 bits; similar ids are far apart. */
function spread(id: string): number {
  let hash = 2_166_136_261;
  for (const character of id) hash = Math.imul(hash ^ character.charCodeAt(0), 16_777_619);
  hash = Math.imul(hash ^ (hash >>> 16), 2_246_822_507);
  return (hash ^ (hash >>> 13)) >>> 0;
}

export const CONNECTION_PREFIX = 'CONNECTION#';
export const userPartition = (user: UserId): string => `USER#${user}`;
export const connectionKey = (user: UserId, connection: ConnectionId): Key => ({
  pk: userPartition(user),
  sk: `${CONNECTION_PREFIX}${connection}`,
});

/** A device's name has no '#': it is a platform, or a platform with the run of a client. */
export const loginKey = (user: UserId, device: Device): Key => ({ pk: userPartition(user), sk: `LOGIN#${device}` });

/** Each life of a room has a log of its own. */
export const logPartition = (room: RoomId, epoch: string): string => `ROOM#${room}#LOG#${epoch}`;

const paddedSeq = (seq: number): string => `${Math.max(0, Math.min(seq, LARGEST_SEQ))}`.padStart(SEQ_DIGITS, '0');
/** Log rows sort by their last seq: the rows after a seq start at one sort key. */
export const logKey = (room: RoomId, epoch: string, firstSeq: number, lastSeq: number): Key => ({
  pk: logPartition(room, epoch),
  sk: `${paddedSeq(lastSeq)}-${firstSeq}`,
});
/** The last seq of a row, from its key. */
export const lastSeqOfRow = (sk: string): number => Number.parseInt(sk, 10);
/** The recalled form of one message: never the key of a row that holds the plain form. */
export const recalledLogKey = (room: RoomId, epoch: string, seq: number): Key => ({
  pk: logPartition(room, epoch),
  sk: `${paddedSeq(seq)}-${seq}~recalled`,
});
/** Bounds of the log rows whose last seq is in the range, both ends included. */
export const logRange = (fromLastSeq: number, toLastSeq: number): { readonly from: string; readonly to: string } => ({
  from: paddedSeq(fromLastSeq),
  // '.' is the character after '-'.
  to: `${paddedSeq(toLastSeq)}.`,
});

/** A mark in a log: a time, and the seq sent then. A letter sorts after all digits, so no range of log rows has one. */
export const markKey = (room: RoomId, epoch: string, sentAtMs: number, seq: number): Key => ({
  pk: logPartition(room, epoch),
  sk: `T${paddedTime(sentAtMs)}-${paddedSeq(seq)}`,
});
/** Marks before the time sort before this, all others after it. */
export const markBound = (atMs: number): string => `T${paddedTime(atMs)}`;
export const FIRST_MARK = 'T';
export const LAST_MARK = 'U';
export const seqOfMark = (sk: string): number => Number.parseInt(sk.slice(sk.indexOf('-') + 1), 10);

/** A message by its id. Each has a partition of its own, so that a busy room has no hot one. */
export const sentKey = (room: RoomId, epoch: string, id: string): Key => ({
  pk: `ROOM#${room}#SENT#${epoch}#${id}`,
  sk: 'SENT',
});

export const duePartition = (shard: number): string => `DUE#${shard}`;
const paddedTime = (timeMs: number): string => `${Math.max(0, Math.floor(timeMs))}`.padStart(TIME_DIGITS, '0');
/** Rows with different timers have different names, so a row never replaces another one. */
export const dueKey = (shard: number, dueAtMs: number, name: string): Key => ({
  pk: duePartition(shard),
  sk: `${paddedTime(dueAtMs)}#${name}`,
});
/** Timers of that time or earlier sort before it. */
export const dueBound = (atMs: number): string => paddedTime(Math.floor(atMs) + 1);
/** When a timer row is due, from its sort key. */
export const dueTimeOf = (sortKey: string): number => Number.parseInt(sortKey, 10) || 0;

/** The note of how many shards there are, or were. */
export const shardsKey: Key = { pk: 'DUE', sk: 'SHARDS' };

/** The shard of a user's timers, or of a room's, of this many. */
export function dueShardOf(id: UserId | RoomId, shards: number): number {
  let hash = 0;
  for (const character of id) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 1_000_003;
  return hash % shards;
}

/** DynamoDB's TTL counts seconds; nothing outside this file does. */
export const expiry = (expiresAtMs: number): { readonly expiresAtSec: number } => ({
  expiresAtSec: Math.ceil(expiresAtMs / 1000),
});
export const expiredBySec = (nowMs: number): number => Math.floor(nowMs / 1000);
/** TTL may take days to delete a row, so each read checks. */
export const isExpired = (row: { readonly expiresAtSec?: number | undefined }, nowMs: number): boolean =>
  row.expiresAtSec !== undefined && row.expiresAtSec <= expiredBySec(nowMs);

/** Each life of a room has entries of its own: index and values in one partition, so no read finds older ones. */
export const entriesPartition = (room: RoomId, epoch: string): string => `ROOM#${room}#ENTRIES#${epoch}`;
/** The sort key of a value has a '#', so it is never that of the index. */
export const entryIndexKey = (room: RoomId, epoch: string): Key => ({ pk: entriesPartition(room, epoch), sk: 'INDEX' });
export const entryValueKey = (room: RoomId, epoch: string, key: string, version: string): Key => ({
  pk: entriesPartition(room, epoch),
  sk: `${key}#${version}`,
});

export const accessKey = (user: UserId): Key => ({ pk: userPartition(user), sk: 'ACCESS' });
export const presenceKey = (user: UserId): Key => ({ pk: userPartition(user), sk: 'PRESENCE' });
export const profileKey = (user: UserId): Key => ({ pk: userPartition(user), sk: 'PROFILE' });

export const listKey = (list: AppList, item: string): Key => ({ pk: `LIST#${list}`, sk: item });
export const setKey = (set: AppSet | DatedSet): Key => ({ pk: `SET#${set}`, sk: 'SET' });
export const pageKey = ({ list, order, size, page }: PageOfList): Key => ({
  pk: `PAGES#${list}#${order}#${size}`,
  sk: `${page}`,
});
/** How many items a list has. */
export const countKey = (list: AppList): Key => ({ pk: `COUNT#${list}`, sk: 'COUNT' });

/** A nonce may be any text; quoted as JSON, it survives every encoding. */
export const nonceKey = (nonce: string): Key => ({ pk: `NONCE#${JSON.stringify(nonce)}`, sk: 'NONCE' });
/** The posts of one second, of all rooms that take theirs from the budget. */
export const postsKey = (atMs: number): Key => ({ pk: 'POSTS', sk: `${Math.floor(atMs / 1000)}` });
/** The calls of one second. */
export const callsKey = (path: string, atMs: number): Key => ({
  pk: `CALLS#${path}`,
  sk: `${Math.floor(atMs / 1000)}`,
});

export const erasureKey = (id: string): Key => ({ pk: `ERASURE#${id}`, sk: 'ERASURE' });
export const broadcastKey = (id: string): Key => ({ pk: `BROADCAST#${id}`, sk: 'BROADCAST' });
