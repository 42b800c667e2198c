/**
 * Every frame of the WebSocket, both directions; docs/protocol.md has them in prose.
 * All frames are JSON objects in text frames of at most FRAME_BYTES_MAX. Times are ms since 1970, seqs count from 1.
 */

/** Sub-protocol that the server selects; a second one, `token.<jwt>`, carries the token. */
export const SUB_PROTOCOL = 'doorman.v1';
export const TOKEN_SUB_PROTOCOL_PREFIX = 'token.';
/**
 * Offered by a client beside the others as `doorman.refused.<code>`, for each code it knows. The server selects one of
 * them to refuse the connection and say why, which a failed handshake cannot do in a browser; the client then closes.
 */
export const REFUSED_SUB_PROTOCOL_PREFIX = 'doorman.refused.';
/** Name of the query parameter that carries the token where a client cannot set a sub-protocol. */
export const TOKEN_QUERY = 'token';
/** Query parameters by which a client tells which kind of device it is, and which run of it. */
export const PLATFORM_QUERY = 'platform';
export const INSTANCE_QUERY = 'instance';
/**
 * A client sends a `beat` when the last sign of life that the server has written down for certain is this old; without
 * one the server takes it for gone.
 */
export const HEARTBEAT_MS = 135_000;
/** The server writes no sign of life down that comes within this time after the one that it has written. */
export const UNWRITTEN_MS = 20_000;
/** RongCloud's limit of messages that a join or one page of history can carry. */
export const MESSAGE_COUNT_MAX = 50;
/** So many a join asks for with a count of 0. */
export const MESSAGE_COUNT_DEFAULT = 10;

/** RongCloud's limit of attributes in one batch, of an attribute's value in characters. */
export const ENTRY_BATCH_MAX = 10;
export const ENTRY_VALUE_LENGTH_MAX = 4096;
/** The type of what stands in the history where a message was recalled. */
export const RECALLED_TYPE = 'RC:RcNtf';

/** Why a membership ended. */
export type EndReason = 'left' | 'offline' | 'blocked' | 'destroyed';

/** A message as stored and delivered. `content` is the app's text (JSON by RongCloud's convention). */
export interface Message {
  readonly seq: number;
  /** Unique per room epoch; the same for every retry of one send. */
  readonly messageId: string;
  readonly clientMessageId: string;
  readonly senderUserId: string;
  /** RongCloud's objectName, for example `RC:TxtMsg`. */
  readonly type: string;
  readonly content: string;
  readonly sentAtMs: number;
  /** It stands where a message was recalled; type RC:RcNtf. */
  readonly recalled?: true | undefined;
  /**
   * An app server sent it in this user's name, and not for them: their client takes its seq and does not show it. Only the
   * sender's own connections are told this.
   */
  readonly notForSender?: true | undefined;
  /** In a `recalled` push: nothing is to be shown in its place, and no later answer has a message at its seq. */
  readonly hidden?: true | undefined;
}

/** What a client knew of its membership before it lost its connection. */
export interface Resume {
  readonly roomEpoch: string;
  readonly membership: string;
  /** The last seq that was handed to the app; 0 = none. */
  readonly seq: number;
}

