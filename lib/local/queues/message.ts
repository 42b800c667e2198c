/** A message attribute in SQS's JSON; binary values are in base64. */
export interface MessageAttribute {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: string;
}

/** A message to send. */
export interface OutgoingMessage {
  readonly body: string;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  /** How long it stays invisible; without it the delay of the queue applies. */
  readonly delayMs?: number | undefined;
  readonly attributes?: Readonly<Record<string, MessageAttribute>> | undefined;
  readonly senderId: string;
}

/** The answer to the sender; only FIFO queues assign a sequence number. */
export interface SentMessage {
  readonly messageId: string;
  readonly md5OfBody: string;
  readonly sequenceNumber: string | undefined;
}

/** A message as a consumer receives it. */
export interface ReceivedMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly md5OfBody: string;
  /** SQS's own attributes, such as ApproximateReceiveCount. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, MessageAttribute>>;
}

/** A message in the queue, as tests see it. */
export interface QueueMessage {
  readonly messageId: string;
  readonly body: string;
  readonly groupId: string | undefined;
  readonly deduplicationId: string | undefined;
  readonly attributes: Readonly<Record<string, MessageAttribute>>;
  /** Includes the receptions from the queue that moved it here. */
  readonly receiveCount: number;
  /** Received, and neither deleted nor visible again. */
  readonly inFlight: boolean;
}
