import type { RoomId, UserId } from '../protocol/ids.ts';
import type { ConnectionKey } from './connections.ts';

/** A connection, with the checkpoint of a check that ran out of time. */
export interface ConnectionTimer extends ConnectionKey {
  readonly kind: 'connection';
  /** Its rooms up to this one were checked; absent = none. */
  readonly afterRoom?: RoomId | undefined;
  /** The check of some of them failed. */
  readonly hasFailed?: true | undefined;
}

/** The rows of a destroyed room must be gone by then, also where the room was created again. */
export interface DestroyedRoomTimer {
  readonly kind: 'destroyed-room';
  readonly room: RoomId;
  readonly epoch: string;
}

/** What the sweep checks when its time has come. It decides nothing: the check reads the rows themselves. */
export type Timer =
  | ConnectionTimer
  | { readonly kind: 'member'; readonly room: RoomId; readonly userId: UserId }
  | { readonly kind: 'room'; readonly room: RoomId }
  | DestroyedRoomTimer
  /** A deleted user is still to be removed from the room. */
  | { readonly kind: 'erasure'; readonly room: RoomId; readonly userId: UserId }
  /** Whether the user is online has changed: it is announced if it has lasted. */
  | { readonly kind: 'presence'; readonly userId: UserId };

/** Timers of one shard that have the same time. */
export interface TimerRow {
  readonly shard: number;
  /** Its sort key in the shard. */
  readonly sortKey: string;
  readonly dueAtMs: number;
  readonly timers: readonly Timer[];
  /** How many timers cannot be read; 1 if the whole row cannot. */
  readonly unreadable: number;
}

/**
 * Timers are spread over shards, because the writes per second of one partition are limited. No deployment has fewer than
 * these, so these alone need no note.
 */
export const FEWEST_SHARDS = 2;

/** What the sweep must check, and when. */
export interface DueList {
  /** The same timers at the same time make the same rows, so two sweeps that arm them at once leave no duplicates. */
  arm(atMs: number, timers: readonly Timer[]): Promise<void>;
  /**
   * How many shards may have timers: the most that any deployment has armed timers in. A store notes their number before it
   * arms any, so after a change of the setting the timers of the former shards are found too. May miss a note of just now.
   */
  mostShards(): Promise<number>;
  /** Rows of the shard whose time has come, oldest first, at most `limit`. May miss timers that were armed just now. */
  dueRows(shard: number, nowMs: number, limit: number): Promise<readonly TimerRow[]>;
  disarm(row: TimerRow): Promise<void>;
}
