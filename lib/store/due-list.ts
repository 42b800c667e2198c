import type { RoomId, UserId } from '../protocol/ids.ts';
import type { ConnectionKey } from './connections.ts';

/** A connection, with what a look at it that had no more time has left. */
export interface ConnectionTimer extends ConnectionKey {
  readonly kind: 'connection';
  /** Its rooms up to this one were looked at; absent = none. */
  readonly afterRoom?: RoomId | undefined;
  /** Not all of those could be. */
  readonly hasFailed?: true | undefined;
}

/** What is to be looked at when its time has come. It decides nothing: whoever looks reads the rows themselves. */
export type Timer =
  | ConnectionTimer
  | { readonly kind: 'member'; readonly room: RoomId; readonly userId: UserId }
  | { readonly kind: 'room'; readonly room: RoomId }
  /** A deleted user is still to be taken out of the room. */
  | { readonly kind: 'erasure'; readonly room: RoomId; readonly userId: UserId };

/** Some entries of one shard that have one time. */
export interface TimerRow {
  readonly shard: number;
  /** Its place in the shard. */
  readonly sortKey: string;
  readonly dueAtMs: number;
  readonly timers: readonly Timer[];
  /** How many entries cannot be read; 1 where the row as a whole cannot. */
  readonly unreadable: number;
}

/** Entries lie in this many shards, because one partition takes only so many writes a second. */
export const DUE_SHARDS = 2;

/** What the sweep must look at, and when. */
export interface DueList {
  /** The same entries at the same time make the same rows, so two sweeps that do this at once leave no more than one. */
  arm(atMs: number, entries: readonly Timer[]): Promise<void>;
  /** Rows of the shard whose time has come, oldest first, at most `limit`. May miss what was armed just now. */
  dueRows(shard: number, nowMs: number, limit: number): Promise<readonly TimerRow[]>;
  disarm(row: TimerRow): Promise<void>;
}
