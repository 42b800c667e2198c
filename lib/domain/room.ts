import type { RoomId } from './ids.ts';

/** A message that has its seq. Times in ms. */
export interface StoredMessage {
  readonly seq: number;
  readonly messageId: string;
  readonly clientMessageId: string;
  readonly senderUserId: string;
  readonly type: string;
  readonly content: string;
  readonly sentAtMs: number;
}

/** Where the room stood: its counter, and the time of its last message (0 = none yet). Both only grow. */
export interface RoomPosition {
  readonly seq: number;
  readonly lastMessageAtMs: number;
}

export interface Room extends RoomPosition {
  readonly room: RoomId;
  readonly name: string;
  /** Changes when a destroyed room id is created anew. */
  readonly epoch: string;
  readonly createdAtMs: number;
  /** Set once destroyed: the row then only waits for its clean-up. */
  readonly destroyedAtMs?: number | undefined;
  /** Changes with every act that takes somebody's right to send; a send in flight across it is decided anew. */
  readonly fence: number;
  /** ALLOWLIST: user → where the room stood when he was put on it. */
  readonly protectedSince: Readonly<Record<string, RoomPosition>>;
  /** User → the seq at which he was taken off the allowlist: only a later message can kick him. */
  readonly unprotectedSeq: Readonly<Record<string, number>>;
  /** Accepted messages that are not yet in the log, oldest first, without gaps up to `seq`. */
  readonly tail: readonly StoredMessage[];
}

export const isLive = (room: Room | undefined): room is Room => room !== undefined && room.destroyedAtMs === undefined;
