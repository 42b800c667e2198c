import type { After } from '../base/timers.ts';
import type { LocalQueue } from '../template/local-queue.ts';
import { Queue } from './queue.ts';

/** The queues of a stack. */
export interface Queues {
  /** By logical id, name, ARN or URL. */
  find(id: string): Queue | undefined;
  close(): void;
}

/** How to run the queues. */
export interface QueuesOptions {
  readonly queues: readonly LocalQueue[];
  readonly now: () => number;
  readonly randomId: () => string;
  readonly after: After;
}

/** Creates the queues and connects each with its dead-letter queue. */
export function createQueues({ queues, ...shared }: QueuesOptions): Queues {
  const byArn = new Map<string, Queue>();
  for (const queue of queues) {
    if (queue.redrive !== undefined && !queues.some(({ arn }) => arn === queue.redrive?.queueArn)) {
      throw new Error(
        `unable to make the queue ${queue.logicalId}; the template has no queue with the ARN of its dead-letter queue`,
      );
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
