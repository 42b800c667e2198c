import type { EndReason } from '../../protocol/end-reason.ts';
import type { MemberChange, NoticePush, SyncPush } from '../../protocol/push-frames.ts';
import type { ConnectionStatus } from '../connection/connection.ts';
import type { ChatMessage } from './chat-message.ts';

export type { ConnectionStatus, EndReason, MemberChange, NoticePush, SyncPush };

/** What happens to a chat outside its rooms. */
export type ChatEvent =
  /** `code`: why the connection is closed for good; otherwise 0. */
  | { readonly type: 'status'; readonly status: ConnectionStatus; readonly code: number }
  /** An app server acted on users or on a room. */
  | { readonly type: 'notice'; readonly notice: NoticePush }
  /** The user joined or left a room on another device. */
  | { readonly type: 'sync'; readonly sync: SyncPush };

/** What happens in a room, in this order. */
export type RoomEvent =
  | { readonly type: 'message'; readonly message: ChatMessage }
  /** This note replaces the message of its seq, whose content is gone. */
  | { readonly type: 'recalled'; readonly message: ChatMessage }
  /** The messages between these two seqs are lost. */
  | { readonly type: 'gap'; readonly afterSeq: number; readonly beforeSeq: number }
  | { readonly type: 'members'; readonly changes: readonly MemberChange[] }
  /** The user was removed. After `offline` the client joins again; otherwise the room has ended. */
  | { readonly type: 'removed'; readonly reason: EndReason }
  /** The client has joined again by itself. */
  | { readonly type: 'rejoined' }
  /** It could not, for this code: the room has ended. */
  | { readonly type: 'lost'; readonly code: number }
  | { readonly type: 'destroyed'; readonly automatic: boolean }
  /** What became of a message whose `send` had rejected, or was aborted: code 0 = it was sent. */
  | {
      readonly type: 'settled';
      readonly code: number;
      readonly clientMessageId: string;
      readonly message?: ChatMessage;
    };
