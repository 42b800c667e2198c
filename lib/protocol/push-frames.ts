import type { Answer } from './answers.ts';
import type { EndReason } from './end-reason.ts';
import type { Message, Sender } from './message.ts';

/**
 * What an app server did to users or to a room. Clients are notified where the call asks for it; scopes:
 * docs/protocol.md.
 */
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
  | 'unmute-everywhere'
  /** `durationMs`: one message in this time; 0 = as many as they like. */
  | 'slow-mode';

/** A user who has joined or left, as the other members see it. */
export interface MemberChange {
  readonly userId: string;
  readonly change: 'joined' | 'left';
  readonly reason?: EndReason;
  /** The epoch of the membership: a client that gets one change twice ignores the second. */
  readonly membership: string;
  readonly atMs: number;
  /** The user's name and picture, where the setting `memberProfiles` is on and their token has them. */
  readonly sender?: Sender;
}

interface RoomPush {
  readonly room: string;
  readonly roomEpoch: string;
}

/** New messages of a room, in the order of their seqs. */
export interface MessagesPush extends RoomPush {
  readonly event: 'messages';
  readonly messages: readonly Message[];
}

/** Members have joined or left. */
export interface MembersPush extends RoomPush {
  readonly event: 'members';
  readonly changes: readonly MemberChange[];
}

/** To the user themselves: this membership has ended. */
export interface RemovedPush extends RoomPush {
  readonly event: 'removed';
  readonly membership: string;
  readonly reason: EndReason;
}

/** The room was destroyed, and all memberships with it. */
export interface DestroyedPush extends RoomPush {
  readonly event: 'destroyed';
  /** true = it expired; false = a call destroyed it. */
  readonly automatic: boolean;
}

/** A message was recalled. */
export interface RecalledPush extends RoomPush {
  readonly event: 'recalled';
  /** The note that is now at its seq; its type is `RECALLED_TYPE`. */
  readonly message: Message;
}

/** A message to all rooms. */
export interface BroadcastPush extends RoomPush {
  readonly event: 'broadcast';
  /** Not in the history, so its seq is 0; a client ignores a messageId that it has seen. */
  readonly message: Message;
}

/** Entries were set or removed. One change may come as several frames. */
export interface EntriesPush extends RoomPush {
  readonly event: 'entries';
  /** Incremented by each change: after a jump a client reads all entries again. */
  readonly revision: number;
  readonly operation: 'set' | 'remove';
  /** Values by key; those of removed entries are empty. */
  readonly entries: Readonly<Record<string, string>>;
  /** How many entries the change has in all its frames; absent = all are in this one. */
  readonly total?: number;
}

/** A member signals something fleeting. None of it is stored; one that is lost is lost. */
export interface SignalPush extends RoomPush {
  readonly event: 'signal';
  readonly userId: string;
  readonly type: string;
  readonly data: string;
  /** A user signals nothing twice in a ms: a client that gets it over two connections ignores the second. */
  readonly atMs: number;
}

/** An app server acted on these users or this room. */
export interface NoticePush {
  readonly event: 'notice';
  readonly kind: NoticeKind;
  /** '' = all rooms. */
  readonly room: string;
  readonly userIds: readonly string[];
  /** 0 = without end, or not applicable; of `slow-mode` the interval. */
  readonly durationMs: number;
  readonly atMs: number;
  /** The app server's own text. */
  readonly extra: string;
}

/** To a user's other devices: one of them has joined or left a room. */
export interface SyncPush {
  readonly event: 'sync';
  readonly room: string;
  readonly change: 'joined' | 'left';
  readonly atMs: number;
}

/** The server is about to close this connection for good. */
export interface ClosingPush {
  readonly event: 'closing';
  /** Why, as one of `Code`. */
  readonly code: number;
  readonly message: string;
}

/** server → client, unasked. Times in ms since 1970. */
export type PushFrame =
  | MessagesPush
  | MembersPush
  | RemovedPush
  | DestroyedPush
  | RecalledPush
  | BroadcastPush
  | EntriesPush
  | SignalPush
  | NoticePush
  | SyncPush
  | ClosingPush;

/** server → client */
export type ServerFrame = Answer | PushFrame;