/** client → server */
export type ClientFrame =
  | {
      readonly action: 'join';
      readonly id: string;
      readonly room: string;
      /** -1 = no messages, 0 = 10, at most 50 */
      readonly messageCount: number;
      readonly autoCreate: boolean;
      readonly resume?: Resume | undefined;
    }
  | { readonly action: 'leave'; readonly id: string; readonly room: string }
  | {
      readonly action: 'send';
      readonly id: string;
      readonly room: string;
      readonly clientMessageId: string;
      readonly type: string;
      readonly content: string;
    }
  | {
      readonly action: 'history';
      readonly id: string;
      readonly room: string;
      /** 0 = from the newest (descending) or the oldest (ascending); else descending takes older, ascending newer than it. */
      readonly timestampMs: number;
      readonly order: 'descending' | 'ascending';
      readonly count: number;
      /** `next` of an earlier answer in the same order: the page goes on from there, whatever `timestampMs` says. */
      readonly cursor?: number | undefined;
    }
  | {
      /** Asks for what is missing: seqs afterSeq+1 … beforeSeq-1 (beforeSeq 0 = up to the newest), oldest first. */
      readonly action: 'repair';
      readonly id: string;
      readonly room: string;
      readonly afterSeq: number;
      readonly beforeSeq: number;
    }
  | { readonly action: 'recall'; readonly id: string; readonly room: string; readonly messageId: string }
  | {
      /** Sets attributes of the room, 1 to 10. */
      readonly action: 'setEntries';
      readonly id: string;
      readonly room: string;
      readonly entries: Readonly<Record<string, string>>;
      /** They go when this user's membership ends. */
      readonly autoDelete: boolean;
      /** Also those that another user has set. */
      readonly overwrite: boolean;
    }
  | {
      /** Removes attributes of the room, 1 to 10. */
      readonly action: 'removeEntries';
      readonly id: string;
      readonly room: string;
      readonly keys: readonly string[];
      /** Also those that another user has set. */
      readonly force: boolean;
    }
  | {
      /** Reads the attributes of the room in the order of their keys: those after a key, as many as fit in a frame. */
      readonly action: 'getEntries';
      readonly id: string;
      readonly room: string;
      /** '' = from the first. */
      readonly afterKey: string;
    }
  /** Asks whether the server is there. */
  | { readonly action: 'ping'; readonly id: string }
  /** A sign of life. It has no answer: that would be a message that is paid for. */
  | { readonly action: 'beat'; readonly id?: undefined };

export type ClientAction = ClientFrame['action'];

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

/** What an app server did to users or to a room, told where it asked for that. Numbers and scopes: docs/protocol.md. */
export type NoticeKind =
  | 'block'
  | 'unblock'
  | 'mute-users'
  | 'unmute-users'
  | 'mute-room'
  | 'unmute-room'
  | 'exempt-from-mute'
  | 'end-exemption'
  | 'mute-everywhere'
  | 'unmute-everywhere';

export interface MemberChange {
  readonly userId: string;
  readonly change: 'joined' | 'left';
  readonly reason?: EndReason;
  /** Membership epoch: a client that sees one change twice drops the second. */
  readonly membership: string;
  readonly atMs: number;
}

/** server → client, unasked */
export type PushFrame =
  | {
      readonly event: 'messages';
      readonly room: string;
      readonly roomEpoch: string;
      readonly messages: readonly Message[];
    }
  | {
      readonly event: 'members';
      readonly room: string;
      readonly roomEpoch: string;
      readonly changes: readonly MemberChange[];
    }
  /** To the user himself: this membership of his has ended. */
  | {
      readonly event: 'removed';
      readonly room: string;
      readonly roomEpoch: string;
      readonly membership: string;
      readonly reason: EndReason;
    }
  | { readonly event: 'destroyed'; readonly room: string; readonly roomEpoch: string; readonly automatic: boolean }
  /** A message was recalled; `message` is what now stands at its seq, of type RC:RcNtf. */
  | { readonly event: 'recalled'; readonly room: string; readonly roomEpoch: string; readonly message: Message }
  /** A message to all rooms: not in the history, without a seq (0); a client drops a messageId that it has seen. */
  | { readonly event: 'broadcast'; readonly room: string; readonly roomEpoch: string; readonly message: Message }
  /** Attributes were set (all values are there) or removed (values are empty). One change may come as several frames. */
  | {
      readonly event: 'entries';
      readonly room: string;
      readonly roomEpoch: string;
      /** One more with each change: after a jump a client reads all attributes anew. */
      readonly revision: number;
      readonly operation: 'set' | 'remove';
      readonly entries: Readonly<Record<string, string>>;
      /** How many attributes the change has in all its frames; absent = all are in this one. */
      readonly total?: number;
    }
  | {
      readonly event: 'notice';
      readonly kind: NoticeKind;
      /** '' = all rooms. */
      readonly room: string;
      readonly userIds: readonly string[];
      /** 0 = without end, or none. */
      readonly durationMs: number;
      readonly atMs: number;
      readonly extra: string;
    }
  /** To a user's other devices: he has joined or left a room himself. */
  | { readonly event: 'sync'; readonly room: string; readonly change: 'joined' | 'left'; readonly atMs: number }
  /** The server is about to close this connection for good; the code says why. */
  | { readonly event: 'closing'; readonly code: number; readonly message: string };

export type ServerFrame = Answer | PushFrame;
