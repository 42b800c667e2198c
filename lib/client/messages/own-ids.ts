import { type Message, RECALLED_TYPE } from '../../protocol/message.ts';
import type { ClientDeps } from '../core/deps.ts';
import { randomId } from '../core/random-id.ts';
import { Recent } from '../core/recent.ts';

const OTHERS_MAX = 1000;

/** The client message ids of one client, by which it recognizes its own messages. */
export class OwnIds {
  /** The beginning of each id. */
  readonly #prefix: string;
  /** The other ids under which the app has sent messages, such as of a former run. */
  readonly #others = new Recent(OTHERS_MAX);

  constructor({ now, random }: Pick<ClientDeps, 'now' | 'random'>) {
    this.#prefix = `${now().toString(36)}${randomId(random)}-`;
  }

  /** The id of the message with this number of the client. */
  ofNumber(number: number): string {
    return `${this.#prefix}${number}`;
  }

  /** The app sends a message under this id. */
  sending(clientMessageId: string): void {
    if (!clientMessageId.startsWith(this.#prefix)) this.#others.isNew(clientMessageId);
  }

  /** The app has this message, because it sent it. A recall of it may be unknown to the app. */
  isKnown(userId: string, { senderUserId, clientMessageId, notForSender, type }: Message): boolean {
    const isSent = clientMessageId.startsWith(this.#prefix) || this.#others.has(clientMessageId);
    return senderUserId === userId && (notForSender === true || isSent) && type !== RECALLED_TYPE;
  }
}
