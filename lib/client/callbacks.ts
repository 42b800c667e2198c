import type { EndReason } from '../protocol/end-reason.ts';
import type {
  RCIMIWChatRoomEntriesOperationType,
  RCIMIWChatRoomMemberAction,
  RCIMIWChatRoomMemberBanEvent,
  RCIMIWChatRoomMemberBlockEvent,
  RCIMIWChatRoomStatus,
  RCIMIWChatRoomSyncEvent,
  RCIMIWConnectionStatus,
  RCIMIWMessage,
} from './types.ts';

export interface RCIMIWConnectCallback {
  onDatabaseOpened?: (code: number) => void;
  onConnected?: (code: number, userId: string) => void;
}
export interface RCIMIWSendMessageCallback {
  onMessageSaved?: (message: RCIMIWMessage) => void;
  onMessageSent?: (code: number, message: RCIMIWMessage) => void;
}
export interface IRCIMIWJoinChatRoomCallback {
  onChatRoomJoined?: (code: number, targetId: string) => void;
}
export interface IRCIMIWLeaveChatRoomCallback {
  onChatRoomLeft?: (code: number, targetId: string) => void;
}
export interface IRCIMIWGetChatRoomMessagesCallback {
  onSuccess?: (messages: RCIMIWMessage[]) => void;
  onError?: (code: number) => void;
}
export interface IRCIMIWRecallMessageCallback {
  onMessageRecalled?: (code: number, message: RCIMIWMessage) => void;
}
export interface IRCIMIWAddChatRoomEntryCallback {
  onChatRoomEntryAdded?: (code: number) => void;
}
export interface IRCIMIWAddChatRoomEntriesCallback {
  /** Code 23428: done in part; `errors` has the code of each key that was not set. */
  onChatRoomEntriesAdded?: (code: number, errors: Map<string, number>) => void;
}
export interface IRCIMIWGetChatRoomEntryCallback {
  onSuccess?: (entry: Map<string, string>) => void;
  onError?: (code: number) => void;
}
export interface IRCIMIWGetChatRoomAllEntriesCallback {
  onSuccess?: (entries: Map<string, string>) => void;
  onError?: (code: number) => void;
}
export interface IRCIMIWRemoveChatRoomEntryCallback {
  onChatRoomEntryRemoved?: (code: number) => void;
}
export interface IRCIMIWRemoveChatRoomEntriesCallback {
  onChatRoomEntriesRemoved?: (code: number) => void;
}

/** Listeners by name; an absent one is not called. */
export interface Listeners {
  connectionStatusChanged?: ((status: RCIMIWConnectionStatus) => void) | undefined;
  messageReceived?: ((message: RCIMIWMessage, left: number, offline: boolean, hasPackage: boolean) => void) | undefined;
  messageSent?: ((code: number, message: RCIMIWMessage) => void) | undefined;
  chatRoomStatusChanged?: ((targetId: string, status: RCIMIWChatRoomStatus) => void) | undefined;
  chatRoomMemberChanged?: ((targetId: string, actions: RCIMIWChatRoomMemberAction[]) => void) | undefined;
  chatRoomJoining?: ((targetId: string) => void) | undefined;
  chatRoomJoined?: ((code: number, targetId: string) => void) | undefined;
  chatRoomLeft?: ((code: number, targetId: string) => void) | undefined;
  chatRoomMessagesLoaded?:
    | ((code: number, targetId: string, messages: RCIMIWMessage[], syncTime: number) => void)
    | undefined;
  chatRoomRemoved?: ((targetId: string, reason: EndReason) => void) | undefined;
  chatRoomGap?: ((targetId: string, afterSeq: number, beforeSeq: number) => void) | undefined;
  messageRecalled?: ((code: number, message: RCIMIWMessage) => void) | undefined;
  remoteMessageRecalled?: ((message: RCIMIWMessage) => void) | undefined;
  chatRoomEntriesSynced?: ((roomId: string) => void) | undefined;
  chatRoomEntriesChanged?:
    | ((operationType: RCIMIWChatRoomEntriesOperationType, roomId: string, entries: Map<string, string>) => void)
    | undefined;
  chatRoomEntryAdded?: ((code: number, targetId: string, key: string) => void) | undefined;
  chatRoomEntriesAdded?:
    | ((code: number, targetId: string, entries: Map<string, string>, errorEntries: Map<string, number>) => void)
    | undefined;
  chatRoomEntryLoaded?: ((code: number, targetId: string, entry: Map<string, string>) => void) | undefined;
  chatRoomAllEntriesLoaded?: ((code: number, targetId: string, entries: Map<string, string>) => void) | undefined;
  chatRoomEntryRemoved?: ((code: number, targetId: string, key: string) => void) | undefined;
  chatRoomEntriesRemoved?: ((code: number, targetId: string, keys: string[]) => void) | undefined;
  chatRoomNotifyBlock?: ((event: RCIMIWChatRoomMemberBlockEvent) => void) | undefined;
  chatRoomNotifyBan?: ((event: RCIMIWChatRoomMemberBanEvent) => void) | undefined;
  chatRoomNotifyMultiLoginSync?: ((event: RCIMIWChatRoomSyncEvent) => void) | undefined;
}
