import type { ConnectionId, RoomId, UserId } from '../domain/ids.ts';
import type { Member } from '../domain/member.ts';
import type { Room, StoredMessage } from '../domain/room.ts';

/** One WebSocket of one device. */
export interface Connection {
  readonly connectionId: ConnectionId;
  readonly userId: UserId;
  readonly openedAtMs: number;
  /** Rooms that it has joined or is about to join. */
  readonly rooms: readonly RoomId[];
  readonly tokenExpiresAtMs: number;
  /** Set at the first notice that it is gone; a closed connection never opens again. */
  readonly closedAtMs?: number | undefined;
}

/** A message on its way into the room, and what must still hold when it gets there. */
export interface Acceptance {
  readonly room: RoomId;
  readonly epoch: string;
  /** The fence as read before the sender was checked; undefined for the server API, which no block binds. */
  readonly fence: number | undefined;
  readonly message: Omit<StoredMessage, 'seq'>;
  /** Tail entries (by message id) that the caller has put into the log: they are dropped from the tail. */
  readonly logged: readonly string[];
}

/**
 * What the rules need from storage. Contract, which test/store/contract.ts runs on every engine:
 * - A read sees every write that was acknowledged before it began (consistent), except where it says otherwise.
 * - A conditional write happens whole or not at all; `false`/`undefined`/`'conflict'` = nothing was written.
 * - Each write may be repeated by the transport without changing the outcome (it recognises its own work).
 * - Rows past their expiry are never returned; expiry itself decides nothing.
 * - Faults (throttled beyond patience, unreachable) throw StoreFault; no SDK error leaves the store.
 */
export interface RoomStore {
  getRoom(room: RoomId): Promise<Room | undefined>;
  /** Creates it unless a live one is there. `false` = one is. A destroyed one is replaced. */
  createRoom(room: Room): Promise<boolean>;
  /**
   * One write takes the seq, the time and the content, and is the kick of everyone due. Conditions: epoch, live, fence,
   * and that the room's last message is not later than this one. Returns the room after it.
   * Throws AcceptanceUnknown when the answer was lost: then it must not be tried again before the message was looked for.
   */
  acceptMessage(acceptance: Acceptance): Promise<Room | 'conflict'>;
  /** Changes what one write can change on a live room of this epoch; undefined = not there any more. */
  protect(room: RoomId, epoch: string, user: UserId, limit: number): Promise<Room | 'full' | undefined>;
  unprotect(room: RoomId, epoch: string, user: UserId): Promise<Room | undefined>;
  /** After this no message is accepted whose sender was checked before it. */
  raiseFence(room: RoomId, epoch: string): Promise<Room | undefined>;
  destroyRoom(room: RoomId, epoch: string, nowMs: number): Promise<Room | undefined>;
  /** Removes the row of a destroyed room of that epoch. */
  removeRoom(room: RoomId, epoch: string): Promise<void>;

  getMember(room: RoomId, user: UserId): Promise<Member | undefined>;
  getMembers(room: RoomId, users: readonly UserId[]): Promise<readonly Member[]>;
  /**
   * Puts `next` (or deletes the row) if the row still has `revision` (0 = no row). Returns the row as stored with its new
   * revision, or 'conflict'. A guess may be tried without a read: revision 0 for a first join.
   */
  putMember(next: Member, revision: number): Promise<Member | 'conflict'>;
  deleteMember(member: Member): Promise<'deleted' | 'conflict'>;
  /** Marks a member offline if this connection was his only one, without reading first. 'conflict' = look and decide. */
  markLastConnection(
    room: RoomId,
    user: UserId,
    connection: ConnectionId,
    mark: { seq: number; atMs: number },
  ): Promise<'marked' | 'conflict'>;
  /** A page of the room's member rows of any state; undefined cursor at the end. */
  listMembers(
    room: RoomId,
    cursor?: string,
  ): Promise<{ readonly members: readonly Member[]; readonly cursor?: string }>;

  /** False = a tombstone was there first: the connection is gone already. */
  openConnection(connection: Connection): Promise<boolean>;
  getConnection(connection: ConnectionId): Promise<Connection | undefined>;
  /** The intent that comes before a member row: undefined = not open. */
  addConnectionRoom(connection: ConnectionId, room: RoomId): Promise<Connection | undefined>;
  removeConnectionRoom(connection: ConnectionId, room: RoomId): Promise<void>;
  /** Marks it closed, or leaves a tombstone where no row is yet. Returns the row, also when it was closed before. */
  closeConnection(connection: ConnectionId, nowMs: number): Promise<Connection>;
  /** All rooms of this closed connection are told: off the due list. Its row stays closed until it expires. */
  settleConnection(connection: Connection): Promise<void>;

  /** Puts accepted messages into the log; idempotent. Messages are contiguous by seq. */
  appendLog(room: RoomId, epoch: string, messages: readonly StoredMessage[], expiresAtMs: number): Promise<void>;
  /** Logged messages with afterSeq < seq < beforeSeq, ascending or descending, at most `limit`, each once. */
  readLog(query: LogQuery): Promise<readonly StoredMessage[]>;

  /** Connections whose life was over before `nowMs`, oldest first. */
  dueConnections(nowMs: number, limit: number): Promise<readonly DueConnection[]>;
  clearDue(due: DueConnection): Promise<void>;
}

/** An entry of the due list: this connection cannot be alive after that time. */
export interface DueConnection {
  readonly connectionId: ConnectionId;
  readonly dueAtMs: number;
}

export interface LogQuery {
  readonly room: RoomId;
  readonly epoch: string;
  readonly afterSeq: number;
  readonly beforeSeq: number;
  readonly order: 'ascending' | 'descending';
  readonly limit: number;
}

/** Storage could not do it; nothing is known to be wrong with the request. */
export class StoreFault extends Error {
  override readonly name = 'StoreFault';
}

/** The room may or may not have taken the message. */
export class AcceptanceUnknown extends Error {
  override readonly name = 'AcceptanceUnknown';
}
