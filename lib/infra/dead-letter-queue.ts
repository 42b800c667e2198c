import { Duration, Validations } from 'aws-cdk-lib';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { LimitAlarm } from './limit-alarm.ts';

/** Keeps what was given up for 14 days, for the operator, and has an alarm that is raised while it is not empty. */
export class DeadLetterQueue extends Queue {
  constructor(scope: Construct, id: string, props: { readonly fifo?: true } = {}) {
    super(scope, id, {
      ...props,
      enforceSSL: true,
      encryption: QueueEncryption.SQS_MANAGED,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'This is itself a dead-letter queue; the check only recognizes those of other queues.',
    });
    new LimitAlarm(this, 'Alarm', {
      ...{ metric: this.metricApproximateNumberOfMessagesVisible(), limit: 1, periods: 1 },
      meaning: `Something was given up and is in the queue ${id}`,
    });
  }
}
