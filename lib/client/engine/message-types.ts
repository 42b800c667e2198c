import type {
  RCIMIWConversationType,
  RCIMIWCustomMessagePolicy,
  RCIMIWMentionedType,
  RCIMIWMessageBlockType,
  RCIMIWMessageDirection,
  RCIMIWMessageType,
  RCIMIWReceivedStatus,
  RCIMIWSentStatus,
  RCIMIWVIVOPushType,
} from './enums.ts';

/** Who sent a message, as the app shows them. On the wire: `content.user`. */
export interface RCIMIWUserInfo {
  userId?: string;
  name?: string;
  /** The URL of a picture. */
  portrait?: string;
  alias?: string;
  extra?: string;
}

/** Which users a message mentions. On the wire: `content.mentionedInfo`. */
export interface RCIMIWMentionedInfo {
  type?: RCIMIWMentionedType;
  userIdList?: string[];
  mentionedContent?: string;
}

/** In group conversations only: a chatroom has no receipts. */
export interface RCIMIWGroupReadReceiptInfo {
  readReceiptMessage?: boolean;
  hasRespond?: boolean;
  respondUserIds?: { [userId: string]: number };
}

export interface RCIMIWIOSPushOptions {
  threadId?: string;
  category?: string;
  apnsCollapseId?: string;
  richMediaUri?: string;
}

export interface RCIMIWAndroidPushOptions {
  notificationId?: string;
  channelIdMi?: string;
  channelIdHW?: string;
  channelIdOPPO?: string;
  pushTypeVIVO?: RCIMIWVIVOPushType;
  collapseKeyFCM?: string;
  imageUrlFCM?: string;
  importanceHW?: string;
  imageUrlHW?: string;
  imageUrlMi?: string;
  channelIdFCM?: string;
}

/** Accepted and ignored: messages of a chatroom are not pushed to devices. */
export interface RCIMIWMessagePushOptions {
  disableNotification?: boolean;
  disablePushTitle?: boolean;
  pushTitle?: string;
  pushContent?: string;
  pushData?: string;
  forceShowDetailContent?: boolean;
  templateId?: string;
  voIPPush?: boolean;
  iOSPushOptions?: RCIMIWIOSPushOptions;
  androidPushOptions?: RCIMIWAndroidPushOptions;
}

/** A message in RongCloud's form; an app may make one as a plain object. Times in ms since 1970. */
export interface RCIMIWMessage {
  conversationType?: RCIMIWConversationType;
  messageType?: RCIMIWMessageType;
  targetId?: string;
  channelId?: string;
  /** The local number of the message in this engine. */
  messageId?: number;
  /** The server's id; empty until sent. */
  messageUId?: string;
  offLine?: boolean;
  groupReadReceiptInfo?: RCIMIWGroupReadReceiptInfo;
  receivedTime?: number;
  sentTime?: number;
  receivedStatus?: RCIMIWReceivedStatus;
  sentStatus?: RCIMIWSentStatus;
  senderUserId?: string;
  direction?: RCIMIWMessageDirection;
  userInfo?: RCIMIWUserInfo;
  mentionedInfo?: RCIMIWMentionedInfo;
  pushOptions?: RCIMIWMessagePushOptions;
  extra?: string;
  expansion?: { [key: string]: string };
  /** Doorman's own: the seq in the room; 0 until sent. */
  seq?: number;
  /** Doorman's own: the room stores a message with the same id once. */
  clientMessageId?: string;
  /** The type on the wire, such as `RC:TxtMsg`. */
  objectName?: string;
  /** Doorman's own: the content as the wire carries it, written when the message is sent. */
  content?: string;
}

export interface RCIMIWTextMessage extends RCIMIWMessage {
  text?: string;
}

/** A message of the app's own type: `identifier` is its objectName, `content` the JSON of its fields. */
export interface RCIMIWCustomMessage extends RCIMIWMessage {
  identifier?: string;
  /** Absent on a received message: the wire does not carry it. */
  policy?: RCIMIWCustomMessagePolicy;
  fields?: { [name: string]: string };
}

/** A message about a file that the app has uploaded: the engine sends the URL. */
export interface RCIMIWMediaMessage extends RCIMIWMessage {
  /** The app's own path to the file; it does not go over the wire. */
  local?: string;
  /** The URL of the file. */
  remote?: string;
}

export interface RCIMIWImageMessage extends RCIMIWMediaMessage {
  thumbnailBase64String?: string;
  original?: boolean;
}

export interface RCIMIWFileMessage extends RCIMIWMediaMessage {
  name?: string;
  fileType?: string;
  /** In bytes. */
  size?: number;
}

export interface RCIMIWVoiceMessage extends RCIMIWMediaMessage {
  /** In seconds. */
  duration?: number;
}

/** A received message of a type that this engine does not show in a form of its own. */
export interface RCIMIWUnknownMessage extends RCIMIWMessage {
  rawData?: string;
}

/** Replaces a recalled message, with its messageUId and seq; its content is gone. */
export interface RCIMIWRecallNotificationMessage extends RCIMIWMessage {
  /** Doorman's own: who recalled it. */
  operatorId?: string;
  /** An app server recalled it. */
  admin?: boolean;
  /** Nothing is shown instead, and the history no longer has it. */
  deleted?: boolean;
  /** 0 = unknown. */
  recallTime?: number;
  recallActionTime?: number;
  /** Always absent: the content is gone. */
  originalMessage?: RCIMIWMessage;
}

/** The fields that every message has which the engine has made or received. */
export type DeliveredMessage<M extends RCIMIWMessage = RCIMIWMessage> = M &
  Required<
    Pick<
      RCIMIWMessage,
      | 'conversationType'
      | 'messageType'
      | 'targetId'
      | 'channelId'
      | 'messageId'
      | 'messageUId'
      | 'offLine'
      | 'receivedTime'
      | 'sentTime'
      | 'receivedStatus'
      | 'sentStatus'
      | 'senderUserId'
      | 'direction'
      | 'seq'
      | 'clientMessageId'
      | 'objectName'
      | 'content'
    >
  >;

/** A message that the server refused. */
export interface RCIMIWBlockedMessageInfo {
  conversationType?: RCIMIWConversationType;
  targetId?: string;
  /** Empty: a refused message gets no id of the server. */
  blockedMsgUId?: string;
  blockType?: RCIMIWMessageBlockType;
  extra?: string;
  /** Doorman's own: why, as in `onMessageSent`. */
  code?: number;
  /** Doorman's own: which of the app's messages. */
  messageId?: number;
}
