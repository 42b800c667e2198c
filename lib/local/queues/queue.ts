import { createHash } from 'node:crypto';
import type { After } from '../base/timers.ts';
import type { LocalQueue } from '../template/local-queue.ts';
import { checkMessage } from './check-message.ts';
import type { OutgoingMessage, QueueMessage, ReceivedMessage, SentMessage } from './message.ts';

/** How to run a queue. */
export interface QueueOptions {
  readonly queue: LocalQueue;
  readonly now: () => number;
  readonly randomId: () => string;
  readonly after: After;
  /** Gets each message that was received too often. */
  readonly deadLetter: (message: DeadLetter) => void;
}

/** A message on its way to the dead-letter queue. */
export type DeadLetter = Omit<Stored, 'receiptHandle' | 'cancelTimer'> & { readonly sourceArn: string };

interface Stored extends OutgoingMessage {
  readonly messageId: string;
  readonly sentAtMs: number;
  readonly sequenceNumber: string | undefined;
  readonly sourceArn?: string | undefined;
  receiveCount: number;
  firstReceivedAtMs: number | undefined;
  receiptHandle: string | undefined;
  /** Cancels the timer that makes it visible; undefined while it is visible. */
  cancelTimer: (() => void) | undefined;
}

const deduplicationMs = 5 * 60 * 1000;

const hash = (algorithm: 'md5' | 'sha256', text: string): string => createHash(algorithm).update(text).digest('hex');

const isHidden = ({ cancelTimer }: Stored): boolean => cancelTimer !== undefined;

