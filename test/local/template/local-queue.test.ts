import { describe, expect, it } from 'vitest';
import { createResolver } from '../../../lib/local/template/resolver.ts';
import { eventTemplate } from '../event-stack.ts';
import { describeWith, ordersArn, stack, streamArn } from './described-event-stack.ts';

describe('the description of queues', () => {
  it('contains the properties of AWS::SQS::Queue and their defaults', () => {
    const [losses, deadOrders, orders] = stack.queues;
    expect(losses).toEqual({
      logicalId: 'Losses',
      name: 'Losses',
      arn: 'arn:aws:sqs:us-east-1:000000000000:Losses',
      fifo: false,
      contentBasedDeduplication: false,
      deduplicationScope: 'queue',
      visibilityMs: 30_000,
      delayMs: 0,
      retentionMs: 1_209_600_000,
      redrive: undefined,
    });
    expect(deadOrders).toMatchObject({ name: 'DeadOrders.fifo', fifo: true, retentionMs: 345_600_000 });
    expect(orders).toMatchObject({
      name: 'the-orders.fifo',
      arn: ordersArn,
      contentBasedDeduplication: true,
      visibilityMs: 60_000,
      redrive: { queueArn: 'arn:aws:sqs:us-east-1:000000000000:DeadOrders.fifo', maxReceiveCount: 2 },
    });
  });

  it('refuses a dead-letter queue of the other type', () => {
    const wrong = { deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:Losses', maxReceiveCount: 1 };
    expect(() => describeWith('Orders', { RedrivePolicy: wrong })).toThrow('unable to make the queue Orders');
  });

  it.each([
    [{ Ref: 'Orders' }, 'https://sqs.us-east-1.amazonaws.com/000000000000/the-orders.fifo'],
    [{ 'Fn::GetAtt': ['Mails', 'QueueUrl'] }, 'https://sqs.us-east-1.amazonaws.com/000000000000/Mails'],
    [{ 'Fn::GetAtt': ['DeadOrders', 'QueueName'] }, 'DeadOrders.fifo'],
    [{ 'Fn::GetAtt': ['Orders', 'Arn'] }, ordersArn],
    [{ 'Fn::GetAtt': ['Ledger', 'StreamArn'] }, streamArn],
  ])('resolves %j', (value, expected) => {
    expect(createResolver(eventTemplate, 'Events').resolve(value)).toBe(expected);
  });
});
