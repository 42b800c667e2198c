import { type Message, RECALLED_TYPE } from '../protocol/message.ts';
import { type MessageDraft, toAppMessage } from './messages.ts';
import { randomId } from './random-id.ts';
import type { EngineDeps, RCIMIWConversationType, RCIMIWMessage } from './types.ts';

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
    const clientMessageId = `${this.#idPrefix}${messageId}`;
    return { type, targetId, channelId, messageId, clientMessageId, senderUserId: userId };
  }

  /** A message of the server in the form that this user's app gets. */
  toApp(userId: string, targetId: string, message: Message): RCIMIWMessage {
    return toAppMessage(message, { targetId, userId, messageId: this.#nextMessageId(), nowMs: this.#now() });
  }

  /** The app has this message, because it sent it. A recall of it may be unknown to the app. */
  isKnown(userId: string, message: Message): boolean {
    const isOfUser = message.senderUserId === userId;
    const isOwn = isOfUser && (message.notForSender === true || message.clientMessageId.startsWith(this.#idPrefix));
    return isOwn && message.type !== RECALLED_TYPE;
  }

  #nextMessageId(): number {
    this.#lastMessageId += 1;
    return this.#lastMessageId;
  }
}
