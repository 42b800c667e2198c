import type { ConnectionId, RoomId, UserId } from '../domain/ids.ts';

/** A connection is found by its user, so that all of a user's are found by one query. */
export interface ConnectionKey {
  readonly userId: UserId;
  readonly connectionId: ConnectionId;
}

/** One WebSocket of one device. */
export interface Connection extends ConnectionKey {
  readonly openedAtMs: number;
  /** Rooms that it has joined or is about to join. */
  readonly rooms: readonly RoomId[];
  readonly tokenIssuedAtMs: number;
  readonly tokenExpiresAtMs: number;
  /** Set at the first notice that it is gone; a closed connection never opens again. */
  readonly closedAtMs?: number | undefined;
}

/** An entry of the due list: this connection cannot be alive after that time. */
export interface DueConnection extends ConnectionKey {
  readonly dueAtMs: number;
}

/** Connection rows and the due list. */
export interface Connections {
  /** False = a tombstone was there first: the connection is gone already. */
  openConnection(connection: Connection): Promise<boolean>;
  getConnection(key: ConnectionKey): Promise<Connection | undefined>;
  /** The open connections of a user. */
  connectionsOf(user: UserId): Promise<readonly Connection[]>;
  /** The intent that comes before a member row: undefined = not open. */
  addConnectionRoom(key: ConnectionKey, room: RoomId): Promise<Connection | undefined>;
  removeConnectionRoom(key: ConnectionKey, room: RoomId): Promise<void>;
  /** Marks it closed, or leaves a tombstone where no row is yet. Returns the row, also when it was closed before. */
  closeConnection(key: ConnectionKey, nowMs: number): Promise<Connection>;
  /** All rooms of this closed connection are told: off the due list. Its row stays closed until it expires. */
  settleConnection(connection: Connection): Promise<void>;

  /** Connections whose life was over before `nowMs`, oldest first. */
  dueConnections(nowMs: number, limit: number): Promise<readonly DueConnection[]>;
  clearDue(due: DueConnection): Promise<void>;
}
