import { describe, expect, it } from 'vitest';
import { createResolver } from '../../../lib/local/template/resolver.ts';
import { describeStack } from '../../../lib/local/template/stack-description.ts';
import { eventTemplate } from '../event-stack.ts';

const stack = describeStack(eventTemplate, 'Events', '/assets');
const streamArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/Ledger/stream/2020-01-01T00:00:00.000';
const ordersArn = 'arn:aws:sqs:us-east-1:000000000000:the-orders.fifo';

type Resources = Record<string, { Type: string; Properties: Record<string, unknown> }>;

/** The stack with other properties of one resource. */
const describeWith = (id: string, properties: object) => {
  const resources: Resources = structuredClone(eventTemplate.Resources) as unknown as Resources;
  Object.assign(resources[id]?.Properties ?? {}, properties);
  return describeStack({ ...eventTemplate, Resources: resources }, 'Events', '/assets');
};

describe('the description of queues', () => {
  it('has what AWS::SQS::Queue says, and its defaults', () => {
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

describe('the description of a table with a stream', () => {
  const ledger = stack.tables.find(({ logicalId }) => logicalId === 'Ledger');

  it('knows what the stream shows, and has the emulator keep both images', () => {
    expect(ledger?.stream).toEqual({ arn: streamArn, viewType: 'NEW_IMAGE' });
    expect(ledger?.create).toMatchObject({
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
    expect(stack.tables.find(({ logicalId }) => logicalId === 'Table')?.stream).toBeUndefined();
  });
});

describe('the description of event source mappings', () => {
  it('has those over streams, with the defaults of AWS', () => {
    const [follower, auditor] = stack.eventSources;
    expect(follower).toEqual({
      kind: 'stream',
      logicalId: 'FollowerMapping',
      functionId: 'Follower',
      arn: streamArn,
      tableId: 'Ledger',
      batchSize: 10,
      filters: [expect.any(Function)],
      reportsItemFailures: false,
      maxRetries: Number.POSITIVE_INFINITY,
      maxRecordAgeMs: 86_400_000,
      bisects: false,
      onFailureArn: undefined,
    });
    expect(auditor).toMatchObject({
      functionId: 'Auditor',
      batchSize: 100,
      filters: [],
      reportsItemFailures: true,
      maxRetries: 1,
      maxRecordAgeMs: 3_600_000,
      bisects: true,
      onFailureArn: 'arn:aws:sqs:us-east-1:000000000000:Losses',
    });
  });

  it('has those over queues', () => {
    const [, , packer, mailer] = stack.eventSources;
    expect(packer).toEqual({
      kind: 'queue',
      logicalId: 'PackerMapping',
      functionId: 'Packer',
      arn: ordersArn,
      queueId: 'Orders',
      batchSize: 10,
      filters: [],
      reportsItemFailures: false,
      maxConcurrency: 5,
    });
    expect(mailer).toMatchObject({ reportsItemFailures: true, maxConcurrency: 2 });
  });

  it('leaves out one that is not enabled', () => {
    const { eventSources } = describeWith('PackerMapping', { Enabled: false });
    expect(eventSources.map(({ functionId }) => functionId)).toEqual(['Follower', 'Auditor', 'Mailer']);
  });

  it.each([
    ['AuditorMapping', { TumblingWindowInSeconds: 5 }, 'TumblingWindowInSeconds is not known here'],
    ['AuditorMapping', { FunctionName: 'Nobody' }, 'Nobody is no function of the template'],
    ['AuditorMapping', { EventSourceArn: 'arn:x' }, 'arn:x is no stream and no queue of the template'],
    [
      'AuditorMapping',
      { DestinationConfig: { OnFailure: { Destination: ordersArn } } },
      `${ordersArn} is no standard queue of the template`,
    ],
    [
      'AuditorMapping',
      { FilterCriteria: { Filters: [{ Pattern: '{"eventName":[{"suffix":"T"}]}' }] } },
      'the filter pattern has {"suffix":"T"}, which is not known here',
    ],
  ])('refuses %s with %j', (id, properties, why) => {
    expect(() => describeWith(id, properties)).toThrow(`unable to run the event source mapping ${id}; ${why}`);
  });

  it('refuses a queue whose messages come back before the function has to end', () => {
    expect(() => describeWith('Packer', { Timeout: 61 })).toThrow(
      "unable to run the event source mapping PackerMapping; the queue's visibility timeout is shorter",
    );
  });
});
