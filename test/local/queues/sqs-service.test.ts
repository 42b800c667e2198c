import {
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createIam } from '../../../lib/local/iam/iam.ts';
import { createQueues, type Queues } from '../../../lib/local/queues/queues.ts';
import { createSqsService } from '../../../lib/local/queues/sqs-service.ts';
import { type ServiceEndpoint, startServiceEndpoint } from '../../../lib/local/services/service-endpoint.ts';
import { describeStack } from '../../../lib/local/template/stack-description.ts';
import { eventTemplate } from '../event-stack.ts';

const stack = describeStack(eventTemplate, 'Events', '/assets');
const iam = createIam(stack.functions);
const ids = { count: 0 };
const running: { endpoint?: ServiceEndpoint; queues?: Queues } = {};

const clientOf = (functionId: string): SQSClient =>
  new SQSClient({
    region: 'us-east-1',
    endpoint: running.endpoint?.url ?? '',
    credentials: { accessKeyId: functionId, secretAccessKey: 'local' },
  });
const urlOf = (name: string): string => `${running.endpoint?.url}/000000000000/${name}`;
const messagesOf = (name: string) => running.queues?.find(name)?.messages();

beforeAll(async () => {
  const randomId = (): string => `id-${ids.count++}`;
  const queues = createQueues({ queues: stack.queues, now: () => 0, randomId, after: () => () => {} });
  running.queues = queues;
  running.endpoint = await startServiceEndpoint({
    iam,
    services: { AmazonSQS: createSqsService(queues) },
    restServices: [],
  });
});
afterAll(() => running.endpoint?.close());

describe('the SDK, as a function with the grant', () => {
  const writer: { client: SQSClient } = { client: clientOf('Writer') };
  beforeEach(() => {
    writer.client = clientOf('Writer');
  });

  it('sends a message to a FIFO queue', async () => {
    const answer = await writer.client.send(
      new SendMessageCommand({
        QueueUrl: urlOf('the-orders.fifo'),
        MessageBody: 'grüße',
        MessageGroupId: 'order-1',
        MessageDeduplicationId: 'once',
        MessageAttributes: { kind: { DataType: 'String', StringValue: 'greeting' } },
      }),
    );
    expect(answer).toMatchObject({
      MessageId: expect.stringMatching(/^id-/),
      MD5OfMessageBody: 'fee40dc24d0ad6a90c608052aa4e9e66',
      SequenceNumber: expect.stringMatching(/^\d{20}$/),
    });
    expect(messagesOf('Orders')).toEqual([
      {
        messageId: answer.MessageId,
        body: 'grüße',
        groupId: 'order-1',
        deduplicationId: 'once',
        attributes: { kind: { DataType: 'String', StringValue: 'greeting' } },
        receiveCount: 0,
        inFlight: false,
      },
    ]);
  });

  it('sends a batch, in which single messages may fail', async () => {
    const Entries = [
      { Id: 'a', MessageBody: 'first', MessageGroupId: 'order-2' },
      { Id: 'b', MessageBody: 'lost' },
      { Id: 'c', MessageBody: 'second', MessageGroupId: 'order-2' },
    ];
    const answer = await writer.client.send(
      new SendMessageBatchCommand({ QueueUrl: urlOf('the-orders.fifo'), Entries }),
    );
    expect(answer.Successful?.map(({ Id }) => Id)).toEqual(['a', 'c']);
    expect(answer.Failed).toEqual([
      {
        Id: 'b',
        Code: 'MissingParameter',
        SenderFault: true,
        Message: 'The request must contain the parameter MessageGroupId.',
      },
    ]);
    const sent = messagesOf('Orders')?.filter(({ groupId }) => groupId === 'order-2');
    expect(sent?.map(({ body }) => body)).toEqual(['first', 'second']);
  });

  const entries = (count: number, entry: Partial<SendMessageBatchRequestEntry>): SendMessageBatchRequestEntry[] =>
    Array.from({ length: count }, (_, index) => ({ Id: `${index}`, MessageBody: 'x', ...entry }));

  it.each([
    ['EmptyBatchRequest', entries(0, {})],
    ['TooManyEntriesInBatchRequest', entries(11, {})],
    ['BatchEntryIdsNotDistinct', entries(2, { Id: 'same' })],
    ['BatchRequestTooLong', entries(2, { MessageBody: 'x'.repeat(600_000) })],
  ])('gets %s for an invalid batch', async (name, Entries) => {
    const refusal = writer.client.send(new SendMessageBatchCommand({ QueueUrl: urlOf('Mails'), Entries }));
    await expect(refusal).rejects.toMatchObject({ name });
    expect(messagesOf('Mails')).toEqual([]);
  });

  it('gets the error of AWS for a queue that does not exist', async () => {
    const refusal = writer.client.send(new SendMessageCommand({ QueueUrl: urlOf('none'), MessageBody: 'x' }));
    await expect(refusal).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
      Code: 'AWS.SimpleQueueService.NonExistentQueue',
      message: 'The specified queue does not exist.',
    });
  });

  it('uses its grant on the queue', async () => {
    await writer.client.send(new SendMessageCommand({ QueueUrl: urlOf('Mails'), MessageBody: 'x' }));
    const used = iam.usedGrants().filter(({ functionId }) => functionId === 'Writer');
    expect(used.map(({ action, resource }) => [action, resource])).toContainEqual([
      'sqs:SendMessage',
      'arn:aws:sqs:us-east-1:000000000000:Mails',
    ]);
  });
});

it('the SDK, as a function without the grant, gets AccessDenied', async () => {
  const refusal = clientOf('Mailer').send(new SendMessageCommand({ QueueUrl: urlOf('Mails'), MessageBody: 'mine' }));
  await expect(refusal).rejects.toMatchObject({ name: 'AccessDeniedException' });
  expect(messagesOf('Mails')?.filter(({ body }) => body === 'mine')).toEqual([]);
});
