import type { LocalQueue } from '../template/local-queue.ts';
import type { OutgoingMessage } from './message.ts';

/** An error of SQS: its name in the JSON protocol, and the older code that the SDKs still expose. */
export class SqsFault extends Error {
  readonly code: string;

  constructor(name: string, code: string, message: string) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

/** The limit of one request. */
export const maxRequestBytes = 1024 * 1024;

const missing = (parameter: string): SqsFault =>
  new SqsFault(
    'MissingRequiredParameterException',
    'MissingParameter',
    `The request must contain the parameter ${parameter}.`,
  );

const invalid = (reason: string): SqsFault =>
  new SqsFault('InvalidParameterValueException', 'InvalidParameterValue', reason);

/** Throws when SQS would refuse the message. */
export function checkMessage(message: OutgoingMessage, queue: LocalQueue): void {
  const { body, groupId, deduplicationId, delayMs } = message;
  if (body === '') throw missing('MessageBody');
  if (Buffer.byteLength(body) > maxRequestBytes) {
    throw invalid(`One or more parameters are invalid. Reason: Message must be shorter than ${maxRequestBytes} bytes.`);
  }
  if (!queue.fifo) {
    if (deduplicationId === undefined) return;
    throw invalid('MessageDeduplicationId is not valid for this queue type.');
  }
  if (groupId === undefined) throw missing('MessageGroupId');
  if (deduplicationId === undefined && !queue.contentBasedDeduplication) {
    throw invalid(
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }
  if (delayMs !== undefined) throw invalid('DelaySeconds is not valid for this queue type.');
}
