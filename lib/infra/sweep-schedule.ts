import { Duration, Validations } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** Runs the sweep every minute. A run that could not be started is kept for the operator; the next one does its work. */
export class SweepSchedule extends Construct {
  constructor(scope: Construct, id: string, sweep: IFunction) {
    super(scope, id);
    const lostRuns = new Queue(this, 'LostRuns', {
      enforceSSL: true,
      encryption: QueueEncryption.SQS_MANAGED,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(lostRuns).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason: 'This is itself the dead-letter queue, of a rule; the check knows only those of other queues.',
    });
    // A late run is worth no more than the next one, so neither EventBridge nor Lambda tries for long.
    sweep.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    new Rule(this, 'EveryMinute', {
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [
        new LambdaFunction(sweep, { deadLetterQueue: lostRuns, retryAttempts: 2, maxEventAge: Duration.minutes(1) }),
      ],
    });
  }
}
