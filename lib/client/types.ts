import type { Platform } from '../protocol/handshake.ts';

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

export const RCIMIWChatRoomEntriesOperationType = { UPDATE: 0, REMOVE: 1 } as const;
export type RCIMIWChatRoomEntriesOperationType =
  (typeof RCIMIWChatRoomEntriesOperationType)[keyof typeof RCIMIWChatRoomEntriesOperationType];

export const RCIMIWChatRoomMemberOperateType = { UNBLOCK: 0, BLOCK: 1 } as const;
export type RCIMIWChatRoomMemberOperateType =
  (typeof RCIMIWChatRoomMemberOperateType)[keyof typeof RCIMIWChatRoomMemberOperateType];

export const RCIMIWChatRoomMemberBanType = {
  UNMUTE_USERS: 0,
  MUTE_USERS: 1,
  UNMUTE_ALL: 2,
  MUTE_ALL: 3,
  REMOVE_WHITELIST: 4,
  ADD_WHITELIST: 5,
  UNMUTE_GLOBAL: 6,
  MUTE_GLOBAL: 7,
} as const;
export type RCIMIWChatRoomMemberBanType =
  (typeof RCIMIWChatRoomMemberBanType)[keyof typeof RCIMIWChatRoomMemberBanType];

export const RCIMIWChatRoomSyncStatus = { QUIT: 0, JOIN: 1 } as const;
export type RCIMIWChatRoomSyncStatus = (typeof RCIMIWChatRoomSyncStatus)[keyof typeof RCIMIWChatRoomSyncStatus];

export const RCIMIWChatRoomSyncStatusReason = { LEAVE_ON_MY_OWN: 0, OTHER_DEVICE_LOGIN: 1 } as const;
export type RCIMIWChatRoomSyncStatusReason =
  (typeof RCIMIWChatRoomSyncStatusReason)[keyof typeof RCIMIWChatRoomSyncStatusReason];

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

export const RCIMIWMessageType = { UNKNOWN: 0, CUSTOM: 1, TEXT: 2, RECALL: 8 } as const;
export type RCIMIWMessageType = (typeof RCIMIWMessageType)[keyof typeof RCIMIWMessageType];

/** What devices keep of a custom message. A chatroom treats all alike: the device stores and counts nothing. */
export const RCIMIWCustomMessagePolicy = { COMMAND: 0, NORMAL: 1, STATUS: 2, STORAGE: 3 } as const;
export type RCIMIWCustomMessagePolicy = (typeof RCIMIWCustomMessagePolicy)[keyof typeof RCIMIWCustomMessagePolicy];

export const RCIMIWMessageDirection = { SEND: 0, RECEIVE: 1 } as const;
export type RCIMIWMessageDirection = (typeof RCIMIWMessageDirection)[keyof typeof RCIMIWMessageDirection];

export const RCIMIWSentStatus = { SENDING: 0, FAILED: 1, SENT: 2, RECEIVED: 3 } as const;
export type RCIMIWSentStatus = (typeof RCIMIWSentStatus)[keyof typeof RCIMIWSentStatus];

/** What a call returns: 0 = accepted, the callback gets the outcome; otherwise not accepted, and no callback fires. */
export const RCIMIWReturn = { SUCCESS: 0, PARAM_ERROR: 1, ENGINE_DESTROYED: 2 } as const;

/** Entries or fields, as an app gives them. */
export type TextMap = ReadonlyMap<string, string> | Readonly<Record<string, string>>;

/** A message in RongCloud's form; `seq`, `clientMessageId`, `objectName` and `content` are Doorman's additions. */
export interface RCIMIWMessage {
  conversationType: RCIMIWConversationType;
  messageType: RCIMIWMessageType;
  targetId: string;
  channelId: string;
  /** The local number of the message in this engine. */
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
  /** The seq in the room; 0 until sent. */
  seq: number;
  clientMessageId: string;
  objectName: string;
  /** The content as the wire carries it. */
  content: string;
}

