import type { Device } from '../domain/member.ts';
import type { ConnectionId, RoomId, UserId } from '../protocol/ids.ts';

/** A connection is found by its user, so that all of a user's are found by one query. */
export interface ConnectionKey {
  readonly userId: UserId;
  readonly connectionId: ConnectionId;
}

/** One WebSocket of one device. */
export interface Connection extends ConnectionKey {
  /** What it is of in the rooms: see `Device`. */
  readonly device: Device;
  /** The login of the client: its next connection is no other one. */
  readonly loginId: string;
  readonly openedAtMs: number;
  /** It counts as alive until then. */
  readonly leaseUntilMs: number;
  /** Rooms that it has joined or is about to join, the last one last. */
  readonly rooms: readonly RoomId[];
  readonly tokenIssuedAtMs: number;
  readonly tokenExpiresAtMs: number;
  /** Set at the first notice that it is gone; a closed connection never opens again. */
  readonly closedAtMs?: number | undefined;
  /** Where nobody noticed it before its lease was over: since when it may have been silent. */
  readonly silentSinceMs?: number | undefined;
}

/** Connection rows. */
export interface Connections {
  /** Arms the due list for the end of its lease first. False = a tombstone was there first: the connection is gone already. */
  openConnection(connection: Connection): Promise<boolean>;
  getConnection(key: ConnectionKey): Promise<Connection | undefined>;
  /** The same, perhaps a moment old: nothing is decided by it. */
  getConnectionEventually(key: ConnectionKey): Promise<Connection | undefined>;
  /** Where `RENEW_AFTER_MS` of it are spent; false = it is not open. */
  renewLease(key: ConnectionKey, leaseUntilMs: number): Promise<boolean>;
  /** The open connections of a user. */
  connectionsOf(user: UserId): Promise<readonly Connection[]>;
  /** Those too that are closed and whose rows are still there. */
  connectionsEverOf(user: UserId): Promise<readonly Connection[]>;
  /**
   * The intent that comes before a member row: undefined = not open. A join makes the room the last one; what only comes
   * back leaves it in its place, and one that is not there comes first.
   */
  addConnectionRoom(key: ConnectionKey, room: RoomId, by?: 'join'): Promise<Connection | undefined>;
  /** `before`: only if this room was joined later. */
  removeConnectionRoom(key: ConnectionKey, room: RoomId, before?: RoomId): Promise<void>;
  /** Marks it closed, or leaves a tombstone where no row is yet. Returns the row, also when it was closed before. */
  closeConnection(key: ConnectionKey, nowMs: number): Promise<Connection>;
  /** Closes it if it is open and this is still its lease; undefined = it is not, or was heard of since. */
  closeLapsed(
    key: ConnectionKey,
    nowMs: number,
    leaseUntilMs: number,
    silentSinceMs: number,
  ): Promise<Connection | undefined>;
  /** Takes the row of a closed connection away; one that is open stays. */
  removeConnection(key: ConnectionKey): Promise<void>;
}
