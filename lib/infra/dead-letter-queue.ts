import { Duration, Validations } from 'aws-cdk-lib';
import { Alarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

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
    new Alarm(this, 'Alarm', {
      alarmDescription: `Something was given up and is in the queue ${id}`,
      metric: this.metricApproximateNumberOfMessagesVisible(),
      threshold: 1,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
