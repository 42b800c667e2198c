import type { QueueMessage } from '../queues/message.ts';
import type { Queue } from '../queues/queue.ts';

/** A queue as a test sees and changes it. */
export interface QueueView {
  /** All messages of the queue, visible or not, in the order of their sends. */
  messages(): QueueMessage[];
  /** Sends as a function does and returns the message id. */
  send(message: { readonly body: string; readonly groupId?: string; readonly deduplicationId?: string }): string;
  /** Ends the visibility timeouts and delays of all messages. */
  expireVisibility(): void;
}

/** Opens a queue to a test. */
export const viewQueue = (queue: Queue): QueueView => ({
  messages: () => queue.messages(),
  send: (message) => queue.send({ ...message, senderId: 'local' }).messageId,
  expireVisibility: () => queue.expireVisibility(),
});
