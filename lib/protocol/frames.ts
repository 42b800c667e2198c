/**
 * Every frame of the WebSocket, both directions; docs/protocol.md has them in prose.
 * All frames are JSON objects in text frames of at most 32 KB. Times are ms since 1970, seqs count from 1.
 */

/** Sub-protocol that the server selects; a second one, `token.<jwt>`, carries the token. */
export const SUB_PROTOCOL = 'doorman.v1';
export const TOKEN_SUB_PROTOCOL_PREFIX = 'token.';
/** Name of the query parameter that carries the token where a client cannot set a sub-protocol. */
export const TOKEN_QUERY = 'token';
/** RongCloud's limit of messages that a join or one page of history can carry. */
export const MESSAGE_COUNT_MAX = 50;

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
      /** 0 = from the newest; descending takes older than it, ascending newer than it. */
      readonly timestampMs: number;
      readonly order: 'descending' | 'ascending';
      readonly count: number;
    }
  | {
      /** Asks for what is missing: seqs afterSeq+1 … beforeSeq-1 (beforeSeq 0 = up to the newest), oldest first. */
      readonly action: 'repair';
      readonly id: string;
      readonly room: string;
      readonly afterSeq: number;
      readonly beforeSeq: number;
    }
  | { readonly action: 'ping'; readonly id: string };

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
  /** Everything up to this seq is in `messages`, was seen before, or was not asked for. */
  readonly seq: number;
  /** Oldest first. After a resume: what was missed. */
  readonly messages: readonly Message[];
  /** false = the history does not reach back to the resumed seq: an explicit gap. */
  readonly complete: boolean;
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
  readonly messages: readonly Message[];
  /** repair: false = some of what was asked for is no longer in the history, or more is to be asked for. */
  readonly complete: boolean;
}

export interface OkAnswer {
  readonly event: 'answer';
  readonly id: string;
  readonly code: 0;
}

export type Answer = RefusalAnswer | JoinedAnswer | SentAnswer | MessagesAnswer | OkAnswer;

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
  | { readonly event: 'destroyed'; readonly room: string; readonly roomEpoch: string; readonly automatic: boolean };

export type ServerFrame = Answer | PushFrame;
