import type { EndReason } from './end-reason.ts';
import type { Message } from './message.ts';

/** Answer to a frame that was refused. `reason` says how a membership ended (code 23406 after a resume). */
export interface RefusalAnswer {
  readonly event: 'answer';
  readonly id: string;
  readonly code: Exclude<number, 0>;
  readonly message: string;
  readonly reason?: EndReason;
  /** Ask again after this time; absent = asking again does not help. */
  readonly retryAfterMs?: number;
  /** Attributes: why each of these keys was not set or removed (code 23428: the others were). */
  readonly errors?: Readonly<Record<string, number>>;
}

export interface JoinedAnswer {
  readonly event: 'answer';
  readonly id: string;
  readonly code: 0;
  readonly room: string;
  readonly roomEpoch: string;
  readonly membership: string;
  readonly joinedAtMs: number;
  /** true = a new membership; false = he was a member already and still is. */
  readonly fresh: boolean;
  /** Everything up to this seq is in `messages` or `hidden`, was seen before, was not asked for, or is lost. */
  readonly seq: number;
  /** The room's seq. Greater than `seq`: the frame could not hold all that was asked for; `repair` has the rest. */
  readonly latestSeq: number;
  /** Oldest first. After a resume: what was missed. */
  readonly messages: readonly Message[];
  /** Seqs that have no message: it was not to be kept, or was deleted. Absent = none. */
  readonly hidden?: readonly number[];
  /** false = some of what was asked for, up to `seq`, is lost: an explicit gap. */
  readonly complete: boolean;
  /** true = the room has, or had, attributes: `getEntries` reads them. */
  readonly hasEntries: boolean;
}

export interface SentAnswer {
  readonly event: 'answer';
  readonly id: string;
  readonly code: 0;
  readonly room: string;
  readonly roomEpoch: string;
  readonly seq: number;
  readonly messageId: string;
  readonly sentAtMs: number;
}

export interface MessagesAnswer {
  readonly event: 'answer';
  readonly id: string;
  readonly code: 0;
  readonly room: string;
  readonly roomEpoch: string;
  /** In the order asked for; a repair's are oldest first. */
  readonly messages: readonly Message[];
  /** repair: seqs that have no message, because it was not to be kept or was deleted. Absent = none. */
  readonly hidden?: readonly number[];
  /**
   * There is more: the next page is asked for with this as `cursor` (history) or `afterSeq` (repair). Absent = this is the
   * end. A page may be short, even empty, and still have a next one.
   */
  readonly next?: number;
  /** false = some of what the page spans is lost. */
  readonly complete: boolean;
}

export interface EntriesAnswer {
  readonly event: 'answer';
  readonly id: string;
  readonly code: 0;
  readonly room: string;
  readonly roomEpoch: string;
  /** How often the room's attributes had changed when this was read. */
  readonly revision: number;
  readonly entries: Readonly<Record<string, string>>;
  /** There are more, after this key. */
  readonly nextAfterKey?: string;
}

export interface OkAnswer {
  readonly event: 'answer';
  readonly id: string;
  readonly code: 0;
}

export type Answer = RefusalAnswer | JoinedAnswer | SentAnswer | MessagesAnswer | EntriesAnswer | OkAnswer;
