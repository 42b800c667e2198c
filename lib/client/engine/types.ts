import type { Platform } from '../../protocol/handshake.ts';
import type { TokenSource } from '../connection/token-source.ts';
import type {
  RCIMIWChatRoomMemberActionType,
  RCIMIWChatRoomMemberBanType,
  RCIMIWChatRoomMemberOperateType,
  RCIMIWChatRoomSyncStatus,
  RCIMIWChatRoomSyncStatusReason,
} from './enums.ts';

export * from './enums.ts';
export * from './message-types.ts';

/** Entries or fields, as an app gives them. */
export type TextMap = ReadonlyMap<string, string> | Readonly<Record<string, string>>;

export interface RCIMIWChatRoomMemberAction {
  userId?: string;
  actionType?: RCIMIWChatRoomMemberActionType;
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

/** RongCloud's options of compression: accepted and ignored, because nothing is uploaded. */
export interface RCIMIWCompressOptions {
  originalImageQuality?: number;
  originalImageSize?: number;
  originalImageMaxSize?: number;
  thumbnailQuality?: number;
  thumbnailMaxSize?: number;
  thumbnailMinSize?: number;
  sightCompressWidth?: number;
  sightCompressHeight?: number;
}

/** RongCloud's options of push services: accepted and ignored, because messages of a chatroom are not pushed. */
export interface RCIMIWPushOptions {
  idMI?: string;
  appKeyMI?: string;
  appIdMeizu?: string;
  appKeyMeizu?: string;
  appKeyOPPO?: string;
  appSecretOPPO?: string;
  enableHWPush?: boolean;
  enableFCM?: boolean;
  enableVIVOPush?: boolean;
}

/** An absent one comes from the platform, once, when the engine is created. */
export interface RCIMIWEngineOptions {
  /** The address of the WebSocket: `wss://…`. */
  server?: string;
  /** RongCloud's name for `server`. */
  naviServer?: string;
  /** Ignored. */
  fileServer?: string;
  /** Ignored. */
  statisticServer?: string;
  /** Ignored: a later login always ends the former one, and a reconnect never does. */
  kickReconnectDevice?: boolean;
  compressOptions?: RCIMIWCompressOptions;
  pushOptions?: RCIMIWPushOptions;
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

/** Fetches a token for the user from the app's server; it may throw or reject where there is none now. */
export type TokenProvider = () => string | Promise<string>;

/** The options with all defaults filled in, as the inside of the client gets them. */
export interface EngineDeps {
  /** '' = not known. */
  readonly appKey?: string;
  readonly tokens?: TokenSource;
  readonly server: string;
  readonly platform: Platform;
  readonly platformEvents?: PlatformEvents | undefined;
  readonly deafMs: number;
  readonly Socket: ClientSocketConstructor;
  readonly timers: Timers;
  readonly random: () => number;
  readonly now: () => number;
}
