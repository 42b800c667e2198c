import type { Access, Profile } from '../domain/access.ts';
import type { EntryIndex } from '../domain/entries.ts';
import type { ConnectionId, RoomId, UserId } from '../domain/ids.ts';
import type { EndReason, Member } from '../domain/member.ts';
import type { NewMessage, Room, RoomEnd, StoredMessage } from '../domain/room.ts';

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

/** A message on its way into the room, and what must still hold when it gets there. */
export interface Acceptance {
  readonly room: RoomId;
  readonly epoch: string;
  /** The fence as read before the sender was checked; undefined for the server API, which no block binds. */
  readonly fence: number | undefined;
  readonly message: NewMessage;
  /** Tail entries that the caller has put into the log: they are dropped from the tail. */
  readonly logged: readonly StoredMessage[];
  /** The window of its time takes it if it holds fewer than `limit`; absent = it is not counted. `over` can be forgotten. */
  readonly place?: { readonly window: string; readonly limit: number; readonly over: readonly string[] } | undefined;
}

/**
 * What a write says to the table's stream. The next write of the same row says something else or nothing, so each news
 * is in exactly one record of the stream.
 */
export type MemberNews = 'joined' | EndReason;

/** A record of the stream that says something. */
export type Change =
  | { readonly kind: 'joined' | 'ended'; readonly member: Member }
  | { readonly kind: 'room-created' | 'room-destroyed'; readonly room: Room }
  | { readonly kind: 'broadcast'; readonly broadcast: Broadcast };

/** A message to all rooms that is under way. */
export interface Broadcast {
  readonly id: string;
  readonly fromUserId: UserId;
  readonly type: string;
  readonly content: string;
  readonly includeSender: boolean;
  readonly sentAtMs: number;
  /** The rooms up to here have it; '' = none yet. */
  readonly afterRoom: string;
}

/** Lists of an app that may grow long. An entry may have an end; then it is not listed any more. */
export type AppList = 'rooms' | 'muted-rooms' | 'muted-users' | 'blocked-users';
export interface ListEntry {
  readonly entry: string;
  /** 0 = without end. */
  readonly untilMs: number;
}

