import { Duration } from 'aws-cdk-lib';
import { CfnEventSourceMapping, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';

/** The events that wait to be posted to the webhook, in order. */
export class WebhookQueue extends Construct {
  readonly queue: Queue;
  /** The events that the webhook did not accept. */
  readonly lostEvents: DeadLetterQueue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.lostEvents = new DeadLetterQueue(this, 'LostEvents', { fifo: true });
    this.queue = new Queue(this, 'Webhook', {
      fifo: true,
      enforceSSL: true,
      encryption: QueueEncryption.SQS_MANAGED,
      // Six times the timeout of the Lambda, as AWS recommends.
      visibilityTimeout: Duration.seconds(120),
      retentionPeriod: Duration.days(4),
      // Each attempt takes the visibility timeout, so about an hour; the later events of the room wait for it.
      deadLetterQueue: { queue: this.lostEvents, maxReceiveCount: 30 },
    });
  }

  /** Runs this Lambda on the queue. Its role must be able to read it. */
  feed(webhook: IFunction): void {
    new CfnEventSourceMapping(this, 'Mapping', {
      functionName: webhook.functionName,
      eventSourceArn: this.queue.queueArn,
      batchSize: 10,
      functionResponseTypes: ['ReportBatchItemFailures'],
    });
  }
}
