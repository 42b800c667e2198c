import { Duration, Validations } from 'aws-cdk-lib';
import { Alarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';

/** Keeps for the operator what was given up, 14 days long, and raises an alarm as long as there is any. */
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
      reason: 'This is itself a dead-letter queue; the check knows only those of other queues.',
    });
    new Alarm(this, 'Alarm', {
      alarmDescription: `Something was given up and lies in the queue ${id}`,
      metric: this.metricApproximateNumberOfMessagesVisible(),
      threshold: 1,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
