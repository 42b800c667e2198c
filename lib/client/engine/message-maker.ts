import type { Message } from '../../protocol/message.ts';
import type { MessageIds } from '../messages/message-ids.ts';
import { isGiven } from './arguments.ts';
import type { WireContent } from './content.ts';
import { type MessageDraft, newMessage, toAppMessage } from './engine-message.ts';
import {
  type DeliveredMessage,
  type RCIMIWConversationType,
  type RCIMIWMessage,
  RCIMIWMessageDirection,
  RCIMIWMessageType,
  RCIMIWSentStatus,
} from './types.ts';

/** Numbers the messages of one engine and fills in what the app leaves open. */
export class MessageMaker {
  readonly #now: () => number;
  readonly #ids: MessageIds;
  readonly #copies = new WeakMap<RCIMIWMessage, RCIMIWMessage>();
  #lastMessageId = 0;

  constructor(now: () => number, ids: MessageIds) {
    this.#now = now;
    this.#ids = ids;
  }

  newOf(userId: string, type: RCIMIWConversationType, targetId: string, channelId: string): MessageDraft {
    const messageId = this.#nextMessageId();
    const clientMessageId = this.#ids.ofNumber(messageId);
    return { conversationType: type, targetId, channelId, messageId, clientMessageId, senderUserId: userId };
  }

  /**
   * Makes a message of the app ready to be sent with this content, and writes into it what it lacks. The same message
   * with another content than before is another message, with another client message id.
   */
  toSend(userId: string, given: RCIMIWMessage, { type: objectName, content }: WireContent): DeliveredMessage {
    const { conversationType, targetId = '', channelId, messageType } = given;
    const draft = this.newOf(userId, conversationType as RCIMIWConversationType, targetId, channelId ?? '');
    const message = this.#writable(given);
    const isWritten = message.content !== undefined && message.content !== '';
    const isOther = isWritten && (message.content !== content || message.objectName !== objectName);
    const isNew = isOther || given.direction === RCIMIWMessageDirection.RECEIVE || !message.clientMessageId;
    const blank = newMessage(draft, messageType ?? RCIMIWMessageType.UNKNOWN, {});
    const lacking = Object.entries(blank).filter(([name]) => !isGiven(message[name as keyof RCIMIWMessage]));
    const begin = { clientMessageId: draft.clientMessageId, messageUId: '', seq: 0 };
    const sending = {
      objectName,
      content,
      senderUserId: userId,
      sentStatus: RCIMIWSentStatus.SENDING,
      direction: RCIMIWMessageDirection.SEND,
    };
    const ready = Object.assign(message, Object.fromEntries(lacking), isNew ? begin : {}, sending) as DeliveredMessage;
    return ready;
  }

  /**
   * The message itself, which its app reads the outcome from; a copy of one that the app's store has frozen, and of one
   * that another user sent, which the app still shows.
   */
  #writable(given: RCIMIWMessage): RCIMIWMessage {
    if (given.direction === RCIMIWMessageDirection.RECEIVE) return { ...given };
    if (Object.isExtensible(given)) return given;
    const copy = this.#copies.get(given) ?? { ...given };
    this.#copies.set(given, copy);
    return copy;
  }

  /** A message of the server in the form that this user's app gets. */
  toApp(userId: string, targetId: string, message: Message): DeliveredMessage {
    return toAppMessage(message, { targetId, userId, messageId: this.#nextMessageId(), nowMs: this.#now() });
  }

  #nextMessageId(): number {
    this.#lastMessageId += 1;
    return this.#lastMessageId;
  }
}
