import type { Device } from '../domain/member.ts';
import type { ConnectionId, RoomId, UserId } from '../protocol/ids.ts';

/** Connections are stored under their user, so that one query finds all of a user's. */
export interface ConnectionKey {
  readonly userId: UserId;
  readonly connectionId: ConnectionId;
}

/** One WebSocket of one device. */
export interface Connection extends ConnectionKey {
  /** The device that it belongs to in the rooms: see `Device`. */
  readonly device: Device;
  /** The client's login: the same on its next connection. */
  readonly loginId: string;
  readonly openedAtMs: number;
  /** It counts as alive until this time. */
  readonly leaseUntilMs: number;
  /** Rooms that it has joined or is about to join, in join order. */
  readonly rooms: readonly RoomId[];
  readonly tokenIssuedAtMs: number;
  /** Set when its end is first noticed; a closed connection never opens again. */
  readonly closedAtMs?: number | undefined;
  /** Set only if it was closed because its lease expired: since when it may have been silent. */
  readonly silentSinceMs?: number | undefined;
}

/** Connection rows. */
export interface Connections {
  /** Arms a timer for the end of its lease first. False = there is a tombstone: the connection is closed already. */
  openConnection(connection: Connection): Promise<boolean>;
  getConnection(key: ConnectionKey): Promise<Connection | undefined>;
  /** The same, as an eventually consistent read: never decide on it. */
  getConnectionEventually(key: ConnectionKey): Promise<Connection | undefined>;
  /** Those of different keys that there are, in any order; eventually consistent too. */
  getConnectionsEventually(keys: readonly ConnectionKey[]): Promise<readonly Connection[]>;
  /** Writes only if `RENEW_AFTER_MS` of the lease have passed; false = the connection is not open. */
  renewLease(key: ConnectionKey, leaseUntilMs: number): Promise<boolean>;
  /** The open connections of a user. */
  connectionsOf(user: UserId): Promise<readonly Connection[]>;
  /** The closed ones too, as long as their rows exist. */
  connectionsEverOf(user: UserId): Promise<readonly Connection[]>;
  /**
   * Stores the intent before the member row is written; undefined = the connection is not open. A join makes the room
   * the last one; without `by` a room keeps its position in the join order, and one that is missing comes first.
   */
  addConnectionRoom(key: ConnectionKey, room: RoomId, nowMs: number, by?: 'join'): Promise<Connection | undefined>;
  /** Only if the room was last added before that time. `before`: only if that room was joined later. */
  removeConnectionRoom(key: ConnectionKey, room: RoomId, addedBeforeMs: number, before?: RoomId): Promise<void>;
  /** Marks it closed, or writes a tombstone if there is no row yet. Returns the row, also if it was closed before. */
  closeConnection(key: ConnectionKey, nowMs: number): Promise<Connection>;
  /** Closes it if it is open and this is still its lease; undefined = it is closed, or its lease was renewed. */
  closeLapsed(
    key: ConnectionKey,
    nowMs: number,
    leaseUntilMs: number,
    silentSinceMs: number,
  ): Promise<Connection | undefined>;
  /** Deletes the row of a closed connection; an open one stays. */
  removeConnection(key: ConnectionKey): Promise<void>;
}
