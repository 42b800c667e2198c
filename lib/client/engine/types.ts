import type { RuntimeOptions } from '../core/deps.ts';
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
  /** Doorman's own: the user's name, where the deployment has `memberProfiles` and their token has one. */
  name?: string;
  /** Doorman's own: the URL of their picture, as the name. */
  portrait?: string;
}

/** A change as the app gets it: who, and what. */
export type DeliveredMemberAction = RCIMIWChatRoomMemberAction &
  Required<Pick<RCIMIWChatRoomMemberAction, 'userId' | 'actionType'>>;

/** A member of a room. `time` is when they joined, ms; name and portrait are there as in RCIMIWChatRoomMemberAction. */
export interface RCIMIWChatRoomUserInfo {
  id: string;
  time: number;
  name?: string;
  portrait?: string;
}

/** Who is in a room, as RongCloud's web SDK has it. Times in ms. */
export interface RCIMIWChatRoomInfo {
  targetId: string;
  /** How many members the room has; where `isComplete` is false, at least so many. */
  userCount: number;
  /** Those who joined first, or last; none where `isComplete` is false. */
  userInfos: RCIMIWChatRoomUserInfo[];
  /** false: the room is too large to be counted for a client. */
  isComplete: boolean;
}

/** Something fleeting that another member of a room signals. */
export interface RCIMIWChatRoomSignal {
  targetId: string;
  userId: string;
  type: string;
  data: string;
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

/** What an engine is created with. */
export interface RCIMIWEngineOptions extends RuntimeOptions {
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
}
