import { describe, expect, it } from 'vitest';
import { success } from '../event-stack.ts';
import { bodyOf, failure, useEventStack } from '../use-event-stack.ts';

describe('the event sources of queues', () => {
  const { stack, batchesOf, decide, succeed, order, queued } = useEventStack('dynoxide');

  it('invoke a function with the messages of its queue, in order within each group', async () => {
    const input = (MessageBody: string, MessageGroupId: string) => ({
      do: 'sqs',
      operation: 'SendMessage',
      input: { QueueUrl: '', MessageBody, MessageGroupId },
    });
    const environment = await stack().invoke('Writer', { do: 'environment' });
    const { ORDERS_URL, AWS_ENDPOINT_URL_SQS } = (environment.ok ? environment.payload : {}) as Record<string, string>;
    expect(ORDERS_URL).toBe(`${AWS_ENDPOINT_URL_SQS}/000000000000/the-orders.fifo`);
    for (const body of ['1', '2', '3']) {
      const event = input(body, 'group');
      const result = await stack().invoke('Writer', { ...event, input: { ...event.input, QueueUrl: ORDERS_URL } });
      expect(result).toMatchObject({ payload: { status: 200 } });
    }
    await stack().testing.drain();
    const records = batchesOf('Packer').flat();
    expect(records.map(bodyOf)).toEqual(['1', '2', '3']);
    expect(records[0]).toEqual({
      messageId: expect.any(String),
      receiptHandle: expect.any(String),
      body: '1',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: '1700000000000',
        SenderId: 'Writer',
        ApproximateFirstReceiveTimestamp: '1700000000000',
        SequenceNumber: expect.stringMatching(/^\d+$/),
        MessageGroupId: 'group',
        MessageDeduplicationId: expect.any(String),
      },
      messageAttributes: {},
      md5OfBody: 'c4ca4238a0b923820dcc509a6f75849b',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:the-orders.fifo',
      awsRegion: 'us-east-1',
    });
    expect(queued('Orders')).toEqual([]);
  });

  it('leave a failed message in flight, and its group waiting, until it moves to the dead-letter queue', async () => {
    decide('Packer', (records) => (records.some(({ body }) => body === 'bad') ? failure : success));
    const messageId = order('bad', 'stuck');
    await stack().testing.drain();
    order('behind', 'stuck');
    order('beside', 'free');
    await stack().testing.drain();
    expect(batchesOf('Packer').map((records) => records.map(bodyOf))).toEqual([['bad'], ['beside']]);
    expect(queued('Orders').map(({ body, inFlight, receiveCount }) => [body, inFlight, receiveCount])).toEqual([
      ['bad', true, 1],
      ['behind', false, 0],
    ]);
    stack().testing.queue('Orders').expireVisibility();
    await stack().testing.drain();
    stack().testing.queue('the-orders.fifo').expireVisibility();
    await stack().testing.drain();
    const dead = { messageId, body: 'bad', groupId: 'stuck', receiveCount: 2 };
    expect(queued('DeadOrders')).toEqual([expect.objectContaining(dead)]);
  });

  it.each(['before', 'after'] as const)('retry a message when the function crashes %s its handler', async (when) => {
    stack().testing.crash('Packer', when);
    order(`crash ${when}`, 'crash');
    await stack().testing.drain();
    expect(queued('Orders')).toEqual([expect.objectContaining({ body: `crash ${when}`, inFlight: true })]);
    stack().testing.queue('Orders').expireVisibility();
    await stack().testing.drain();
    expect(batchesOf('Packer').flat().map(bodyOf)).toEqual(
      Array.from({ length: when === 'before' ? 1 : 2 }, () => `crash ${when}`),
    );
    expect(queued('Orders')).toEqual([]);
  });

  it('keep only the messages that the function reports as failed', async () => {
    const mails = stack().testing.queue('Mails');
    decide('Mailer', () => failure);
    for (const to of ['ann', 'bob']) mails.send({ body: JSON.stringify({ to }) });
    await stack().testing.drain();
    expect(mails.messages().map(({ inFlight }) => inFlight)).toEqual([true, true]);
    decide('Mailer', (records) => {
      const failed = records.filter(({ body }) => body.includes('bob'));
      return { payload: { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) } };
    });
    mails.expireVisibility();
    await stack().testing.drain();
    expect(batchesOf('Mailer').at(-1)?.map(bodyOf)).toEqual(['{"to":"ann"}', '{"to":"bob"}']);
    expect(mails.messages()).toEqual([expect.objectContaining({ body: '{"to":"bob"}', inFlight: true })]);
    succeed();
    mails.expireVisibility();
    await stack().testing.drain();
    expect(mails.messages()).toEqual([]);
  });

  it('delete the messages that no filter matches', async () => {
    const mails = stack().testing.queue('Mails');
    for (const body of ['{"from":"x"}', 'no JSON', '{"to":"y"}']) mails.send({ body });
    await stack().testing.drain();
    expect(batchesOf('Mailer').flat().map(bodyOf)).toEqual(['{"to":"y"}']);
    expect(mails.messages()).toEqual([]);
  });
});
