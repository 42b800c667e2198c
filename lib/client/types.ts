import type { EndReason } from '../protocol/frames.ts';

export const RCIMIWConnectionStatus = {
  NETWORK_UNAVAILABLE: 0,
  CONNECTED: 1,
  CONNECTING: 2,
  UNCONNECTED: 3,
  KICKED_OFFLINE_BY_OTHER_CLIENT: 4,
  TOKEN_INCORRECT: 5,
  CONN_USER_BLOCKED: 6,
  SIGN_OUT: 7,
  SUSPEND: 8,
  TIMEOUT: 9,
  UNKNOWN: 10,
} as const;
export type RCIMIWConnectionStatus = (typeof RCIMIWConnectionStatus)[keyof typeof RCIMIWConnectionStatus];

export const RCIMIWChatRoomStatus = { RESET: 0, DESTROY_MANUAL: 1, DESTROY_AUTO: 2 } as const;
export type RCIMIWChatRoomStatus = (typeof RCIMIWChatRoomStatus)[keyof typeof RCIMIWChatRoomStatus];

export const RCIMIWChatRoomMemberActionType = { UNKNOWN: 0, JOIN: 1, LEAVE: 2 } as const;
export type RCIMIWChatRoomMemberActionType =
  (typeof RCIMIWChatRoomMemberActionType)[keyof typeof RCIMIWChatRoomMemberActionType];

export const RCIMIWConversationType = {
  INVALID: 0,
  PRIVATE: 1,
  GROUP: 2,
  CHATROOM: 3,
  SYSTEM: 4,
  ULTRA_GROUP: 5,
} as const;
export type RCIMIWConversationType = (typeof RCIMIWConversationType)[keyof typeof RCIMIWConversationType];

/** BEFORE = newest first, older than the timestamp; AFTER = oldest first, newer than it. */
export const RCIMIWTimeOrder = { BEFORE: 0, AFTER: 1 } as const;
export type RCIMIWTimeOrder = (typeof RCIMIWTimeOrder)[keyof typeof RCIMIWTimeOrder];

export const RCIMIWMessageType = { UNKNOWN: 0, CUSTOM: 1, TEXT: 2 } as const;
export type RCIMIWMessageType = (typeof RCIMIWMessageType)[keyof typeof RCIMIWMessageType];

export const RCIMIWMessageDirection = { SEND: 0, RECEIVE: 1 } as const;
export type RCIMIWMessageDirection = (typeof RCIMIWMessageDirection)[keyof typeof RCIMIWMessageDirection];

export const RCIMIWSentStatus = { SENDING: 0, FAILED: 1, SENT: 2, RECEIVED: 3 } as const;
export type RCIMIWSentStatus = (typeof RCIMIWSentStatus)[keyof typeof RCIMIWSentStatus];

/** What a call returns: 0 = accepted, the outcome is in the callback; else not accepted and no callback fires. */
export const RCIMIWReturn = { SUCCESS: 0, PARAM_ERROR: 1, ENGINE_DESTROYED: 2 } as const;

/** A message in RongCloud's form; `seq`, `clientMessageId`, `objectName` and `content` are Doorman's additions. */
export interface RCIMIWMessage {
  conversationType: RCIMIWConversationType;
  messageType: RCIMIWMessageType;
  targetId: string;
  channelId: string;
  /** Local number of the message in this engine. */
  messageId: number;
  /** The server's id; empty until sent. */
  messageUId: string;
  offLine: boolean;
  receivedTime: number;
  sentTime: number;
  sentStatus: RCIMIWSentStatus;
  senderUserId: string;
  direction: RCIMIWMessageDirection;
  extra?: string;
  /** Place in the room; 0 until sent. */
  seq: number;
  clientMessageId: string;
  objectName: string;
  /** The text as it goes over the wire. */
  content: string;
}

export interface RCIMIWTextMessage extends RCIMIWMessage {
  text: string;
}

export interface RCIMIWChatRoomMemberAction {
  userId: string;
  actionType: RCIMIWChatRoomMemberActionType;
}

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

/** The timers that everything in the client uses. */
export interface Timers {
  setTimeout(run: () => void, delayMs: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** What is used of a WebSocket: the browser's, React Native's or that of `ws`. */
export interface ClientSocket {
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}
export type ClientSocketConstructor = new (url: string, protocols: string[]) => ClientSocket;

/** Doorman's options. What is absent is taken from the platform, once, when the engine is made. */
export interface RCIMIWEngineOptions {
  /** Where the WebSocket is: `wss://…`. */
  server: string;
  WebSocket?: ClientSocketConstructor;
  timers?: Timers;
  random?: () => number;
  now?: () => number;
}

/** The same with nothing absent; everything inside the client gets this. */
export interface EngineDeps {
  readonly server: string;
  readonly Socket: ClientSocketConstructor;
  readonly timers: Timers;
  readonly random: () => number;
  readonly now: () => number;
}

/** Listeners by name; absent = nobody listens. */
export interface Listeners {
  connectionStatusChanged?: ((status: RCIMIWConnectionStatus) => void) | undefined;
  messageReceived?: ((message: RCIMIWMessage, left: number, offline: boolean, hasPackage: boolean) => void) | undefined;
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
}
