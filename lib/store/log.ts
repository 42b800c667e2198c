import type { RoomId } from '../domain/ids.ts';
import type { StoredMessage } from '../domain/room.ts';

export interface LogQuery {
  readonly room: RoomId;
  readonly epoch: string;
  readonly afterSeq: number;
  readonly beforeSeq: number;
  readonly order: 'ascending' | 'descending';
  readonly limit: number;
}

/** The rooms' history. */
export interface Log {
  /** Puts accepted messages into the log; idempotent. Messages are contiguous by seq. */
  appendLog(room: RoomId, epoch: string, messages: readonly StoredMessage[], expiresAtMs: number): Promise<void>;
  /**
   * Logged messages with afterSeq < seq < beforeSeq, ascending or descending, at most `limit`, each once: where a seq was
   * logged as recalled too, that one.
   */
  readLog(query: LogQuery): Promise<readonly StoredMessage[]>;
}
