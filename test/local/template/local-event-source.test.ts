import { describe, expect, it } from 'vitest';
import { describeWith, ordersArn, stack, streamArn } from './described-event-stack.ts';

describe('the description of event source mappings', () => {
  it('contains those of streams, with the defaults of AWS', () => {
    const [follower, auditor] = stack.eventSources;
    expect(follower).toEqual({
      kind: 'stream',
      logicalId: 'FollowerMapping',
      functionId: 'Follower',
      arn: streamArn,
      tableId: 'Ledger',
      batchSize: 10,
      windowMs: 1000,
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
      windowMs: 0,
      filters: [],
      reportsItemFailures: true,
      maxRetries: 1,
      maxRecordAgeMs: 3_600_000,
      bisects: true,
      onFailureArn: 'arn:aws:sqs:us-east-1:000000000000:Losses',
    });
  });

  it('contains those of queues', () => {
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

  it('omits a disabled one', () => {
    const { eventSources } = describeWith('PackerMapping', { Enabled: false });
    expect(eventSources.map(({ functionId }) => functionId)).toEqual(['Follower', 'Auditor', 'Mailer']);
  });

  it.each([
    ['AuditorMapping', { TumblingWindowInSeconds: 5 }, 'the local stack does not support TumblingWindowInSeconds'],
    ['AuditorMapping', { FunctionName: 'Nobody' }, 'the template has no function Nobody'],
    ['AuditorMapping', { EventSourceArn: 'arn:x' }, 'the template has no stream and no queue arn:x'],
    [
      'AuditorMapping',
      { DestinationConfig: { OnFailure: { Destination: ordersArn } } },
      `the template has no standard queue ${ordersArn}`,
    ],
    [
      'AuditorMapping',
      { FilterCriteria: { Filters: [{ Pattern: '{"eventName":[{"suffix":"T"}]}' }] } },
      'the local stack does not support {"suffix":"T"} in a filter pattern',
    ],
  ])('refuses %s with %j', (id, properties, why) => {
    expect(() => describeWith(id, properties)).toThrow(`unable to run the event source mapping ${id}; ${why}`);
  });

  it('refuses a queue whose messages become visible before the function times out', () => {
    expect(() => describeWith('Packer', { Timeout: 61 })).toThrow(
      "unable to run the event source mapping PackerMapping; the queue's visibility timeout is shorter",
    );
  });
});
