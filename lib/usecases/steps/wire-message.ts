import type { StoredMessage } from '../../domain/room.ts';
import type { Message } from '../../protocol/message.ts';

/**
 * A message as this user gets it: the one way from the stored message to the wire. Each field is named, so that a field
 * added to the stored message reaches no client by accident.
 */
export function wireMessage(userId: string, message: StoredMessage): Message {
  const { seq, messageId, clientMessageId, senderUserId, type, content, sentAtMs, sender } = message;
  const isNotForUser = message.notForSender === true && senderUserId === userId;
  return {
    ...{ seq, messageId, clientMessageId, senderUserId, type, content, sentAtMs },
    ...(sender === undefined ? {} : { sender }),
    ...(message.recalled === true ? { recalled: true } : {}),
    ...(message.hidden === true ? { hidden: true } : {}),
    ...(isNotForUser ? { notForSender: true } : {}),
  };
}
