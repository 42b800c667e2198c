import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';

/**
 * Runs the sweep every minute, twice, so that a run that is lost changes nothing: EventBridge starts a run up to 60 s
 * late, so the other rule alone lets no more than 60 s + 60 s pass between two runs. With the lease of 170 s and the 5 s
 * by which timers are rounded up, a silent member is found within 295 s of the last sign of life, under the 300 s promised.
 */
export class SweepSchedule extends Construct {
  constructor(scope: Construct, id: string, sweep: IFunction) {
    super(scope, id);
    const deadLetterQueue = new DeadLetterQueue(this, 'LostRuns');
    // A late run is worth no more than the next one, so neither EventBridge nor Lambda tries for long.
    sweep.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    for (const name of ['EveryMinute', 'EveryMinuteAgain']) {
      new Rule(this, name, {
        schedule: Schedule.rate(Duration.minutes(1)),
        targets: [new LambdaFunction(sweep, { deadLetterQueue, retryAttempts: 2, maxEventAge: Duration.minutes(1) })],
      });
    }
  }
}
