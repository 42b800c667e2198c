import { type Message, RECALLED_TYPE } from '../protocol/message.ts';
import type { WireContent } from './content.ts';
import { type MessageDraft, newMessage, toAppMessage } from './messages.ts';
import { randomId } from './random-id.ts';
import {
  type DeliveredMessage,
  type EngineDeps,
  type RCIMIWConversationType,
  type RCIMIWMessage,
  RCIMIWSentStatus,
} from './types.ts';

/** Numbers the messages of one engine and recognizes its own. */
export class MessageMaker {
  readonly #now: () => number;
  /** The beginning of each client message id of this engine. */
  readonly #idPrefix: string;
  #lastMessageId = 0;

  constructor({ now, random }: Pick<EngineDeps, 'now' | 'random'>) {
    this.#now = now;
    this.#idPrefix = `${now().toString(36)}${randomId(random)}-`;
  }

  newOf(userId: string, type: RCIMIWConversationType, targetId: string, channelId: string): MessageDraft {
    const messageId = this.#nextMessageId();
    const clientMessageId = this.#clientMessageId(messageId);
    return { conversationType: type, targetId, channelId, messageId, clientMessageId, senderUserId: userId };
  }

  /**
   * Makes a message of the app ready to be sent with this content, and writes into it what it lacks. The same message
   * with another content than before is another message, with another client message id.
   */
  toSend(userId: string, given: RCIMIWMessage, { type: objectName, content }: WireContent): DeliveredMessage {
    const { conversationType, targetId = '', channelId, messageType } = given;
    // An app's store may have frozen it.
    const message = Object.isExtensible(given) ? given : { ...given };
    const draft = this.newOf(userId, conversationType as RCIMIWConversationType, targetId, channelId ?? '');
    const lacking = Object.entries(newMessage(draft, messageType ?? 0, {})).filter(
      ([name]) => (message[name as keyof RCIMIWMessage] ?? undefined) === undefined,
    );
    const isSame = !message.content || (message.content === content && message.objectName === objectName);
    const clientMessageId = isSame ? {} : { clientMessageId: draft.clientMessageId, messageUId: '', seq: 0 };
    const sending = { objectName, content, senderUserId: userId, sentStatus: RCIMIWSentStatus.SENDING };
    return Object.assign(message, Object.fromEntries(lacking), clientMessageId, sending) as DeliveredMessage;
  }

  /** A message of the server in the form that this user's app gets. */
  toApp(userId: string, targetId: string, message: Message): DeliveredMessage {
    return toAppMessage(message, { targetId, userId, messageId: this.#nextMessageId(), nowMs: this.#now() });
  }

  /** The app has this message, because it sent it. A recall of it may be unknown to the app. */
  isKnown(userId: string, message: Message): boolean {
    const isOfUser = message.senderUserId === userId;
    const isOwn = isOfUser && (message.notForSender === true || message.clientMessageId.startsWith(this.#idPrefix));
    return isOwn && message.type !== RECALLED_TYPE;
  }

  #clientMessageId(messageId: number): string {
    return `${this.#idPrefix}${messageId}`;
  }

  #nextMessageId(): number {
    this.#lastMessageId += 1;
    return this.#lastMessageId;
  }
}
