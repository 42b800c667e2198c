import { isJsonObject, type JsonObject, jsonValue } from '../protocol/json.ts';
import { BUILT_IN_TYPE_PREFIX, type Message, RECALLED_TYPE } from '../protocol/message.ts';
import {
  RCIMIWConversationType,
  type RCIMIWCustomMessage,
  type RCIMIWCustomMessagePolicy,
  type RCIMIWMessage,
  RCIMIWMessageDirection,
  RCIMIWMessageType,
  type RCIMIWRecallNotificationMessage,
  RCIMIWSentStatus,
  type RCIMIWTextMessage,
} from './types.ts';

const TEXT_OBJECT_NAME = 'RC:TxtMsg';

/** What every new message needs. Its client message id is fixed, so sending it twice stores it once. */
export interface MessageDraft {
  readonly type: RCIMIWConversationType;
  readonly targetId: string;
  readonly channelId: string;
  readonly messageId: number;
  readonly clientMessageId: string;
  readonly senderUserId: string;
}

/** A text message to send. */
export function newTextMessage(draft: MessageDraft, text: string): RCIMIWTextMessage {
  const content = JSON.stringify({ content: text });
  return { ...newMessage(draft, RCIMIWMessageType.TEXT, TEXT_OBJECT_NAME, content), text };
}

/** A message of the app's own type to send. */
export function newCustomMessage(
  draft: MessageDraft,
  policy: RCIMIWCustomMessagePolicy,
  identifier: string,
  fields: Record<string, string>,
): RCIMIWCustomMessage {
  const message = newMessage(draft, RCIMIWMessageType.CUSTOM, identifier, JSON.stringify(fields));
  return { ...message, identifier, policy, fields };
}

function newMessage(
  draft: MessageDraft,
  messageType: RCIMIWMessageType,
  objectName: string,
  content: string,
): RCIMIWMessage {
  return {
    conversationType: draft.type,
    messageType,
    targetId: draft.targetId,
    channelId: draft.channelId,
    messageId: draft.messageId,
    messageUId: '',
    offLine: false,
    receivedTime: 0,
    sentTime: 0,
    sentStatus: RCIMIWSentStatus.SENDING,
    senderUserId: draft.senderUserId,
    direction: RCIMIWMessageDirection.SEND,
    seq: 0,
    clientMessageId: draft.clientMessageId,
    objectName,
    content,
  };
}

/** A message of the server in the app's form. */
export function toAppMessage(
  message: Message,
  at: { readonly targetId: string; readonly userId: string; readonly messageId: number; readonly nowMs: number },
): RCIMIWMessage | RCIMIWTextMessage | RCIMIWCustomMessage | RCIMIWRecallNotificationMessage {
  const isOwn = message.senderUserId === at.userId;
  const base: RCIMIWMessage = {
    conversationType: RCIMIWConversationType.CHATROOM,
    messageType: RCIMIWMessageType.UNKNOWN,
    targetId: at.targetId,
    channelId: '',
    messageId: at.messageId,
    messageUId: message.messageId,
    offLine: false,
    receivedTime: at.nowMs,
    sentTime: message.sentAtMs,
    sentStatus: isOwn ? RCIMIWSentStatus.SENT : RCIMIWSentStatus.RECEIVED,
    senderUserId: message.senderUserId,
    direction: isOwn ? RCIMIWMessageDirection.SEND : RCIMIWMessageDirection.RECEIVE,
    seq: message.seq,
    clientMessageId: message.clientMessageId,
    objectName: message.type,
    content: message.content,
  };
  const read = readContent(message.content);
  if (message.type === RECALLED_TYPE) return asRecall(base, message.hidden === true, read);
  if (message.type === TEXT_OBJECT_NAME) return asText(base, read);
  return message.type.startsWith(BUILT_IN_TYPE_PREFIX) ? base : asCustom(base, read);
}

/** By RongCloud's convention the content is a JSON object; undefined where an app sends something else. */
function readContent(content: string): JsonObject | undefined {
  const value = jsonValue(content);
  return isJsonObject(value) ? value : undefined;
}

/** Content in another form than RongCloud's is shown as it is. */
function asText(base: RCIMIWMessage, read: JsonObject = {}): RCIMIWTextMessage {
  const { content, extra } = read;
  const message = { ...base, messageType: RCIMIWMessageType.TEXT };
  return typeof content === 'string'
    ? { ...message, text: content, ...asExtra(extra) }
    : { ...message, text: base.content };
}

/** Only an object of texts can be shown as fields. */
function asCustom(base: RCIMIWMessage, read: JsonObject | undefined): RCIMIWMessage | RCIMIWCustomMessage {
  if (read === undefined || !Object.values(read).every((value) => typeof value === 'string')) return base;
  const fields = read as Record<string, string>;
  return { ...base, messageType: RCIMIWMessageType.CUSTOM, identifier: base.objectName, fields };
}

function asRecall(base: RCIMIWMessage, deleted: boolean, read: JsonObject = {}): RCIMIWRecallNotificationMessage {
  const { operatorId, recallTime, admin, extra } = read;
  return {
    ...base,
    messageType: RCIMIWMessageType.RECALL,
    operatorId: typeof operatorId === 'string' ? operatorId : base.senderUserId,
    recallTime: typeof recallTime === 'number' ? recallTime : 0,
    admin: admin === true,
    deleted,
    ...asExtra(extra),
  };
}

const asExtra = (extra: unknown): { extra?: string } => (typeof extra === 'string' ? { extra } : {});