export interface RCIMIWTextMessage extends RCIMIWMessage {
  text: string;
}

/** A message of the app's own type: `identifier` is its objectName, `content` the JSON of its fields. */
export interface RCIMIWCustomMessage extends RCIMIWMessage {
  identifier: string;
  /** Absent on a received message: the wire does not carry it. */
  policy?: RCIMIWCustomMessagePolicy;
  fields: Record<string, string>;
}

/** Replaces a recalled message, with its messageUId and seq; its content is gone. */
export interface RCIMIWRecallNotificationMessage extends RCIMIWMessage {
  operatorId: string;
  /** An app server recalled it. */
  admin: boolean;
  /** Nothing is shown instead, and the history no longer has it. */
  deleted: boolean;
  /** ms; 0 = unknown. */
  recallTime: number;
}

export interface RCIMIWChatRoomMemberAction {
  userId: string;
  actionType: RCIMIWChatRoomMemberActionType;
}

/** Users were blocked in a room, or unblocked. Times in ms; durationTime 0 = without end, or unblocked. */
export interface RCIMIWChatRoomMemberBlockEvent {
  chatroomId: string;
  operateType: RCIMIWChatRoomMemberOperateType;
  durationTime: number;
  operateTime: number;
  userIdList: string[];
  extra: string;
}

/** Users or a room were muted, or unmuted. chatroomId '' = in all rooms. Times as above. */
export interface RCIMIWChatRoomMemberBanEvent {
  chatroomId: string;
  banType: RCIMIWChatRoomMemberBanType;
  durationTime: number;
  operateTime: number;
  userIdList: string[];
  extra: string;
}

/** The user joined or left a room on another device. Time in ms. */
export interface RCIMIWChatRoomSyncEvent {
  chatroomId: string;
  status: RCIMIWChatRoomSyncStatus;
  reason: RCIMIWChatRoomSyncStatusReason;
  time: number;
  extra: string;
}

/** The timers that the whole client uses. */
export interface Timers {
  setTimeout(run: () => void, delayMs: number): unknown;
  clearTimeout(timer: unknown): void;
}

/** The part of a WebSocket that the client uses: of a browser, of React Native or of `ws`. */
export interface ClientSocket {
  /** The sub-protocol that the server selected; '' = none. */
  readonly protocol: string;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}
export type ClientSocketConstructor = new (url: string, protocols: string[]) => ClientSocket;

/** A user has one device of each. */
export type { Platform };

/** What the platform notices: the network is back or gone; the app is visible or hidden. */
export type PlatformEvent = 'online' | 'offline' | 'visible' | 'hidden';

/** Where the platform reports what it notices. Calling what `subscribe` returns ends the subscription. */
export interface PlatformEvents {
  subscribe(listener: (event: PlatformEvent) => void): () => void;
}

/** Doorman's options. An absent one comes from the platform, once, when the engine is created. */
export interface RCIMIWEngineOptions {
  /** The address of the WebSocket: `wss://…`. */
  server: string;
  /** Default: web if there is a document, otherwise mobile. */
  platform?: Platform;
  /** Default: the browser's events. React Native's NetInfo and AppState can be passed here. */
  platformEvents?: PlatformEvents;
  /**
   * Within so many seconds a member of a room notices that a connection is dead that nothing has closed: 30 to 3,600,
   * 60 by default. The smaller, the more a quiet room costs: docs/client-states.md says how much.
   */
  deafSec?: number;
  WebSocket?: ClientSocketConstructor;
  timers?: Timers;
  random?: () => number;
  now?: () => number;
}

/** The options with all defaults filled in, as the inside of the client gets them. */
export interface EngineDeps {
  readonly server: string;
  readonly platform: Platform;
  readonly platformEvents?: PlatformEvents | undefined;
  readonly deafMs: number;
  readonly Socket: ClientSocketConstructor;
  readonly timers: Timers;
  readonly random: () => number;
  readonly now: () => number;
}
