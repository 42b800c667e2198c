import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type SmallStack, smallTemplate, writeSmallStack } from './small-stack.ts';

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
 * The small stack with event sources: the Writer writes to the Ledger and to the Orders. The Follower hears of rows of
 * kind `order`, the Auditor of all rows, and what it fails with for good goes to Losses. The Packer takes the Orders,
 * which go to DeadOrders after two receptions; the Mailer takes the Mails one by one and says which it failed with.
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

/** One event that a function was given. */
export interface Hearing {
  readonly functionName: string;
  readonly records: readonly HeardRecord[];
}

/** What the tests look at of a record of either kind. */
export interface HeardRecord {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly eventName: string;
  readonly dynamodb: {
    readonly Keys: { readonly pk: { readonly S: string }; readonly sk: { readonly S: string } };
    readonly SequenceNumber: string;
  };
}

/** What a function is to do: to throw, or to answer. */
export type Verdict = { readonly error: string } | { readonly payload: unknown };

/** Hears each event of the functions and tells what becomes of it. */
export interface Judge {
  readonly url: string;
  readonly hearings: Hearing[];
  /** Decides from now on; without it every event goes well. */
  decide: (hearing: Hearing) => Verdict;
  close(): Promise<void>;
}

/** The verdict that an event goes well. */
export const well: Verdict = { payload: null };

export async function startJudge(): Promise<Judge> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const hearing = JSON.parse(String(Buffer.concat(chunks))) as Hearing;
    judge.hearings.push(hearing);
    response.end(JSON.stringify(judge.decide(hearing)));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const judge: Judge = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hearings: [],
    decide: () => well,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return judge;
}

/** The bundle of all functions: they do what the event's `do` says, or ask the judge. */
const bundleAsking = (judgeUrl: string) => `
const call = async (endpoint, target, body) => {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': target,
      'x-amz-date': '20200101T000000Z',
      authorization: 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID
        + '/20200101/us-east-1/x/aws4_request, SignedHeaders=host, Signature=0',
    },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
};
const deeds = {
  environment: () => process.env,
  dynamodb: ({ operation, input }) => call(process.env.AWS_ENDPOINT_URL_DYNAMODB, 'DynamoDB_20120810.' + operation, input),
  sqs: ({ operation, input }) => call(process.env.AWS_ENDPOINT_URL_SQS, 'AmazonSQS.' + operation, input),
};
export const handler = async (event) => {
  if (event.do) return deeds[event.do](event);
  const hearing = { functionName: process.env.AWS_LAMBDA_FUNCTION_NAME, records: event.Records };
  const response = await fetch('${judgeUrl}', { method: 'POST', body: JSON.stringify(hearing) });
  const verdict = await response.json();
  if (verdict.error) throw new Error(verdict.error);
  return verdict.payload;
};
`;

/** Writes the stack as a cloud assembly into a temporary folder. */
export const writeEventStack = (judgeUrl: string, template: object = eventTemplate): SmallStack =>
  writeSmallStack(bundleAsking(judgeUrl), template);
