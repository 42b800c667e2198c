import type { StoredMessage } from '../domain/room.ts';
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
  /** Reading ends with the message whose content reaches this many characters in all; it may end sooner. */
  readonly charactersMax: number;
}

export interface LogPage {
  /** In the order asked for, each once: where a seq was logged as recalled too, that one. At most `limit`. */
  readonly messages: readonly StoredMessage[];
  /** All of the range up to and with this seq, in the order asked for, has been read. Absent = all of it. */
  readonly readTo?: number;
}

/** Where a sender finds a message that was logged: the answer to each repeat of their send. */
export interface SentPosition {
  readonly seq: number;
  readonly messageId: string;
  readonly sentAtMs: number;
}

/** The rooms' history. */
export interface Log {
  /** Puts accepted messages into the log; idempotent. Messages are contiguous by seq. */
  appendLog(room: RoomId, epoch: string, messages: readonly StoredMessage[], expiresAtMs: number): Promise<void>;
  /** Reads no more than a bounded number of rows, and gets ahead with each call. */
  readLog(query: LogQuery): Promise<LogPage>;
  /**
   * The seq of the newest marked message that was sent before this time, or of the oldest one that was not: some seqs are
   * marked with their time, at least each MARK_EVERY-th and each that makes its row dear to read. undefined = there is none.
   */
  markBefore(life: RoomLife, atMs: number): Promise<number | undefined>;
  markFrom(life: RoomLife, atMs: number): Promise<number | undefined>;
  /** A client's message that is in the log, by its client message id. */
  findSent(life: RoomLife, userId: string, clientMessageId: string): Promise<SentPosition | undefined>;
}

/** No two neighbouring marks are further apart. */
export const MARK_EVERY = 32;
