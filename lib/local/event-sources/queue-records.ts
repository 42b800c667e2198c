import { account } from '../base/account.ts';
import type { MessageAttribute, ReceivedMessage } from '../queues/message.ts';

/** A message as a function gets it. */
export interface SqsRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, unknown>>;
  readonly md5OfBody: string;
  readonly eventSource: 'aws:sqs';
  readonly eventSourceARN: string;
  readonly awsRegion: string;
}

const toAttribute = ({ DataType, StringValue, BinaryValue }: MessageAttribute) => ({
  ...(StringValue === undefined ? {} : { stringValue: StringValue }),
  ...(BinaryValue === undefined ? {} : { binaryValue: BinaryValue }),
  stringListValues: [],
  binaryListValues: [],
  dataType: DataType,
});

/** The record of a received message. */
export function toSqsRecord(message: ReceivedMessage, queueArn: string): SqsRecord {
  const { messageId, receiptHandle, body, attributes, md5OfBody } = message;
  const messageAttributes = Object.fromEntries(
    Object.entries(message.messageAttributes).map(([name, value]) => [name, toAttribute(value)]),
  );
  const source = { eventSource: 'aws:sqs', eventSourceARN: queueArn, awsRegion: account.region } as const;
  return { messageId, receiptHandle, body, attributes, messageAttributes, md5OfBody, ...source };
}

/** The record as a filter sees it: a body that is a JSON object as its fields, any other body as text. */
export function toFiltered(record: SqsRecord): unknown {
  try {
    const body: unknown = JSON.parse(record.body);
    return typeof body === 'object' && body !== null ? { ...record, body } : record;
  } catch {
    return record;
  }
}
