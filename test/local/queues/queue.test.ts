import { describe, expect, it } from 'vitest';
import type { OutgoingMessage, ReceivedMessage } from '../../../lib/local/queues/message.ts';
import type { Queue } from '../../../lib/local/queues/queue.ts';
import { createQueues } from '../../../lib/local/queues/queues.ts';
import type { LocalQueue } from '../../../lib/local/template/local-queue.ts';

const describeQueue = (name: string, more: Partial<LocalQueue> = {}): LocalQueue => ({
  logicalId: name,
  name,
  arn: `arn:${name}`,
  fifo: true,
  contentBasedDeduplication: true,
  deduplicationScope: 'queue',
  visibilityMs: 30_000,
  delayMs: 0,
  retentionMs: 3_600_000,
  redrive: undefined,
  ...more,
});

/** Queues on a clock that the test advances. */
function createTestQueues(...queues: LocalQueue[]) {
  const clock = { nowMs: 1_000_000 };
  const timers = new Set<{ readonly atMs: number; readonly run: () => void }>();
  const ids = { count: 0 };
  const created = createQueues({
    queues,
    now: () => clock.nowMs,
    randomId: () => `id-${ids.count++}`,
    after: (delayMs, run) => {
      const timer = { atMs: clock.nowMs + delayMs, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  });
  const advance = (byMs: number): void => {
    clock.nowMs += byMs;
    for (const timer of [...timers].filter(({ atMs }) => atMs <= clock.nowMs)) if (timers.delete(timer)) timer.run();
  };
  const find = (name: string): Queue => {
    const queue = created.find(name);
    if (queue === undefined) throw new Error(`unable to test the queue ${name}; it was not created`);
    return queue;
  };
  return { find, advance, timers, close: created.close };
}

const message = (body: string, groupId?: string, more: Partial<OutgoingMessage> = {}): OutgoingMessage => ({
  body,
  groupId,
  senderId: 'Sender',
  ...more,
});

const bodies = (messages: readonly { readonly body: string }[]): string => messages.map(({ body }) => body).join(',');
const deleteAll = (queue: Queue, messages: readonly ReceivedMessage[]): void => {
  for (const { receiptHandle } of messages) queue.delete(receiptHandle);
};

describe('a FIFO queue', () => {
  it('returns the messages of a group in order, and fills a batch group by group', () => {
    const queue = createTestQueues(describeQueue('q')).find('q');
    for (const [body, group] of ['a1', 'b1', 'a2', 'b2', 'a3'].map((each) => [each, each.slice(0, 1)] as const)) {
      queue.send(message(body, group));
    }
    expect(bodies(queue.receive(4))).toBe('a1,a2,a3,b1');
  });

  it('returns no message of a group with a message in flight', () => {
    const queue = createTestQueues(describeQueue('q')).find('q');
    for (const body of ['1', '2', '3']) queue.send(message(body, 'a'));
    const first = queue.receive(1);
    queue.send(message('other', 'b'));
    expect(bodies(queue.receive(10))).toBe('other');
    deleteAll(queue, first);
    expect(bodies(queue.receive(10))).toBe('2,3');
  });

  it('keeps the order when messages become visible again', () => {
    const { find, advance } = createTestQueues(describeQueue('q'));
    const queue = find('q');
    for (const body of ['1', '2', '3']) queue.send(message(body, 'a'));
    const [, second] = queue.receive(2);
    queue.delete(second?.receiptHandle ?? '');
    expect(queue.receive(10)).toEqual([]);
    advance(30_000);
    expect(bodies(queue.receive(10))).toBe('1,3');
  });

  it('repeats its answer to a duplicate for five minutes, even after the message was deleted', () => {
    const { find, advance } = createTestQueues(describeQueue('q'));
    const queue = find('q');
    const sent = queue.send(message('1', 'a', { deduplicationId: 'same' }));
    deleteAll(queue, queue.receive(1));
    advance(299_999);
    expect(queue.send(message('2', 'b', { deduplicationId: 'same' }))).toEqual(sent);
    expect(queue.messages()).toEqual([]);
    advance(1);
    expect(queue.send(message('3', 'a', { deduplicationId: 'same' })).messageId).not.toBe(sent.messageId);
    expect(bodies(queue.messages())).toBe('3');
  });

  it('derives the deduplication id from the body if the queue allows it', () => {
    const { find } = createTestQueues(
      describeQueue('q'),
      describeQueue('strict', { contentBasedDeduplication: false }),
    );
    find('q').send(message('1', 'a'));
    find('q').send(message('1', 'a'));
    find('q').send(message('1', 'a', { deduplicationId: 'own' }));
    expect(bodies(find('q').messages())).toBe('1,1');
    expect(() => find('strict').send(message('1', 'a'))).toThrow('MessageDeduplicationId provided explicitly');
    expect(() => find('q').send(message('1'))).toThrow('must contain the parameter MessageGroupId');
  });

  it('deduplicates within a group when its scope is the group', () => {
    const queue = createTestQueues(describeQueue('q', { deduplicationScope: 'messageGroup' })).find('q');
    for (const group of ['a', 'b', 'a']) queue.send(message(`of ${group}`, group, { deduplicationId: 'same' }));
    expect(bodies(queue.messages())).toBe('of a,of b');
  });

  it('does not delete a message that is visible again', () => {
    const { find, advance } = createTestQueues(describeQueue('q'));
    const queue = find('q');
    queue.send(message('1', 'a'));
    const late = queue.receive(1);
    advance(30_000);
    deleteAll(queue, late);
    expect(bodies(queue.receive(1))).toBe('1');
  });

  it('returns the attributes of a message', () => {
    const { find, advance } = createTestQueues(describeQueue('q'));
    const queue = find('q');
    const { messageId, sequenceNumber } = queue.send(message('hello', 'a', { deduplicationId: 'd' }));
    advance(5);
    queue.receive(1);
    advance(30_000);
    expect(queue.receive(1)).toEqual([
      {
        messageId,
        receiptHandle: expect.stringContaining(messageId),
        body: 'hello',
        md5OfBody: '5d41402abc4b2a76b9719d911017c592',
        attributes: {
          ApproximateReceiveCount: '2',
          SentTimestamp: '1000000',
          SenderId: 'Sender',
          ApproximateFirstReceiveTimestamp: '1000005',
          SequenceNumber: sequenceNumber,
          MessageGroupId: 'a',
          MessageDeduplicationId: 'd',
        },
        messageAttributes: {},
      },
    ]);
  });
});

describe('a standard queue', () => {
  const standard = { fifo: false };

  it('returns each visible message once, whatever its group', () => {
    const queue = createTestQueues(describeQueue('q', standard)).find('q');
    for (const body of ['1', '1', '2']) queue.send(message(body, 'a'));
    expect([bodies(queue.receive(2)), bodies(queue.receive(2)), bodies(queue.receive(2))]).toEqual(['1,1', '2', '']);
  });

  it('returns a message again after its visibility timeout, and deletes by the latest handle only', () => {
    const { find, advance } = createTestQueues(describeQueue('q', standard));
    const queue = find('q');
    queue.send(message('1'));
    const first = queue.receive(1);
    advance(29_999);
    expect(queue.receive(1)).toEqual([]);
    advance(1);
    const second = queue.receive(1);
    expect(bodies(second)).toBe('1');
    deleteAll(queue, first);
    expect(queue.messages()).toHaveLength(1);
    advance(30_000);
    deleteAll(queue, second);
    expect(queue.messages()).toEqual([]);
  });

  it('delays messages by its own delay or by that of the message', () => {
    const { find, advance } = createTestQueues(describeQueue('q', { ...standard, delayMs: 1000 }));
    const queue = find('q');
    queue.send(message('with the delay of the queue'));
    queue.send(message('without delay', undefined, { delayMs: 0 }));
    queue.send(message('late', undefined, { delayMs: 5000 }));
    expect(bodies(queue.receive(10))).toBe('without delay');
    expect(queue.messages().map(({ inFlight }) => inFlight)).toEqual([false, true, false]);
    advance(1000);
    expect(bodies(queue.receive(10))).toBe('with the delay of the queue');
    queue.expireVisibility();
    expect(bodies(queue.receive(10))).toBe('with the delay of the queue,without delay,late');
  });

  it('removes messages older than its retention, in flight or not', () => {
    const { find, advance } = createTestQueues(describeQueue('q', { ...standard, visibilityMs: 43_200_000 }));
    const queue = find('q');
    queue.send(message('taken'));
    queue.receive(1);
    queue.send(message('waiting'));
    advance(3_599_999);
    expect(queue.messages()).toHaveLength(2);
    advance(1);
    expect(queue.messages()).toEqual([]);
    expect(queue.receive(1)).toEqual([]);
  });

  it('refuses a deduplication id, an empty body and a body that is too long', () => {
    const queue = createTestQueues(describeQueue('q', standard)).find('q');
    expect(() => queue.send(message('1', undefined, { deduplicationId: 'd' }))).toThrow(
      'not valid for this queue type',
    );
    expect(() => queue.send(message(''))).toThrow('must contain the parameter MessageBody');
    expect(() => queue.send(message('x'.repeat(1024 * 1024 + 1)))).toThrow('must be shorter than 1048576 bytes');
  });
});

describe('a queue with a dead-letter queue', () => {
  const redrive = { queueArn: 'arn:dead', maxReceiveCount: 2 };

  it('moves a message that was received too often, with all its attributes', () => {
    const { find, advance } = createTestQueues(describeQueue('q', { redrive }), describeQueue('dead'));
    const attributes = { kind: { DataType: 'String', StringValue: 'x' } };
    const { messageId } = find('q').send(message('1', 'a', { attributes }));
    find('q').send(message('2', 'a'));
    find('q').receive(1);
    advance(30_000);
    find('q').receive(1);
    expect(find('dead').messages()).toEqual([]);
    advance(30_000);
    expect(bodies(find('q').receive(10))).toBe('2');
    const [dead] = find('dead').messages();
    expect(dead).toMatchObject({ messageId, body: '1', groupId: 'a', attributes, receiveCount: 2, inFlight: false });
    const [received] = find('dead').receive(10);
    expect(received?.attributes).toMatchObject({
      ApproximateReceiveCount: '3',
      SentTimestamp: '1060000',
      DeadLetterQueueSourceArn: 'arn:q',
    });
  });

  it('moves messages on expireVisibility as well', () => {
    const { find } = createTestQueues(describeQueue('q', { redrive }), describeQueue('dead'));
    for (const body of ['1', '2']) find('q').send(message(body, 'a'));
    for (let count = 0; count < 2; count += 1) {
      expect(bodies(find('q').receive(10))).toBe('1,2');
      find('q').expireVisibility();
    }
    expect([bodies(find('q').messages()), bodies(find('dead').messages())]).toEqual(['', '1,2']);
  });

  it('counts the retention in a standard queue from the first send', () => {
    const standard = { fifo: false };
    const one = { queueArn: 'arn:dead', maxReceiveCount: 1 };
    const { find, advance } = createTestQueues(
      describeQueue('q', { ...standard, redrive: one }),
      describeQueue('dead', standard),
    );
    find('q').send(message('1'));
    advance(3_500_000);
    find('q').receive(1);
    advance(30_000);
    expect(bodies(find('dead').messages())).toBe('1');
    advance(70_000);
    expect(find('dead').messages()).toEqual([]);
  });

  it('is refused when the template lacks the dead-letter queue', () => {
    expect(() => createTestQueues(describeQueue('q', { redrive }))).toThrow(
      'the template has no queue with the ARN of its dead-letter queue',
    );
  });
});

describe('the queues', () => {
  it('are found by logical id, name, ARN and URL', () => {
    const { find } = createTestQueues(describeQueue('q', { logicalId: 'Q', name: 'the-q' }));
    const found = ['Q', 'the-q', 'arn:q', 'http://127.0.0.1:1/000000000000/the-q'].map(find);
    expect(new Set(found).size).toBe(1);
    expect(() => find('http://127.0.0.1:1/000000000000/other')).toThrow();
  });

  it('leave no timer behind', () => {
    const { find, timers, close } = createTestQueues(describeQueue('q'));
    find('q').send(message('1', 'a'));
    find('q').receive(1);
    expect(timers.size).toBe(1);
    close();
    expect(timers.size).toBe(0);
  });

  it('notify their listeners when a message may be visible', () => {
    const { find, advance } = createTestQueues(describeQueue('q'));
    const received: string[] = [];
    find('q').onVisible(() => received.push(bodies(find('q').receive(10))));
    find('q').send(message('1', 'a'));
    advance(30_000);
    find('q').expireVisibility();
    expect(received).toEqual(['1', '1', '1']);
  });
});
