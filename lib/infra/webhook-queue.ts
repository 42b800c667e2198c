import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnEventSourceMapping, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';
import { LimitAlarm } from './limit-alarm.ts';

const LATE_SEC = 300;

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
    new LimitAlarm(this, 'Late', {
      metric: this.queue.metricApproximateAgeOfOldestMessage({ period: Duration.minutes(1), statistic: Stats.MAXIMUM }),
      ...{ limit: LATE_SEC, periods: 3 },
      meaning: 'The webhook has not accepted an event for five minutes; after an hour it is lost',
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
