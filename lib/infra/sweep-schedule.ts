import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';

/**
 * Runs the sweep every minute by two rules, so that a lost run does no harm: EventBridge starts a run up to 60 s late, so
 * with one rule alone at most 120 s pass between two runs. Together with the lease of 170 s and the 5 s by which timers
 * are rounded up, a silent member is found within 295 s of their last sign of life; 300 s are promised.
 */
export class SweepSchedule extends Construct {
  constructor(scope: Construct, id: string, sweep: IFunction) {
    super(scope, id);
    const deadLetterQueue = new DeadLetterQueue(this, 'LostRuns');
    // The next run does the work of a late one, so neither EventBridge nor Lambda retries for long.
    sweep.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    for (const name of ['EveryMinute', 'EveryMinuteAgain']) {
      new Rule(this, name, {
        schedule: Schedule.rate(Duration.minutes(1)),
        targets: [new LambdaFunction(sweep, { deadLetterQueue, retryAttempts: 2, maxEventAge: Duration.minutes(1) })],
      });
    }
  }
}
