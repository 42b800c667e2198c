/**
 * The history of one run, as plain JSON. Events are in their real order, which is their order in the array; `atMs` is the
 * virtual or the real time and never decreases. Clocks of the server may differ from it: theirs are the times inside rows
 * and messages.
 */
export type HistoryEvent =
  | SocketEvent
  | Call
  | Answer
  | StorageEvent
  | Pushed
  | Webhook
  | AppEvent
  | Hooked
  | Fault
  | { readonly kind: 'faultsEnd' | 'settled'; readonly atMs: number };

/** Of one membership, as docs/protocol.md has it. */
export type EndReason = 'left' | 'offline' | 'blocked' | 'destroyed';

/** What happened to the WebSocket of one device. */
export type SocketEvent = Opened | OfConnection;

/** Connections of one device have one name for it; those of one login also have one `login`. */
export interface Opened {
  readonly kind: 'opened';
  readonly atMs: number;
  readonly user: string;
  readonly device: string;
  readonly connection: string;
  readonly login?: string;
}

/**
 * `socketLost`: the client's end is gone or deaf, and the server may not know. `heard`: a frame reached the server.
 * `closedByServer`: the server closed the socket. `disconnectEvent`: `$disconnect` reached the server, perhaps late or
 * twice. `goneAnswer`: a post was answered with 410, rightly or not.
 */
export interface OfConnection {
  readonly kind: 'socketLost' | 'heard' | 'closedByServer' | 'disconnectEvent' | 'goneAnswer';
  readonly atMs: number;
  readonly connection: string;
}

/** `resume` is a join that names a membership. Those from `create` on are of the server API only. */
export type Operation =
  | 'join'
  | 'resume'
  | 'leave'
  | 'send'
  | 'repair'
  | 'history'
  | 'recall'
  | 'setEntries'
  | 'removeEntries'
  | 'getEntries'
  | 'info'
  | 'signal'
  | 'ping'
  | 'create'
  | 'destroy'
  | 'setEnd'
  | 'keep'
  | 'unkeep'
  | 'block'
  | 'unblock'
  | 'allow'
  | 'disallow'
  | 'mute'
  | 'unmute'
  | 'slowMode'
  | 'publish'
  | 'exist'
  | 'members'
  | 'realTime'
  | 'expireTokens'
  | 'blockEverywhere'
  | 'unblockEverywhere';

/** A question to the server. Without an answer its outcome is unknown to the one that asked. */
export interface Call {
  readonly kind: 'call';
  readonly atMs: number;
  readonly id: string;
  readonly by: { readonly user: string; readonly connection: string } | 'server-api';
  readonly op: Operation;
  /** Empty where the operation is of no room. */
  readonly room: string;
  readonly args: CallArgs;
}

export interface CallArgs {
  /** Of the server API: the user that it concerns; the sender of `publish`. */
  readonly user?: string;
  /** block, blockEverywhere: the first ms in which it no longer holds. mute has none: it holds until `unmute`. */
  readonly untilMs?: number;
  readonly clientMessageId?: string;
  /** resume: what the client knew. */
  readonly membership?: string;
  readonly seq?: number;
  readonly afterSeq?: number;
  /** repair: 0 or missing means up to the newest. */
  readonly beforeSeq?: number;
  /** realTime */
  readonly on?: boolean;
  /** slowMode: the interval; 0 = off. */
  readonly seconds?: number;
  /** members, info: a list of this length may be incomplete. */
  readonly limit?: number;
  /** create, setEnd: the room's end, where it is not the setting's. */
  readonly endsAfterMs?: number;
  readonly endType?: 'idle' | 'fixed';
  /** recall */
  readonly messageId?: string;
  readonly isDelete?: boolean;
}

/** `code` as in docs/protocol.md; 0 also where the server API says 200. */
export interface Answer {
  readonly kind: 'answer';
  readonly atMs: number;
  readonly id: string;
  readonly code: number;
  readonly result: AnswerResult;
}

/** What an answer has besides: the fields of docs/protocol.md, and those of the server API's reads. */
export interface AnswerResult {
  readonly roomEpoch?: string;
  readonly membership?: string;
  readonly fresh?: boolean;
  readonly seq?: number;
  readonly latestSeq?: number;
  readonly messages?: readonly HistoryMessage[];
  readonly hidden?: readonly number[];
  readonly complete?: boolean;
  readonly next?: number | string;
  readonly messageId?: string;
  readonly sentAtMs?: number;
  readonly reason?: EndReason;
  /** exist */
  readonly member?: boolean;
  /** info */
  readonly members?: readonly { readonly userId: string; readonly sender?: HistorySender }[];
  /** members, info */
  readonly userIds?: readonly string[];
  readonly total?: number;
}

/** A message as a client gets it. */
export interface HistoryMessage {
  readonly seq: number;
  readonly messageId: string;
  readonly senderUserId: string;
  readonly content?: string;
  readonly recalled?: boolean;
  readonly sender?: HistorySender;
}

/** What the token of a user says of them. */
export interface HistorySender {
  readonly name?: string;
  readonly portrait?: string;
}

/** Writes as the storage applied them, in that order. */
export type StorageEvent =
  | RoomCreated
  | RoomDestroyed
  | Accepted
  | MemberWritten
  | MemberDeleted
  | ConnectionRow
  | PresenceWritten;

export interface RoomCreated {
  readonly kind: 'roomCreated';
  readonly atMs: number;
  readonly room: string;
  readonly epoch: string;
}

export interface RoomDestroyed {
  readonly kind: 'roomDestroyed';
  readonly atMs: number;
  readonly room: string;
  readonly epoch: string;
  readonly automatically: boolean;
}