/** A queue in memory with SQS's rules for order, deduplication, visibility and dead letters. */
export class Queue {
  readonly #options: QueueOptions;
  readonly #listeners: (() => void)[] = [];
  readonly #sent = new Map<string, { readonly message: SentMessage; readonly atMs: number }>();
  #messages: Stored[] = [];
  #sequence = 10n ** 19n;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  get description(): LocalQueue {
    return this.#options.queue;
  }

  /** Calls the listener whenever a message may have become visible. */
  onVisible(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Adds a message. A FIFO queue adds no duplicate and repeats its first answer. Throws an SqsFault. */
  send(message: OutgoingMessage): SentMessage {
    const { queue, now, randomId } = this.#options;
    checkMessage(message, queue);
    const atMs = now();
    const deduplicationId = message.deduplicationId ?? (queue.fifo ? hash('sha256', message.body) : undefined);
    const scope = queue.deduplicationScope === 'messageGroup' ? `${message.groupId}/` : '';
    const key = `${scope}${deduplicationId}`;
    const earlier = this.#sent.get(key);
    if (queue.fifo && earlier !== undefined && atMs - earlier.atMs < deduplicationMs) return earlier.message;
    const sent = { messageId: randomId(), md5OfBody: hash('md5', message.body), sequenceNumber: this.#nextSequence() };
    if (queue.fifo) this.#storeDeduplication(key, sent, atMs);
    const unreceived = {
      receiveCount: 0,
      firstReceivedAtMs: undefined,
      receiptHandle: undefined,
      cancelTimer: undefined,
    };
    const stored = { ...message, deduplicationId, ...sent, sentAtMs: atMs, ...unreceived };
    this.#messages.push(stored);
    const delayMs = message.delayMs ?? queue.delayMs;
    if (delayMs > 0) this.#hide(stored, delayMs);
    else this.#notify();
    return sent;
  }

  /** Adds a message from another queue as a dead letter; it keeps its id, body, group and attributes. */
  accept({ sentAtMs, ...letter }: DeadLetter): void {
    const { queue, now } = this.#options;
    const sequenceNumber = this.#nextSequence();
    // In a standard queue the retention counts from the first send, in a FIFO queue from the move.
    const own = {
      sequenceNumber,
      sentAtMs: queue.fifo ? now() : sentAtMs,
      receiptHandle: undefined,
      cancelTimer: undefined,
    };
    this.#messages.push({ ...letter, ...own });
    this.#notify();
  }

  /** Receives up to `limit` messages. A FIFO queue skips groups in flight and fills the batch group by group. */
  receive(limit: number): ReceivedMessage[] {
    this.#removeExpired();
    const visible = this.#messages.filter((message) => !isHidden(message));
    const chosen = this.#options.queue.fifo ? this.#byGroup(visible) : visible;
    return chosen.slice(0, limit).map((message) => this.#take(message));
  }

  /** Deletes the message that was received with this handle, unless it has been received again. */
  delete(receiptHandle: string): void {
    const { fifo } = this.#options.queue;
    const message = this.#messages.find((each) => each.receiptHandle === receiptHandle);
    // In a FIFO queue the handle expires with the visibility timeout, in a standard queue with the next reception.
    if (message === undefined || (fifo && !isHidden(message))) return;
    this.#remove(message);
  }

  /** Ends the visibility timeouts and delays of all messages. */
  expireVisibility(): void {
    for (const message of this.#messages.filter(isHidden)) this.#show(message);
    this.#notify();
  }

  messages(): QueueMessage[] {
    this.#removeExpired();
    return this.#messages.map((message) => {
      const { messageId, body, groupId, deduplicationId, attributes = {}, receiveCount } = message;
      const inFlight = isHidden(message) && message.receiptHandle !== undefined;
      return { messageId, body, groupId, deduplicationId, attributes, receiveCount, inFlight };
    });
  }

  close(): void {
    for (const { cancelTimer } of this.#messages) cancelTimer?.();
    this.#listeners.length = 0;
  }

  #nextSequence(): string | undefined {
    if (!this.#options.queue.fifo) return undefined;
    this.#sequence += 1n;
    return String(this.#sequence);
  }

  #storeDeduplication(key: string, message: SentMessage, atMs: number): void {
    for (const [old, { atMs: oldAtMs }] of this.#sent) if (atMs - oldAtMs >= deduplicationMs) this.#sent.delete(old);
    this.#sent.set(key, { message, atMs });
  }

  #byGroup(visible: readonly Stored[]): Stored[] {
    const blocked = new Set(this.#messages.filter(isHidden).map(({ groupId }) => groupId));
    const free = visible.filter(({ groupId }) => !blocked.has(groupId));
    const groups = [...new Set(free.map(({ groupId }) => groupId))];
    return groups.flatMap((group) => free.filter(({ groupId }) => groupId === group));
  }

  #take(message: Stored): ReceivedMessage {
    const { queue, now, randomId } = this.#options;
    message.receiveCount += 1;
    message.firstReceivedAtMs ??= now();
    const receiptHandle = `${message.messageId}#${message.receiveCount}#${randomId()}`;
    message.receiptHandle = receiptHandle;
    this.#hide(message, queue.visibilityMs);
    const { messageId, body, attributes: messageAttributes = {} } = message;
    const md5OfBody = hash('md5', body);
    return { messageId, receiptHandle, body, md5OfBody, attributes: attributesOf(message), messageAttributes };
  }

  #hide(message: Stored, delayMs: number): void {
    message.cancelTimer = this.#options.after(delayMs, () => {
      this.#show(message);
      this.#notify();
    });
  }

  #show(message: Stored): void {
    message.cancelTimer?.();
    message.cancelTimer = undefined;
    const { queue, deadLetter } = this.#options;
    if (message.receiveCount < (queue.redrive?.maxReceiveCount ?? Number.POSITIVE_INFINITY)) return;
    this.#remove(message);
    deadLetter({ ...message, sourceArn: queue.arn });
  }

  #remove(message: Stored): void {
    message.cancelTimer?.();
    this.#messages = this.#messages.filter((each) => each !== message);
  }

  #removeExpired(): void {
    const { queue, now } = this.#options;
    const oldestMs = now() - queue.retentionMs;
    for (const message of this.#messages.filter(({ sentAtMs }) => sentAtMs <= oldestMs)) this.#remove(message);
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}

function attributesOf(message: Stored): Record<string, string> {
  const own = {
    ApproximateReceiveCount: `${message.receiveCount}`,
    SentTimestamp: `${message.sentAtMs}`,
    SenderId: message.senderId,
    ApproximateFirstReceiveTimestamp: `${message.firstReceivedAtMs}`,
    SequenceNumber: message.sequenceNumber,
    MessageGroupId: message.groupId,
    MessageDeduplicationId: message.deduplicationId,
    DeadLetterQueueSourceArn: message.sourceArn,
  };
  return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined)) as Record<string, string>;
}