/** Sets with a limit, each on one row. */
export type AppSet =
  | 'kept-rooms'
  | 'low-priority-types'
  | 'allowlisted-types'
  | `blacklist#${UserId}`
  | `tags#${UserId}`;

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
  /** Creates it unless a live one is there. `false` = one is. A destroyed one is replaced. News: room-created. */
  createRoom(room: Room): Promise<boolean>;
  /**
   * One write takes the seq, the time and the content, and is the kick of everyone due. Conditions: epoch, live, fence,
   * place in the window, and that the room's last message is not later than this one. Returns the room after it.
   * Throws AcceptanceUnknown when the answer was lost: then it must not be tried again before the message was looked for.
   */
  acceptMessage(acceptance: Acceptance): Promise<Room | 'conflict'>;
  /** Changes what one write can change on a live room of this epoch; undefined = not there any more. */
  protect(room: RoomId, epoch: string, user: UserId, limit: number): Promise<Room | 'full' | undefined>;
  unprotect(room: RoomId, epoch: string, user: UserId): Promise<Room | undefined>;
  /** After this no message is accepted whose sender was checked before it. */
  raiseFence(room: RoomId, epoch: string): Promise<Room | undefined>;
  setRoomEnd(room: RoomId, epoch: string, end: RoomEnd): Promise<Room | undefined>;
  /** Raises the fence too: after it no message of somebody who was checked before is accepted. */
  setRoomMuted(room: RoomId, epoch: string, muted: boolean): Promise<Room | undefined>;
  setDistributionStopped(room: RoomId, epoch: string, stopped: boolean): Promise<Room | undefined>;
  noteEntries(room: RoomId, epoch: string): Promise<Room | undefined>;
  /** Puts `recalled` in the place of the message with its seq and id, if that is in the tail still. */
  recallInTail(room: RoomId, epoch: string, recalled: StoredMessage): Promise<Room | undefined>;
  /** News: room-destroyed. */
  destroyRoom(room: RoomId, epoch: string, nowMs: number, byItself: boolean): Promise<Room | undefined>;
  /** Removes the row of a destroyed room of that epoch. */
  removeRoom(room: RoomId, epoch: string): Promise<void>;

  getMember(room: RoomId, user: UserId): Promise<Member | undefined>;
  getMembers(room: RoomId, users: readonly UserId[]): Promise<readonly Member[]>;
  /**
   * Puts `next` if the row still has `revision` (0 = no row). Returns the row as stored with its new revision, or
   * 'conflict'. A guess may be tried without a read: revision 0 for a first join. `news` is for the stream.
   */
  putMember(next: Member, revision: number, news?: MemberNews): Promise<Member | 'conflict'>;
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

  /** Puts accepted messages into the log; idempotent. Messages are contiguous by seq. */
  appendLog(room: RoomId, epoch: string, messages: readonly StoredMessage[], expiresAtMs: number): Promise<void>;
  /**
   * Logged messages with afterSeq < seq < beforeSeq, ascending or descending, at most `limit`, each once: where a seq was
   * logged as recalled too, that one.
   */
  readLog(query: LogQuery): Promise<readonly StoredMessage[]>;

  /** Connections whose life was over before `nowMs`, oldest first. */
  dueConnections(nowMs: number, limit: number): Promise<readonly DueConnection[]>;
  clearDue(due: DueConnection): Promise<void>;

  getEntryIndex(room: RoomId, roomEpoch: string): Promise<EntryIndex>;
  /**
   * Puts the index if it still is one revision older, with the values of the entries that are new in it (by key), and
   * deletes the values of those that are no longer in it. 'conflict' = the index has changed; no reader sees a trace.
   */
  putEntryIndex(next: EntryIndex, before: EntryIndex, values: ReadonlyMap<string, string>): Promise<'put' | 'conflict'>;
  /** The values of these keys of the index, by key. A key whose value was replaced meanwhile is missing: read again. */
  entryValues(index: EntryIndex, keys: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Removes the attributes of a destroyed room of that epoch. */
  removeEntries(room: RoomId, roomEpoch: string): Promise<void>;

  getAccess(user: UserId): Promise<Access>;
  /** Several calls: the last counts. */
  setAccess(user: UserId, change: Partial<Access>): Promise<void>;
  getProfile(user: UserId): Promise<Profile | undefined>;
  /** Keeps what is not given, and the time of the first. */
  setProfile(
    user: UserId,
    change: { readonly name?: string | undefined; readonly portraitUri?: string | undefined },
    nowMs: number,
  ): Promise<void>;

  addToList(list: AppList, entries: readonly ListEntry[]): Promise<void>;
  removeFromList(list: AppList, entries: readonly string[]): Promise<void>;
  /** In the order of the entries, those after one ('' = from the first); those whose end is over are left out. */
  readList(list: AppList, afterEntry: string, limit: number, nowMs: number): Promise<readonly ListEntry[]>;

  readSet(set: AppSet): Promise<readonly string[]>;
  /** All or none; 'full' = they would be more than `limit`. */
  addToSet(set: AppSet, entries: readonly string[], limit: number): Promise<'added' | 'full'>;
  /** Which of them were in it. */
  removeFromSet(set: AppSet, entries: readonly string[]): Promise<readonly string[]>;

  /** False = it was used before. Forgotten after `expiresAtMs`. */
  useNonce(nonce: string, expiresAtMs: number): Promise<boolean>;
  /** Counts a call in its second; false = there were `limit` already. */
  countCall(path: string, atMs: number, limit: number): Promise<boolean>;
  /** News: broadcast. Put again with a later `afterRoom` it goes on from there. */
  putBroadcast(broadcast: Broadcast, expiresAtMs: number): Promise<void>;
}

/** An entry of the due list: this connection cannot be alive after that time. */
export interface DueConnection extends ConnectionKey {
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
