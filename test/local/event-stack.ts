import { createServer } from 'node:http';
import { closeServer } from '../../lib/local/base/listen.ts';
import { listen } from '../support/listen.ts';
import { callSource, type SmallStack, smallTemplate, writeSmallStack } from './small-stack.ts';

const ref = (name: string) => ({ Ref: name });
const attributeOf = (id: string, name: string) => ({ 'Fn::GetAtt': [id, name] });
const streamArn = attributeOf('Ledger', 'StreamArn');

const lambda = (roleId: string, Variables: object) => ({
  Type: 'AWS::Lambda::Function',
  Properties: { Handler: 'index.handler', Role: attributeOf(roleId, 'Arn'), Environment: { Variables } },
  Metadata: { 'aws:asset:path': 'asset.worker' },
});

const role = (...statements: (readonly [resource: unknown, ...actions: string[]])[]) => ({
  Type: 'AWS::IAM::Role',
  Properties: {
    Policies: [
      {
        PolicyDocument: {
          Statement: statements.map(([Resource, ...Action]) => ({ Effect: 'Allow', Action, Resource })),
        },
      },
    ],
  },
});

const streamActions = ['GetRecords', 'GetShardIterator', 'DescribeStream', 'ListStreams'].map(
  (name) => `dynamodb:${name}`,
);
const queueActions = ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes'].map((name) => `sqs:${name}`);
const tableActions = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'].map((name) => `dynamodb:${name}`);

/**
 * The small stack with event sources: the Writer writes to the Ledger and to the Orders. The Follower gets the items of
 * kind `order`, the Auditor all items; the batches that the Auditor gives up are reported to Losses. The Packer gets the
 * Orders, which move to DeadOrders after two receptions. The Mailer gets the Mails and reports those that failed.
 */
export const eventTemplate = {
  ...smallTemplate,
  Resources: {
    ...smallTemplate.Resources,
    Ledger: {
      Type: 'AWS::DynamoDB::GlobalTable',
      Properties: {
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'S' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        BillingMode: 'PAY_PER_REQUEST',
        StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
        Replicas: [{ Region: ref('AWS::Region') }],
      },
    },
    Losses: { Type: 'AWS::SQS::Queue', Properties: { MessageRetentionPeriod: 1_209_600 } },
    DeadOrders: { Type: 'AWS::SQS::Queue', Properties: { FifoQueue: true } },
    Orders: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: 'the-orders.fifo',
        FifoQueue: true,
        ContentBasedDeduplication: true,
        VisibilityTimeout: 60,
        RedrivePolicy: { deadLetterTargetArn: attributeOf('DeadOrders', 'Arn'), maxReceiveCount: 2 },
      },
    },
    Mails: { Type: 'AWS::SQS::Queue', Properties: {} },
    WriterRole: role(
      [attributeOf('Ledger', 'Arn'), ...tableActions],
      [attributeOf('Orders', 'Arn'), 'sqs:SendMessage'],
      [attributeOf('Mails', 'Arn'), 'sqs:SendMessage'],
    ),
    Writer: lambda('WriterRole', { ORDERS_URL: ref('Orders'), MAILS_URL: attributeOf('Mails', 'QueueUrl') }),
    FollowerRole: role([streamArn, ...streamActions]),
    Follower: lambda('FollowerRole', {}),
    AuditorRole: role([streamArn, ...streamActions], [attributeOf('Losses', 'Arn'), 'sqs:SendMessage']),
    Auditor: lambda('AuditorRole', {}),
    PackerRole: role([attributeOf('Orders', 'Arn'), ...queueActions]),
    Packer: lambda('PackerRole', {}),
    MailerRole: role([attributeOf('Mails', 'Arn'), ...queueActions]),
    Mailer: lambda('MailerRole', {}),
    FollowerMapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: streamArn,
        FunctionName: ref('Follower'),
        StartingPosition: 'TRIM_HORIZON',
        BatchSize: 10,
        MaximumBatchingWindowInSeconds: 1,
        FilterCriteria: {
          Filters: [{ Pattern: '{"dynamodb":{"NewImage":{"kind":{"S":["order"]}}}}' }],
        },
      },
    },
    AuditorMapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: streamArn,
        FunctionName: attributeOf('Auditor', 'Arn'),
        StartingPosition: 'LATEST',
        MaximumRetryAttempts: 1,
        MaximumRecordAgeInSeconds: 3600,
        BisectBatchOnFunctionError: true,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        DestinationConfig: { OnFailure: { Destination: attributeOf('Losses', 'Arn') } },
      },
    },
    PackerMapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: { EventSourceArn: attributeOf('Orders', 'Arn'), FunctionName: ref('Packer') },
    },
    MailerMapping: {
      Type: 'AWS::Lambda::EventSourceMapping',
      Properties: {
        EventSourceArn: attributeOf('Mails', 'Arn'),
        FunctionName: ref('Mailer'),
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        FilterCriteria: { Filters: [{ Pattern: '{"body":{"to":[{"exists":true}]}}' }] },
        ScalingConfig: { MaximumConcurrency: 2 },
      },
    },
  },
};