/** The write that gave a message its seq. */
export interface Accepted {
  readonly kind: 'accepted';
  readonly atMs: number;
  readonly room: string;
  readonly epoch: string;
  readonly seq: number;
  readonly sentAtMs: number;
  readonly messageId: string;
  readonly clientMessageId: string;
  readonly sender: string;
  readonly transient?: boolean;
}

export interface MembershipEnd {
  readonly membershipId: string;
  readonly reason: EndReason;
  readonly atMs: number;
}

/** The whole row after a write. It is of a member where `membershipId` is there and is not the one that `ended` names. */
export interface MemberWritten {
  readonly kind: 'memberWritten';
  readonly atMs: number;
  readonly room: string;
  readonly epoch: string;
  readonly user: string;
  readonly membershipId?: string | undefined;
  readonly connections: readonly string[];
  readonly offline?: { readonly seq: number; readonly atMs: number } | undefined;
  readonly blockedUntilMs?: number | undefined;
  readonly ended?: MembershipEnd | undefined;
}

/** The row is gone; `ended` where that ended a membership and the write says how. */
export interface MemberDeleted {
  readonly kind: 'memberDeleted';
  readonly atMs: number;
  readonly room: string;
  readonly epoch: string;
  readonly user: string;
  readonly ended?: MembershipEnd | undefined;
}

/** The row of a connection when it is opened or closed; only where the webhook gets who is online. */
export interface ConnectionRow {
  readonly kind: 'connectionRow';
  readonly atMs: number;
  readonly user: string;
  readonly connection: string;
  readonly openedAtMs: number;
  readonly leaseUntilMs: number;
  readonly closedAtMs?: number | undefined;
}

/** What the webhook is to get of a user. */
export interface PresenceWritten {
  readonly kind: 'presenceWritten';
  readonly atMs: number;
  readonly user: string;
  readonly state: 'online' | 'offline';
  readonly sinceMs: number;
}

/** A frame that the gateway took. `lost`: the client never gets it. */
export interface Pushed {
  readonly kind: 'pushed';
  readonly atMs: number;
  readonly connection: string;
  readonly frame: Frame;
  readonly lost?: boolean;
}

/** Frames that nobody asked for, as in docs/protocol.md, with the fields that the checks read. */
export type Frame =
  | {
      readonly event: 'messages';
      readonly room: string;
      readonly roomEpoch: string;
      readonly messages: readonly HistoryMessage[];
    }
  | {
      readonly event: 'members';
      readonly room: string;
      readonly roomEpoch: string;
      readonly changes: readonly MemberChangeNotice[];
    }
  | {
      readonly event: 'removed';
      readonly room: string;
      readonly roomEpoch: string;
      readonly membership: string;
      readonly reason: EndReason;
    }
  | { readonly event: 'destroyed'; readonly room: string; readonly roomEpoch: string; readonly automatic: boolean }
  | { readonly event: 'recalled'; readonly room: string; readonly roomEpoch: string; readonly message: HistoryMessage }
  | {
      readonly event: 'signal';
      readonly room: string;
      readonly roomEpoch: string;
      readonly userId: string;
      readonly data: string;
    }
  | { readonly event: 'closing'; readonly code: number }
  | { readonly event: 'sync' | 'broadcast' | 'entries' | 'notice' };

export interface MemberChangeNotice {
  readonly userId: string;
  readonly change: 'joined' | 'left';
  readonly membership: string;
  readonly reason?: EndReason;
  readonly sender?: HistorySender;
}

/** An event that the app's server took; one that arrives again has the same `eventId`. */
export interface Webhook {
  readonly kind: 'webhook';
  readonly atMs: number;
  readonly eventId: string;
  readonly what: 'created' | 'destroyed' | 'joined' | 'left' | 'online' | 'offline';
  /** Empty for an event of a user. */
  readonly room: string;
  readonly user?: string;
  readonly membership?: string;
  readonly reason?: EndReason;
}

/** What the SDK and its app say to each other; only where a run has the SDK. */
export type AppEvent = AppAsked | AppAnswered | AppGot | AppGap;

/** The app has called the SDK's send. */
export interface AppAsked {
  readonly kind: 'appAsked';
  readonly atMs: number;
  readonly client: string;
  readonly request: string;
  readonly room: string;
}

/** The SDK's final answer; `seq` where the code is 0. */
export interface AppAnswered {
  readonly kind: 'appAnswered';
  readonly atMs: number;
  readonly client: string;
  readonly request: string;
  readonly code: number;
  readonly seq?: number;
}

/** The SDK has given its app a message. */
export interface AppGot {
  readonly kind: 'appGot';
  readonly atMs: number;
  readonly client: string;
  readonly room: string;
  readonly epoch: string;
  readonly membership: string;
  readonly seq: number;
}

/** The SDK has said to its app that these seqs are lost. */
export interface AppGap {
  readonly kind: 'appGap';
  readonly atMs: number;
  readonly client: string;
  readonly room: string;
  readonly epoch: string;
  readonly membership: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
}

/** The app's hook was asked about a client's message, or what came of that; `failed`: it did not answer. */
export interface Hooked {
  readonly kind: 'hook';
  readonly atMs: number;
  readonly what: 'asked' | 'accepted' | 'refused' | 'failed';
  readonly room: string;
  readonly user: string;
  readonly clientMessageId: string;
}

/** Something was made to fail. `sweep`: a run of the sweep was lost; `frame`: the Lambda of a frame, and nothing else. */
export interface Fault {
  readonly kind: 'fault';
  readonly atMs: number;
  readonly what: 'sweep' | 'crash' | 'storage' | 'post' | 'network' | 'clock' | 'frame' | 'other';
}
