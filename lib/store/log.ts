import type { NewMessage, StoredMessage } from '../domain/room.ts';
import type { RoomId } from '../protocol/ids.ts';

/** One life of one room. */
export interface RoomLife {
  readonly roomId: RoomId;
  readonly epoch: string;
}

/** A range of a room's log: afterSeq < seq < beforeSeq. */
export interface LogQuery extends RoomLife {
  readonly afterSeq: number;
  readonly beforeSeq: number;
  readonly order: 'ascending' | 'descending';
  /** Messages. */
  readonly limit: number;
  /** The read ends with the message that brings the contents to this many characters; it may end sooner. */
  readonly charactersMax: number;
}

export interface LogPage {
  /** In the requested order, one per seq: the recalled form if there is one. At most `limit`. */
  readonly messages: readonly StoredMessage[];
  /** The range has been read up to and including this seq, in the requested order. Absent = all of it. */
  readonly readTo?: number;
}

/** What the log knows of a message that a client has sent: the answer when the client repeats the send. */
export interface SentPosition {
  readonly seq: number;
  readonly messageId: string;
  readonly sentAtMs: number;
}

/**
 * What is known of a message by its id: its position, or that someone began to send it at `startedAtMs`. Then it may have
 * been accepted, and its position is in the log.
 */
export type SentRecord = SentPosition | { readonly startedAtMs: number };

/** A message without what follows from its seq. */
export type MessageContent = Omit<NewMessage, 'id' | 'sentAtMs'>;

/** The rooms' history. */
export interface Log {
  /** Puts accepted messages into the log; idempotent. Their seqs have no gaps. */
  appendLog(room: RoomId, epoch: string, messages: readonly StoredMessage[], expiresAtMs: number): Promise<void>;
  /** Stores a message that is about to be accepted: the room's tail then only names it. */
  putContent(life: RoomLife, message: NewMessage, expiresAtMs: number): Promise<void>;
  /** What `putContent` has stored, by id; an id without it is absent. At most 100 ids. */
  readContents(life: RoomLife, ids: readonly string[]): Promise<ReadonlyMap<string, MessageContent>>;
  /** Notes the positions of messages of clients, so that `findSent` finds them. */
  noteSent(life: RoomLife, messages: readonly StoredMessage[], expiresAtMs: number): Promise<void>;
  /** Reads a bounded number of rows, and makes progress with each call. */
  readLog(query: LogQuery): Promise<LogPage>;
  /**
   * The seq of the newest marked message that was sent before this time, or of the oldest one that was not; undefined =
   * there is none. Some seqs are marked with their time: at least each MARK_EVERY-th, and the ends of each large row.
   */
  markBefore(life: RoomLife, atMs: number): Promise<number | undefined>;
  markFrom(life: RoomLife, atMs: number): Promise<number | undefined>;
  /** A message that has left the tail, or that may be about to be accepted. `id`: see NewMessage. */
  findSent(life: RoomLife, id: string): Promise<SentRecord | undefined>;
}

/** No two neighbouring marks are further apart. */
export const MARK_EVERY = 32;
