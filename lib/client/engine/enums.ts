/**
 * RongCloud's enums, spelled and numbered as in its React Native wrapper. They are TypeScript enums, because an app uses
 * them in all three ways: as values, as types, and from a number to the name.
 */

/** What a call returns: 0 = accepted, the callback gets the outcome; otherwise not accepted, and no callback fires. */
export enum RCIMIWErrorCode {
  SUCCESS = 0,
  PARAM_ERROR = 1,
  ENGINE_DESTROYED = 2,
  /** Reserved: no native engine here. */
  NATIVE_OPERATION_ERROR = 3,
  /** Reserved. */
  RESULT_UNKNOWN = 4,
}

export enum RCIMIWConnectionStatus {
  NETWORK_UNAVAILABLE = 0,
  CONNECTED = 1,
  CONNECTING = 2,
  UNCONNECTED = 3,
  KICKED_OFFLINE_BY_OTHER_CLIENT = 4,
  TOKEN_INCORRECT = 5,
  CONN_USER_BLOCKED = 6,
  SIGN_OUT = 7,
  SUSPEND = 8,
  TIMEOUT = 9,
  UNKNOWN = 10,
}

export enum RCIMIWChatRoomStatus {
  RESET = 0,
  DESTROY_MANUAL = 1,
  DESTROY_AUTO = 2,
}

export enum RCIMIWChatRoomMemberActionType {
  UNKNOWN = 0,
  JOIN = 1,
  LEAVE = 2,
}

export enum RCIMIWChatRoomEntriesOperationType {
  Update = 0,
  Remove = 1,
}

export enum RCIMIWChatRoomMemberOperateType {
  UNBLOCK = 0,
  BLOCK = 1,
}

export enum RCIMIWChatRoomMemberBanType {
  UNMUTE_USERS = 0,
  MUTE_USERS = 1,
  UNMUTE_ALL = 2,
  MUTE_ALL = 3,
  REMOVE_WHITELIST = 4,
  ADD_WHITELIST = 5,
  UNMUTE_GLOBAL = 6,
  MUTE_GLOBAL = 7,
}

export enum RCIMIWChatRoomSyncStatus {
  QUIT = 0,
  JOIN = 1,
}

export enum RCIMIWChatRoomSyncStatusReason {
  LEAVE_ON_MY_OWN = 0,
  OTHER_DEVICE_LOGIN = 1,
}

export enum RCIMIWConversationType {
  INVALID = 0,
  PRIVATE = 1,
  GROUP = 2,
  CHATROOM = 3,
  SYSTEM = 4,
  ULTRA_GROUP = 5,
}

/** BEFORE = newest first, older than the timestamp; AFTER = oldest first, newer than it. */
export enum RCIMIWTimeOrder {
  BEFORE = 0,
  AFTER = 1,
}

export enum RCIMIWMessageType {
  UNKNOWN = 0,
  CUSTOM = 1,
  TEXT = 2,
  VOICE = 3,
  IMAGE = 4,
  FILE = 5,
  SIGHT = 6,
  GIF = 7,
  RECALL = 8,
  REFERENCE = 9,
  COMMAND = 10,
  COMMAND_NOTIFICATION = 11,
  LOCATION = 12,
}

/** What devices keep of a custom message. A chatroom treats all alike: the device stores and counts nothing. */
export enum RCIMIWCustomMessagePolicy {
  COMMAND = 0,
  NORMAL = 1,
  STATUS = 2,
  STORAGE = 3,
}

export enum RCIMIWMessageDirection {
  SEND = 0,
  RECEIVE = 1,
}

export enum RCIMIWSentStatus {
  SENDING = 0,
  FAILED = 1,
  SENT = 2,
  RECEIVED = 3,
  READ = 4,
  DESTROYED = 5,
  CANCELED = 6,
}

export enum RCIMIWReceivedStatus {
  UNREAD = 0,
  READ = 1,
  LISTENED = 2,
  DOWNLOADED = 3,
  RETRIEVED = 4,
  MULTIPLE_RECEIVE = 5,
}

/** Which users a message mentions. On the wire RongCloud's numbers are one higher. */
export enum RCIMIWMentionedType {
  ALL = 0,
  PART = 1,
}

export enum RCIMIWMessageBlockType {
  UNKNOWN = 0,
  GLOBAL = 1,
  CUSTOM = 2,
  THIRD_PARTY = 3,
}

export enum RCIMIWVIVOPushType {
  OPERATE = 0,
  SYSTEM = 1,
}
