import type { Answer } from './answers.ts';
import type { EndReason } from './end-reason.ts';
import type { Message } from './message.ts';

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
