import { jsonAnswer, type Service, type ServiceAnswer, type ServiceCall } from '../services/service.ts';
import { maxRequestBytes, SqsFault } from './check-message.ts';
import type { MessageAttribute, OutgoingMessage } from './message.ts';
import type { Queue } from './queue.ts';
import type { Queues } from './queues.ts';

/** A message of SendMessage, or an entry of SendMessageBatch. */
interface SendInput {
  readonly Id?: string;
  readonly MessageBody?: string;
  readonly MessageGroupId?: string;
  readonly MessageDeduplicationId?: string;
  readonly DelaySeconds?: number;
  readonly MessageAttributes?: Record<string, MessageAttribute>;
}

const maxEntries = 10;

const toMessage = (input: SendInput, senderId: string): OutgoingMessage => ({
  body: input.MessageBody ?? '',
  groupId: input.MessageGroupId,
  deduplicationId: input.MessageDeduplicationId,
  delayMs: input.DelaySeconds === undefined ? undefined : input.DelaySeconds * 1000,
  attributes: input.MessageAttributes ?? {},
  senderId,
});

function send(queue: Queue, input: SendInput, senderId: string) {
  const { messageId, md5OfBody, sequenceNumber } = queue.send(toMessage(input, senderId));
  return { MessageId: messageId, MD5OfMessageBody: md5OfBody, SequenceNumber: sequenceNumber };
}

const serviceFault = (name: string, message: string): SqsFault =>
  new SqsFault(name, `AWS.SimpleQueueService.${name}`, message);

function checkBatch(entries: readonly SendInput[]): void {
  if (entries.length === 0)
    throw serviceFault('EmptyBatchRequest', 'There should be at least one entry in the request.');
  if (entries.length > maxEntries) {
    throw serviceFault('TooManyEntriesInBatchRequest', `Maximum number of entries per request are ${maxEntries}.`);
  }
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) {
    throw serviceFault('BatchEntryIdsNotDistinct', 'Two or more batch entries in the request have the same Id.');
  }
  const bytes = entries.reduce((sum, { MessageBody = '' }) => sum + Buffer.byteLength(MessageBody), 0);
  if (bytes > maxRequestBytes) {
    throw serviceFault('BatchRequestTooLong', `Batch requests cannot be longer than ${maxRequestBytes} bytes.`);
  }
}

function sendBatch(queue: Queue, entries: readonly SendInput[], senderId: string) {
  checkBatch(entries);
  const Successful: object[] = [];
  const Failed: object[] = [];
  for (const entry of entries) {
    try {
      Successful.push({ Id: entry.Id, ...send(queue, entry, senderId) });
    } catch (error) {
      if (!(error instanceof SqsFault)) throw error;
      Failed.push({ Id: entry.Id, Code: error.code, Message: error.message, SenderFault: true });
    }
  }
  return { Successful, Failed };
}

function perform({ operation, input, signer }: ServiceCall, queue: Queue | undefined): unknown {
  if (queue === undefined) {
    const code = 'AWS.SimpleQueueService.NonExistentQueue';
    throw new SqsFault('QueueDoesNotExist', code, 'The specified queue does not exist.');
  }
  if (operation === 'SendMessage') return send(queue, input, signer);
  if (operation === 'SendMessageBatch') return sendBatch(queue, (input.Entries ?? []) as SendInput[], signer);
  throw serviceFault('UnsupportedOperation', `The local stack does not support ${operation}.`);
}

function answer(call: ServiceCall, queue: Queue | undefined): ServiceAnswer {
  try {
    return jsonAnswer(200, perform(call, queue), {});
  } catch (error) {
    if (!(error instanceof SqsFault)) throw error;
    const body = { __type: `com.amazonaws.sqs#${error.name}`, message: error.message };
    return jsonAnswer(400, body, { 'x-amzn-query-error': `${error.code};Sender` });
  }
}

/** Serves SQS's SendMessage and SendMessageBatch. */
export function createSqsService(queues: Queues): Service {
  const queueOf = ({ input }: ServiceCall): Queue | undefined => queues.find(String(input.QueueUrl));
  return {
    requiredGrants: (call) => {
      const queue = queueOf(call);
      // SQS reports a missing queue before it checks permissions.
      if (queue === undefined) return [];
      // The grant for an operation covers its batch form.
      return [{ action: `sqs:${call.operation.replace(/Batch$/, '')}`, resource: queue.description.arn }];
    },
    answer: (call) => answer(call, queueOf(call)),
  };
}
