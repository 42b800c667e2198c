import { type Message, RECALLED_TYPE } from '../protocol/message.ts';
import { type NewMessage, toAppMessage } from './messages.ts';
import { randomId } from './random-id.ts';
import type { EngineDeps, RCIMIWConversationType, RCIMIWMessage } from './types.ts';

/** Numbers the messages of one engine, and knows its own again. */
export class MessageMaker {
  readonly #now: () => number;
  /** Begins the client message ids of this engine. */
  readonly #idPrefix: string;
  #lastMessageId = 0;

  constructor({ now, random }: Pick<EngineDeps, 'now' | 'random'>) {
    this.#now = now;
    this.#idPrefix = `${now().toString(36)}${randomId(random)}-`;
  }

  newOf(userId: string, type: RCIMIWConversationType, targetId: string, channelId: string): NewMessage {
    const messageId = this.#nextMessageId();
    const clientMessageId = `${this.#idPrefix}${messageId}`;
    return { type, targetId, channelId, messageId, clientMessageId, senderUserId: userId };
  }

  /** A message of the server in the form that this user's app gets. */
  toApp(userId: string, targetId: string, message: Message): RCIMIWMessage {
    return toAppMessage(message, { targetId, userId, messageId: this.#nextMessageId(), nowMs: this.#now() });
  }

  /** The app has it, because it sent it; that it was recalled it may not know. */
  isKnown(userId: string, message: Message): boolean {
    const isHis = message.senderUserId === userId;
    const isOwn = isHis && (message.notForSender === true || message.clientMessageId.startsWith(this.#idPrefix));
    return isOwn && message.type !== RECALLED_TYPE;
  }

  #nextMessageId(): number {
    this.#lastMessageId += 1;
    return this.#lastMessageId;
  }
}
