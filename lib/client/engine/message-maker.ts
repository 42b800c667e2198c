import { type Message, RECALLED_TYPE } from '../../protocol/message.ts';
import { randomId } from '../core/random-id.ts';
import { Recent } from '../core/recent.ts';
import { isGiven } from './arguments.ts';
import type { WireContent } from './content.ts';
import { type MessageDraft, newMessage, toAppMessage } from './engine-message.ts';
import {
  type DeliveredMessage,
  type EngineDeps,
  type RCIMIWConversationType,
  type RCIMIWMessage,
  RCIMIWMessageDirection,
  RCIMIWMessageType,
  RCIMIWSentStatus,
} from './types.ts';

const OWN_IDS_MAX = 1000;

const { SEND, RECEIVE } = RCIMIWMessageDirection;
const { SENDING } = RCIMIWSentStatus;

/** Numbers the messages of one engine and recognizes its own. */
export class MessageMaker {
  readonly #now: () => number;
  /** The beginning of each client message id of this engine. */
  readonly #idPrefix: string;
  /** The other ids under which the app has sent messages, such as of a former run. */
  readonly #ownIds = new Recent(OWN_IDS_MAX);
  readonly #copies = new WeakMap<RCIMIWMessage, RCIMIWMessage>();
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
    const draft = this.newOf(userId, conversationType as RCIMIWConversationType, targetId, channelId ?? '');
    const message = this.#writable(given);
    const isWritten = message.content !== undefined && message.content !== '';
    const isOther = isWritten && (message.content !== content || message.objectName !== objectName);
    const isNew = isOther || given.direction === RECEIVE || !message.clientMessageId;
    const blank = newMessage(draft, messageType ?? RCIMIWMessageType.UNKNOWN, {});
    const lacking = Object.entries(blank).filter(([name]) => !isGiven(message[name as keyof RCIMIWMessage]));
    const begin = { clientMessageId: draft.clientMessageId, messageUId: '', seq: 0 };
    const sending = { objectName, content, senderUserId: userId, sentStatus: SENDING, direction: SEND };
    const ready = Object.assign(message, Object.fromEntries(lacking), isNew ? begin : {}, sending) as DeliveredMessage;
    if (!ready.clientMessageId.startsWith(this.#idPrefix)) this.#ownIds.isNew(ready.clientMessageId);
    return ready;
  }

  /**
   * The message itself, which its app reads the outcome from; a copy of one that the app's store has frozen, and of one
   * that another user sent, which the app still shows.
   */
  #writable(given: RCIMIWMessage): RCIMIWMessage {
    if (given.direction === RECEIVE) return { ...given };
    if (Object.isExtensible(given)) return given;
    const copy = this.#copies.get(given) ?? { ...given };
    this.#copies.set(given, copy);
    return copy;
  }

  /** A message of the server in the form that this user's app gets. */
  toApp(userId: string, targetId: string, message: Message): DeliveredMessage {
    return toAppMessage(message, { targetId, userId, messageId: this.#nextMessageId(), nowMs: this.#now() });
  }

  /** The app has this message, because it sent it. A recall of it may be unknown to the app. */
  isKnown(userId: string, message: Message): boolean {
    const isOfUser = message.senderUserId === userId;
    const { clientMessageId, notForSender } = message;
    const isSent = clientMessageId.startsWith(this.#idPrefix) || this.#ownIds.has(clientMessageId);
    const isOwn = isOfUser && (notForSender === true || isSent);
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
