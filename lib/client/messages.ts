import type { Message } from '../protocol/frames.ts';
import {
  RCIMIWConversationType,
  type RCIMIWMessage,
  RCIMIWMessageDirection,
  RCIMIWMessageType,
  RCIMIWSentStatus,
  type RCIMIWTextMessage,
} from './types.ts';

const TEXT_OBJECT_NAME = 'RC:TxtMsg';

/** What a new message of one's own needs. */
export interface NewText {
  readonly type: RCIMIWConversationType;
  readonly targetId: string;
  readonly channelId: string;
  readonly text: string;
  readonly messageId: number;
  readonly clientMessageId: string;
  readonly senderUserId: string;
}

/** A text message to be sent; its client message id is fixed here, so sending it twice stores it once. */
export function newTextMessage(given: NewText): RCIMIWTextMessage {
  return {
    conversationType: given.type,
    messageType: RCIMIWMessageType.TEXT,
    targetId: given.targetId,
    channelId: given.channelId,
    messageId: given.messageId,
    messageUId: '',
    offLine: false,
    receivedTime: 0,
    sentTime: 0,
    sentStatus: RCIMIWSentStatus.SENDING,
    senderUserId: given.senderUserId,
    direction: RCIMIWMessageDirection.SEND,
    seq: 0,
    clientMessageId: given.clientMessageId,
    objectName: TEXT_OBJECT_NAME,
    content: JSON.stringify({ content: given.text }),
    text: given.text,
  };
}

/** A message of the server in the app's form. */
export function toAppMessage(
  message: Message,
  at: { readonly targetId: string; readonly userId: string; readonly messageId: number; readonly nowMs: number },
): RCIMIWMessage | RCIMIWTextMessage {
  const mine = message.senderUserId === at.userId;
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
    sentStatus: mine ? RCIMIWSentStatus.SENT : RCIMIWSentStatus.RECEIVED,
    senderUserId: message.senderUserId,
    direction: mine ? RCIMIWMessageDirection.SEND : RCIMIWMessageDirection.RECEIVE,
    seq: message.seq,
    clientMessageId: message.clientMessageId,
    objectName: message.type,
    content: message.content,
  };
  if (message.type !== TEXT_OBJECT_NAME) return base;
  const { text, extra } = readText(message.content);
  return { ...base, messageType: RCIMIWMessageType.TEXT, text, ...(extra === undefined ? {} : { extra }) };
}

/** By RongCloud's convention the content is JSON; an app that sends bare text is shown as it is. */
function readText(content: string): { text: string; extra?: string | undefined } {
  try {
    const value: unknown = JSON.parse(content);
    if (typeof value !== 'object' || value === null || !('content' in value)) return { text: content };
    const extra = 'extra' in value && typeof value.extra === 'string' ? value.extra : undefined;
    return typeof value.content === 'string' ? { text: value.content, extra } : { text: content };
  } catch {
    return { text: content };
  }
}
