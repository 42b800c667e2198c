import type { RoomId } from './ids.ts';

/** What a client knew of its membership before it lost its connection. */
export interface Resume {
  readonly roomEpoch: string;
  readonly membership: string;
  /** The last seq that was handed to the app; 0 = none. */
  readonly seq: number;
}

interface AnsweredFrame {
  /** Named by the client; the answer has the same. */
  readonly id: string;
}

interface RoomFrame extends AnsweredFrame {
  readonly room: string;
}

export interface JoinFrame extends RoomFrame {
  readonly action: 'join';
  /** -1 = no messages, 0 = `MESSAGE_COUNT_DEFAULT`, at most `MESSAGE_COUNT_MAX` */
  readonly messageCount: number;
  readonly autoCreate: boolean;
  readonly resume?: Resume | undefined;
  /** The client joins by itself, after an eviction: this join ends no membership in another room. */
  readonly rejoin?: boolean | undefined;
}

export interface LeaveFrame extends RoomFrame {
  readonly action: 'leave';
}

export interface SendFrame extends RoomFrame {
  readonly action: 'send';
  /** The same for every retry of one send: the room stores the message once. */
  readonly clientMessageId: string;
  readonly type: string;
  readonly content: string;
}

/** Asks for a page of history by time. */
export interface HistoryFrame extends RoomFrame {
  readonly action: 'history';
  /**
   * 0 = from the newest (descending) or the oldest (ascending); else descending takes older, ascending newer than it.
   */
  readonly timestampMs: number;
  readonly order: 'descending' | 'ascending';
  readonly count: number;
  /** `next` of an earlier answer in the same order: the page goes on from there, whatever `timestampMs` says. */
  readonly cursor?: number | undefined;
}

/** Asks for what is missing: seqs afterSeq+1 … beforeSeq-1 (beforeSeq 0 = up to the newest), oldest first. */
export interface RepairFrame extends RoomFrame {
  readonly action: 'repair';
  readonly afterSeq: number;
  readonly beforeSeq: number;
}

export interface RecallFrame extends RoomFrame {
  readonly action: 'recall';
  readonly messageId: string;
}

/** Sets entries of the room, 1 to `ENTRY_BATCH_MAX`. */
export interface SetEntriesFrame extends RoomFrame {
  readonly action: 'setEntries';
  readonly entries: Readonly<Record<string, string>>;
  /** Removes them when this user's membership ends. */
  readonly autoDelete: boolean;
  /** Also sets those that another user has set. */
  readonly overwrite: boolean;
}

/** Removes entries of the room, 1 to `ENTRY_BATCH_MAX`. */
export interface RemoveEntriesFrame extends RoomFrame {
  readonly action: 'removeEntries';
  readonly keys: readonly string[];
  /** Also removes those that another user has set. */
  readonly force: boolean;
}

/** Reads the entries of the room in the order of their keys: those after a key, as many as fit in a frame. */
export interface GetEntriesFrame extends RoomFrame {
  readonly action: 'getEntries';
  /** '' = from the first. */
  readonly afterKey: string;
}

/** Asks how many members the room has, and for those who joined first or last. */
export interface InfoFrame extends RoomFrame {
  readonly action: 'info';
  /** How many members to list, 0 to `MEMBERS_LISTED_MAX`. */
  readonly memberCount: number;
  /** By the time they joined: first joined first, or last joined first. */
  readonly order: 'descending' | 'ascending';
}

/** Something fleeting, for those who are connected now: typing, a cursor, a reaction. It is no message. */
export interface SignalFrame extends RoomFrame {
  readonly action: 'signal';
  readonly type: string;
  readonly data: string;
}

/** Asks whether the server is there. */
export interface PingFrame extends AnsweredFrame {
  readonly action: 'ping';
}

/** A sign of life. It has no answer, because API Gateway would charge for it as a message. */
export interface BeatFrame {
  readonly action: 'beat';
  readonly id?: undefined;
}

/** client → server */
export type ClientFrame =
  | JoinFrame
  | LeaveFrame
  | SendFrame
  | HistoryFrame
  | RepairFrame
  | RecallFrame
  | SetEntriesFrame
  | RemoveEntriesFrame
  | GetEntriesFrame
  | InfoFrame
  | SignalFrame
  | PingFrame
  | BeatFrame;

export type ClientAction = ClientFrame['action'];

/** A frame that the server has parsed: its room is an id. */
export type CheckedFrame = Checked<ClientFrame>;
type Checked<F> = F extends RoomFrame ? F & { readonly room: RoomId } : F;

/** What a parsed frame asks for. */
export type RequestOf<Action extends ClientAction> = Omit<
  Extract<CheckedFrame, { readonly action: Action }>,
  'action' | 'id'
>;
