import { Match } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import type { DeploymentSettings } from '../../lib/domain/settings.ts';
import type { Change, MemberEvent } from '../../lib/store/changes.ts';
import { names, one, refer, statements, synthesizeTemplate, variables } from './stack-template.ts';

const webhookUrl = 'https://app.example.com/events';
const full = synthesizeTemplate({ webhookUrl });
const bare = synthesizeTemplate();
const mappingType = 'AWS::Lambda::EventSourceMapping';
const queueType = 'AWS::SQS::Queue';
const days = (amount: number) => amount * 24 * 60 * 60;

describe('the stream of changes', () => {
  // Every event of a row: a new one in the store does not compile until it is here.
  const values: Readonly<Record<MemberEvent | Exclude<Change['kind'], 'joined' | 'ended'>, true>> = {
    joined: true,
    left: true,
    offline: true,
    blocked: true,
    'room-created': true,
    'room-destroyed': true,
    broadcast: true,
    erasure: true,
    presence: true,
  };
  const everything = Object.keys(values);

  it.each<[Partial<DeploymentSettings>, string[]]>([
    [{}, everything.filter((value) => value !== 'joined')],
    [{ notifyMemberChanges: true }, everything],
    [{ webhookUrl }, everything],
    [{ webhookUrl, notifyMemberChanges: true }, everything],
  ])('under %j runs the Lambda for the events %j and for memberships that end with their row', (settings, expected) => {
    const { Properties } = one(synthesizeTemplate(settings), mappingType, 'ChangeStreamMapping');
    const { Filters } = Properties.FilterCriteria as { Filters: { Pattern: string }[] };
    const [written, ...others] = Filters.map(({ Pattern }) => JSON.parse(Pattern));
    expect(written).toEqual({ dynamodb: { NewImage: { event: { S: expect.any(Array) } } } });
    expect(new Set(written.dynamodb.NewImage.event.S)).toEqual(new Set(expected));
    expect(others).toEqual([
      { eventName: ['REMOVE'], dynamodb: { OldImage: { membershipId: { S: [{ exists: true }] } } } },
    ]);
  });

  it('is read from the start, in order, without delay, and keeps which records were given up', () => {
    expect(one(full, mappingType, 'ChangeStreamMapping').Properties).toEqual({
      EventSourceArn: refer('RoomsTable', 'StreamArn'),
      FunctionName: refer('ChangesFunction'),
      FilterCriteria: expect.anything(),
      StartingPosition: 'TRIM_HORIZON',
      BatchSize: 100,
      ParallelizationFactor: 1,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 100,
      DestinationConfig: { OnFailure: { Destination: refer('ChangeStreamLostChanges', 'Arn') } },
    });
    expect(one(full, 'AWS::Lambda::Function', 'ChangesFunction').Properties.Timeout).toBe(60);
  });
});

describe('the webhook', () => {
  it('has a queue in order, and one for what it does not accept within an hour', () => {
    const { Timeout: timeout } = one(full, 'AWS::Lambda::Function', 'WebhookFunction').Properties;
    expect(timeout).toBe(20);
    expect(one(full, queueType, 'EventsWebhook').Properties).toEqual({
      FifoQueue: true,
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: days(4),
      VisibilityTimeout: 6 * Number(timeout),
      RedrivePolicy: { deadLetterTargetArn: refer('EventsLostEvents', 'Arn'), maxReceiveCount: 30 },
    });
  });

  it('is fed by its queue, event by event', () => {
    expect(one(full, mappingType, 'EventsMapping').Properties).toEqual({
      EventSourceArn: refer('EventsWebhook', 'Arn'),
      FunctionName: refer('WebhookFunction'),
      BatchSize: 10,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
  });

  it('leaves nothing behind where no address is set', () => {
    expect(names(bare, queueType)).toEqual(['ChangeStreamLostChanges', 'SweepScheduleLostRuns']);
    expect(names(bare, mappingType)).toEqual(['ChangeStreamMapping', 'DeliveriesLeases']);
    bare.resourceCountIs('AWS::Lambda::Function', 9);
    expect(Object.keys(variables(bare, 'Changes'))).not.toContain('WEBHOOK_QUEUE_URL');
    const sends = statements(bare, 'Changes').filter(({ Action }) => Action === 'sqs:SendMessage');
    expect(sends.map(({ Resource }) => Resource)).toEqual([refer('ChangeStreamLostChanges', 'Arn')]);
    expect(Object.keys(bare.findOutputs('*'))).not.toContain('LostEventsQueueUrl');
  });
});

describe('the dead-letter queues', () => {
  const deadLetterQueues = ['ChangeStreamLostChanges', 'EventsLostEvents', 'SweepScheduleLostRuns'];

  it('are all the queues but one', () => {
    expect(new Set(names(full, queueType))).toEqual(new Set([...deadLetterQueues, 'EventsWebhook']));
  });

  it.each(deadLetterQueues)('%s keeps for 14 days, encrypted, and raises an alarm at the first message', (name) => {
    expect(one(full, queueType, name).Properties).toEqual({
      ...(name === 'EventsLostEvents' && { FifoQueue: true }),
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: days(14),
    });
    expect(one(full, 'AWS::CloudWatch::Alarm', `${name}Alarm`).Properties).toMatchObject({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Dimensions: [{ Name: 'QueueName', Value: refer(name, 'QueueName') }],
      Statistic: 'Maximum',
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      Threshold: 1,
      EvaluationPeriods: 1,
      TreatMissingData: 'notBreaching',
    });
  });

  it('like every queue refuse calls without TLS', () => {
    const policies = Object.values(full.findResources('AWS::SQS::QueuePolicy'));
    expect(policies).toHaveLength(names(full, queueType).length);
    full.allResourcesProperties('AWS::SQS::QueuePolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Effect: 'Deny',
            Action: 'sqs:*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        ]),
      },
    });
  });
});
