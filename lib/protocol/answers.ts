import type { EndReason } from './end-reason.ts';
import type { Message, Sender } from './message.ts';

/** The answer to a frame that the server refused. */
export interface RefusalAnswer {
  readonly event: 'answer';
  /** The id of the frame; '' where it could not be read. */
  readonly id: string;
  /** One of `Code`. */
  readonly code: Exclude<number, 0>;
  /** For a developer: `unable to <do what>; <why>`. */
  readonly message: string;
  /** How the membership ended (code 23406 after a resume). */
  readonly reason?: EndReason;
  /** Asking again helps after this time; absent = it does not help. */
  readonly retryAfterMs?: number;
  /** What the app's hook said of its refusal, in at most 200 characters (code 29901). Absent = nothing. */
  readonly note?: string;
  /** The code of each entry that was not set or removed, by key (code 23428: the others were). */
  readonly errors?: Readonly<Record<string, number>>;
}

/** The answer to a frame that was served, where there is nothing else to say. */
export interface OkAnswer {
  readonly event: 'answer';
  readonly id: string;
  readonly code: 0;
}

interface RoomAnswer extends OkAnswer {
  readonly room: string;
  /** Changes when a destroyed room is created again. */
  readonly roomEpoch: string;
}

/** The answer to a join: the membership, and what the client needs to show the room. */
export interface JoinedAnswer extends RoomAnswer {
  /** The epoch of the membership: new with each fresh join. */
  readonly membership: string;
  readonly joinedAtMs: number;
  /** true = a new membership; false = the user was a member already and still is. */
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
  /** true = the room has, or had, entries: `getEntries` reads them. */
  readonly hasEntries: boolean;
}

/** The answer to a send: the message is stored. The same for every retry. */
export interface SentAnswer extends RoomAnswer {
  readonly seq: number;
  readonly messageId: string;
  readonly sentAtMs: number;
}

/** The answer to a history or a repair. */
export interface MessagesAnswer extends RoomAnswer {
  /** In the order asked for; a repair's are oldest first. */
  readonly messages: readonly Message[];
  /** repair: seqs that have no message, because it was not to be kept or was deleted. Absent = none. */
  readonly hidden?: readonly number[];
  /**
   * There is more: the next page begins with this as `cursor` (history) or `afterSeq` (repair). Absent = this is the end.
   * A page may be short, even empty, and still have a next one.
   */
  readonly next?: number;
  /** false = some of what the page spans is lost. */
  readonly complete: boolean;
}

/** The answer to a `getEntries`: one page of the room's entries, in the order of their keys. */
export interface EntriesAnswer extends RoomAnswer {
  /** The number of changes of the room's entries before this read. */
  readonly revision: number;
  readonly entries: Readonly<Record<string, string>>;
  /** There are more after this key; absent = this is the end. */
  readonly nextAfterKey?: string;
}

/** A member, as the list of members has them. */
export interface ListedMember {
  readonly userId: string;
  readonly joinedAtMs: number;
  /** Their name and picture, where the setting `memberProfiles` is on and their token has them. */
  readonly sender?: Sender;
}

/** The answer to an `info`: who is in the room. */
export interface InfoAnswer extends RoomAnswer {
  /** How many members the room has. */
  readonly total: number;
  /** Those who joined first, or last; two of the same ms in the order of their ids. */
  readonly members: readonly ListedMember[];
  /** The room is too large for this: it has at least `total` members, and none is listed. Absent = the answer is exact. */
  readonly more?: true;
}

export type Answer = RefusalAnswer | JoinedAnswer | SentAnswer | MessagesAnswer | EntriesAnswer | InfoAnswer | OkAnswer;