/** One batch that a function was invoked with. */
export interface Invocation {
  readonly functionName: string;
  readonly requestId: string;
  readonly records: readonly SeenRecord[];
}

/** The fields of a record, from a stream or a queue, that the tests check. */
export interface SeenRecord {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly eventName: string;
  readonly dynamodb: {
    readonly Keys: { readonly pk: { readonly S: string }; readonly sk: { readonly S: string } };
    readonly SequenceNumber: string;
  };
}

/** What a function does: throw, or answer. */
export type Decision = { readonly error: string } | { readonly payload: unknown };

/** A server that every function asks what to do with its batch. */
export interface Decider {
  readonly url: string;
  readonly invocations: Invocation[];
  /** Decides from now on; by default every batch succeeds. */
  decide: (invocation: Invocation) => Decision;
  close(): Promise<void>;
}

/** The decision that a batch succeeds. */
export const success: Decision = { payload: null };

export async function startDecider(): Promise<Decider> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const invocation = JSON.parse(String(Buffer.concat(chunks))) as Invocation;
    decider.invocations.push(invocation);
    response.end(JSON.stringify(decider.decide(invocation)));
  });
  const port = await listen(server);
  const decider: Decider = {
    url: `http://127.0.0.1:${port}`,
    invocations: [],
    decide: () => success,
    close: () => closeServer(server),
  };
  return decider;
}

/** The bundle of all functions: the `do` of an event names what it does; with a batch it asks the decider. */
const bundleWith = (deciderUrl: string) => `
${callSource}
const invoke = async (name, type, body) => {
  const response = await fetch(process.env.AWS_ENDPOINT_URL_LAMBDA + '/2015-03-31/functions/' + name + '/invocations', {
    method: 'POST',
    headers: {
      'x-amz-invocation-type': type,
      authorization: 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID
        + '/20200101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=0',
    },
    body,
  });
  return { status: response.status, body: await response.text() };
};
const actions = {
  environment: () => process.env,
  dynamodb: ({ operation, input }) => call(process.env.AWS_ENDPOINT_URL_DYNAMODB, 'DynamoDB_20120810.' + operation, input),
  lambda: ({ name, type, payload }) => invoke(name, type, JSON.stringify(payload)),
  sqs: ({ operation, input }) => call(process.env.AWS_ENDPOINT_URL_SQS, 'AmazonSQS.' + operation, input),
};
export const handler = async (event, { awsRequestId: requestId }) => {
  if (event.do) return actions[event.do](event);
  const invocation = { functionName: process.env.AWS_LAMBDA_FUNCTION_NAME, requestId, records: event.Records };
  const response = await fetch('${deciderUrl}', { method: 'POST', body: JSON.stringify(invocation) });
  const decision = await response.json();
  if (decision.error) throw new Error(decision.error);
  return decision.payload;
};
`;

/** Writes the stack as a cloud assembly into a temporary folder. */
export const writeEventStack = (deciderUrl: string, template: object = eventTemplate): SmallStack =>
  writeSmallStack(bundleWith(deciderUrl), template);
