import type { EndReason } from '../../protocol/end-reason.ts';
import type {
  DeliveredMemberAction,
  DeliveredMessage,
  RCIMIWBlockedMessageInfo,
  RCIMIWChatRoomEntriesOperationType,
  RCIMIWChatRoomInfo,
  RCIMIWChatRoomMemberBanEvent,
  RCIMIWChatRoomMemberBlockEvent,
  RCIMIWChatRoomSignal,
  RCIMIWChatRoomStatus,
  RCIMIWChatRoomSyncEvent,
  RCIMIWConnectionStatus,
  RCIMIWMediaMessage,
  RCIMIWMessage,
} from './types.ts';

export interface RCIMIWConnectCallback {
  onDatabaseOpened?: (code: number) => void;
  onConnected?: (code: number, userId: string) => void;
}
export interface RCIMIWSendMessageCallback {
  onMessageSaved?: (message: DeliveredMessage) => void;
  /**
   * Called once. 30003: the outcome is not known; `setOnMessageSentListener` gets it, if it becomes known. Nothing says
   * that the client has stopped to send the message again, two minutes later. `retryAfterMs` comes where the server says
   * how long to wait, as with 20690, slow mode.
   */
  onMessageSent?: (code: number, message: DeliveredMessage, retryAfterMs?: number) => void;
}
/** Nothing is uploaded, so there is no progress and nothing to cancel. */
export interface RCIMIWSendMediaMessageListener {
  onMediaMessageSaved?: (message: DeliveredMessage<RCIMIWMediaMessage>) => void;
  /** Never called. */
  onMediaMessageSending?: (message: DeliveredMessage<RCIMIWMediaMessage>, progress: number) => void;
  /** Never called. */
  onSendingMediaMessageCanceled?: (message: DeliveredMessage<RCIMIWMediaMessage>) => void;
  onMediaMessageSent?: (code: number, message: DeliveredMessage<RCIMIWMediaMessage>) => void;
}
export interface IRCIMIWJoinChatRoomCallback {
  onChatRoomJoined?: (code: number, targetId: string) => void;
}
export interface IRCIMIWLeaveChatRoomCallback {
  onChatRoomLeft?: (code: number, targetId: string) => void;
}
export interface IRCIMIWGetChatRoomMessagesCallback {
  onSuccess?: (messages: DeliveredMessage[]) => void;
  onError?: (code: number) => void;
}
export interface IRCIMIWGetChatRoomInfoCallback {
  onSuccess?: (info: RCIMIWChatRoomInfo) => void;
  onError?: (code: number) => void;
}
export interface IRCIMIWSendSignalCallback {
  /** 0: the server has posted it to those who are connected. Nobody repeats it, whatever the code. */
  onSignalSent?: (code: number) => void;
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
  connected?: ((code: number, userId: string) => void) | undefined;
  messageAttached?: ((message: DeliveredMessage) => void) | undefined;
  messageSent?: ((code: number, message: DeliveredMessage) => void) | undefined;
  messageBlocked?: ((info: RCIMIWBlockedMessageInfo) => void) | undefined;
  messageReceived?:
    | ((message: DeliveredMessage, left: number, offline: boolean, hasPackage: boolean) => void)
    | undefined;
  chatRoomStatusChanged?: ((targetId: string, status: RCIMIWChatRoomStatus) => void) | undefined;
  chatRoomMemberChanged?: ((targetId: string, actions: DeliveredMemberAction[]) => void) | undefined;
  chatRoomJoining?: ((targetId: string) => void) | undefined;
  chatRoomJoined?: ((code: number, targetId: string) => void) | undefined;
  chatRoomLeft?: ((code: number, targetId: string) => void) | undefined;
  chatRoomMessagesLoaded?:
    | ((code: number, targetId: string, messages: DeliveredMessage[], syncTime: number) => void)
    | undefined;
  chatRoomInfoLoaded?: ((code: number, targetId: string, info: RCIMIWChatRoomInfo | undefined) => void) | undefined;
  chatRoomSignal?: ((signal: RCIMIWChatRoomSignal) => void) | undefined;
  chatRoomRemoved?: ((targetId: string, reason: EndReason) => void) | undefined;
  chatRoomGap?: ((targetId: string, afterSeq: number, beforeSeq: number) => void) | undefined;
  messageRecalled?: ((code: number, message: RCIMIWMessage) => void) | undefined;
  remoteMessageRecalled?: ((message: DeliveredMessage) => void) | undefined;
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
