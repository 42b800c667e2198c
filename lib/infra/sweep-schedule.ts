import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';

/** Runs the sweep every minute. A run that could not be started is kept for the operator; the next one does its work. */
export class SweepSchedule extends Construct {
  constructor(scope: Construct, id: string, sweep: IFunction) {
    super(scope, id);
    const deadLetterQueue = new DeadLetterQueue(this, 'LostRuns');
    // A late run is worth no more than the next one, so neither EventBridge nor Lambda tries for long.
    sweep.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    new Rule(this, 'EveryMinute', {
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(sweep, { deadLetterQueue, retryAttempts: 2, maxEventAge: Duration.minutes(1) })],
    });
  }
}
