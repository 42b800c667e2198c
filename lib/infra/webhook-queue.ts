import { Duration } from 'aws-cdk-lib';
import { CfnEventSourceMapping, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';

/** The events that wait for the webhook, in order. */
export class WebhookQueue extends Construct {
  readonly queue: Queue;
  /** The events that the webhook did not take. */
  readonly lostEvents: DeadLetterQueue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.lostEvents = new DeadLetterQueue(this, 'LostEvents', { fifo: true });
    this.queue = new Queue(this, 'Webhook', {
      fifo: true,
      enforceSSL: true,
      encryption: QueueEncryption.SQS_MANAGED,
      // Six times the timeout of the Lambda, as Lambda asks.
      visibilityTimeout: Duration.seconds(120),
      retentionPeriod: Duration.days(4),
      // Each time takes the visibility timeout, so this is about an hour; until then the later events of the room wait.
      deadLetterQueue: { queue: this.lostEvents, maxReceiveCount: 30 },
    });
  }

  /** Lets the Lambda post what is in the queue; its role must be able to read it. */
  feed(webhook: IFunction): void {
    new CfnEventSourceMapping(this, 'Mapping', {
      functionName: webhook.functionName,
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      functionResponseTypes: ['ReportBatchItemFailures'],
    });
  }
}
