import { isJsonObject, jsonValue } from '../../protocol/json.ts';
import { type Message, RECALLED_TYPE } from '../../protocol/message.ts';
import { objectNameOf, readContent } from './content.ts';
import {
  type DeliveredMessage,
  RCIMIWConversationType,
  type RCIMIWMessage,
  RCIMIWMessageDirection,
  RCIMIWMessageType,
  type RCIMIWRecallNotificationMessage,
  RCIMIWReceivedStatus,
  RCIMIWSentStatus,
} from './types.ts';

/** What every new message needs. While its content stays the same, sending it twice stores it once. */
export interface MessageDraft {
  readonly conversationType: RCIMIWConversationType;
  readonly targetId: string;
  readonly channelId: string;
  readonly messageId: number;
  readonly clientMessageId: string;
  readonly senderUserId: string;
}

/** A message to send. Its content is written when it is sent. */
export function newMessage<M extends RCIMIWMessage>(
  draft: MessageDraft,
  messageType: RCIMIWMessageType,
  fields: Omit<M, keyof RCIMIWMessage>,
): DeliveredMessage<M> {
  const message: DeliveredMessage = {
    ...draft,
    messageType,
    messageUId: '',
    offLine: false,
    receivedTime: 0,
    sentTime: 0,
    receivedStatus: RCIMIWReceivedStatus.UNREAD,
    sentStatus: RCIMIWSentStatus.SENDING,
    direction: RCIMIWMessageDirection.SEND,
    seq: 0,
    objectName: objectNameOf(messageType),
    content: '',
  };
  return { ...message, ...fields } as DeliveredMessage<M>;
}

/** A message of the server in the app's form. */
export function toAppMessage(
  message: Message,
  at: { readonly targetId: string; readonly userId: string; readonly messageId: number; readonly nowMs: number },
): DeliveredMessage {
  const isOwn = message.senderUserId === at.userId;
  const base: DeliveredMessage = {
    conversationType: RCIMIWConversationType.CHATROOM,
    messageType: RCIMIWMessageType.UNKNOWN,
    targetId: at.targetId,
    channelId: '',
    messageId: at.messageId,
    messageUId: message.messageId,
    offLine: false,
    receivedTime: at.nowMs,
    sentTime: message.sentAtMs,
    receivedStatus: RCIMIWReceivedStatus.UNREAD,
    sentStatus: isOwn ? RCIMIWSentStatus.SENT : RCIMIWSentStatus.RECEIVED,
    senderUserId: message.senderUserId,
    direction: isOwn ? RCIMIWMessageDirection.SEND : RCIMIWMessageDirection.RECEIVE,
    seq: message.seq,
    clientMessageId: message.clientMessageId,
    objectName: message.type,
    content: message.content,
  };
  if (message.type === RECALLED_TYPE) return asRecall(base, message.hidden === true);
  return { ...base, ...readContent(message.type, message.content) };
}

function asRecall(base: DeliveredMessage, deleted: boolean): DeliveredMessage<RCIMIWRecallNotificationMessage> {
  const value = jsonValue(base.content);
  const { operatorId, recallTime, admin, extra } = isJsonObject(value) ? value : {};
  const time = typeof recallTime === 'number' ? recallTime : 0;
  return {
    ...base,
    messageType: RCIMIWMessageType.RECALL,
    operatorId: typeof operatorId === 'string' ? operatorId : base.senderUserId,
    recallTime: time,
    recallActionTime: time,
    admin: admin === true,
    deleted,
    ...(typeof extra === 'string' ? { extra } : {}),
  };
}
