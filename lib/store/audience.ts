import type { Device } from '../domain/member.ts';
import type { ConnectionId, UserId } from '../protocol/ids.ts';
import type { RoomLife } from './log.ts';

/** A connection in a room. */
export interface ListedConnection {
  readonly userId: UserId;
  readonly connectionId: ConnectionId;
  readonly device: Device;
}

/** A member without a connection, with the mark that says since when. */
export interface ListedOffline {
  readonly userId: UserId;
  readonly seq: number;
  readonly atMs: number;
}

/**
 * The members of a room as an index lists them. Eventually consistent, so no decision rests on it. Members who are offline cost
 * nothing where only the connected are read.
 */
export interface Audience {
  /** The connections of a page of members in a fixed order, after `cursor` and up to `to`; no `next` on the last page. */
  listConnected(
    life: RoomLife,
    cursor: string,
    to: string | undefined,
  ): Promise<{ readonly connections: readonly ListedConnection[]; readonly next?: string }>;
  /** A cursor in the middle of that order, 0 <= at < 1. */
  cursorAt(at: number): string;
  /** A page of those who are offline, since the longest time first, after `cursor`; no `next` on the last page. */
  listOffline(
    life: RoomLife,
    cursor: string,
  ): Promise<{ readonly members: readonly ListedOffline[]; readonly next?: string }>;
}
