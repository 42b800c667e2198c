import type { LocalQueue } from '../template/local-queue.ts';
import type { After } from '../timers.ts';
import type { QueueMessage } from './message.ts';
import { Queue } from './queue.ts';

/** The queues of a stack. */
export interface Queues {
  /** By logical id, name, ARN or URL. */
  find(id: string): Queue | undefined;
  close(): void;
}

/** What it takes to run the queues. */
export interface QueuesOptions {
  readonly queues: readonly LocalQueue[];
  readonly now: () => number;
  readonly randomId: () => string;
  readonly after: After;
}

/** Makes the queues, each with its dead-letter queue. */
export function createQueues({ queues, ...shared }: QueuesOptions): Queues {
  const byArn = new Map<string, Queue>();
  for (const queue of queues) {
    if (queue.redrive !== undefined && !queues.some(({ arn }) => arn === queue.redrive?.queueArn)) {
      throw new Error(`unable to make the queue ${queue.logicalId}; its dead-letter queue is not in the template`);
    }
    const target = queue.redrive?.queueArn ?? '';
    byArn.set(queue.arn, new Queue({ ...shared, queue, deadLetter: (message) => byArn.get(target)?.accept(message) }));
  }
  const all = [...byArn.values()];
  return {
    find: (id) =>
      all.find(({ description: { logicalId, name, arn } }) => [logicalId, name, arn].includes(id)) ??
      all.find(({ description: { name } }) => id.startsWith('http') && id.endsWith(`/${name}`)),
    close: () => {
      for (const queue of all) queue.close();
    },
  };
}

/** A queue as a test sees it. */
export interface QueueView {
  /** All that the queue holds, visible or not, in the order of sending. */
  messages(): QueueMessage[];
  /** Sends as a function would, and tells the id of the message. */
  send(message: { readonly body: string; readonly groupId?: string; readonly deduplicationId?: string }): string;
  /** Lets the visibility timeouts and delays of all messages end now. */
  expireVisibility(): void;
}

/** Opens a queue to a test. */
export function viewQueue(queue: Queue): QueueView {
  return {
    messages: () => queue.messages(),
    send: (message) => queue.send({ ...message, senderId: 'local' }).messageId,
    expireVisibility: () => queue.expireVisibility(),
  };
}
