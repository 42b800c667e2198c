import type { Answer } from './answers.ts';
import type { EndReason } from './end-reason.ts';
import type { Message } from './message.ts';

/** What an app server did to users or to a room. Clients are notified where the call asks for it; scopes: docs/protocol.md. */
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

/** A user who has joined or left, as the other members see it. */
export interface MemberChange {
  readonly userId: string;
  readonly change: 'joined' | 'left';
  readonly reason?: EndReason;
  /** The epoch of the membership: a client that gets one change twice ignores the second. */
  readonly membership: string;
  readonly atMs: number;
}

/** server → client, unasked. Times in ms since 1970. */
export type PushFrame =
  /** New messages of a room, in the order of their seqs. */
  | {
      readonly event: 'messages';
      readonly room: string;
      readonly roomEpoch: string;
      readonly messages: readonly Message[];
    }
  /** Members have joined or left. */
  | {
      readonly event: 'members';
      readonly room: string;
      readonly roomEpoch: string;
      readonly changes: readonly MemberChange[];
    }
  /** To the user themselves: this membership has ended. */
  | {
      readonly event: 'removed';
      readonly room: string;
      readonly roomEpoch: string;
      readonly membership: string;
      readonly reason: EndReason;
    }
  /** The room was destroyed, and all memberships with it; `automatic`: by its own end, not by a call. */
  | { readonly event: 'destroyed'; readonly room: string; readonly roomEpoch: string; readonly automatic: boolean }
  /** A message was recalled; `message` is what now stands at its seq, of type RC:RcNtf. */
  | { readonly event: 'recalled'; readonly room: string; readonly roomEpoch: string; readonly message: Message }
  /** A message to all rooms: not in the history, without a seq (0); a client ignores a messageId that it has seen. */
  | { readonly event: 'broadcast'; readonly room: string; readonly roomEpoch: string; readonly message: Message }
  /** Entries were set (with their values) or removed (values are empty). One change may come as several frames. */
  | {
      readonly event: 'entries';
      readonly room: string;
      readonly roomEpoch: string;
      /** One more with each change: after a jump a client reads all entries again. */
      readonly revision: number;
      readonly operation: 'set' | 'remove';
      readonly entries: Readonly<Record<string, string>>;
      /** How many entries the change has in all its frames; absent = all are in this one. */
      readonly total?: number;
    }
  /** An app server acted on these users or this room. */
  | {
      readonly event: 'notice';
      readonly kind: NoticeKind;
      /** '' = all rooms. */
      readonly room: string;
      readonly userIds: readonly string[];
      /** 0 = without end, or not applicable. */
      readonly durationMs: number;
      readonly atMs: number;
      /** The app server's own text. */
      readonly extra: string;
    }
  /** To a user's other devices: one of them has joined or left a room. */
  | { readonly event: 'sync'; readonly room: string; readonly change: 'joined' | 'left'; readonly atMs: number }
  /** The server is about to close this connection for good; the code says why. */
  | { readonly event: 'closing'; readonly code: number; readonly message: string };

/** server → client */
export type ServerFrame = Answer | PushFrame;
