import { Duration } from 'aws-cdk-lib';
import { Rule, RuleTargetInput, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { DeadLetterQueue } from './dead-letter-queue.ts';

const SHARDS_IN_PART = 2;
/** A rule has no more. */
const TARGETS_IN_RULE = 5;

/**
 * Runs the sweep every minute by two rules, so that a lost run does no harm: EventBridge starts a run up to 60 s late, so
 * with one rule alone at most 120 s pass between two runs. Together with the lease of 170 s and the 5 s by which timers
 * are rounded up, a silent member is found within 295 s of their last sign of life; 300 s are promised. Of many shards
 * each two have runs of their own, side by side, by two rules as well.
 */
export class SweepSchedule extends Construct {
  readonly #sweep: IFunction;
  readonly #deadLetterQueue: DeadLetterQueue;

  constructor(scope: Construct, id: string, sweep: IFunction, shards: number) {
    super(scope, id);
    this.#sweep = sweep;
    this.#deadLetterQueue = new DeadLetterQueue(this, 'LostRuns');
    // The next run does the work of a late one, so neither EventBridge nor Lambda retries for long.
    sweep.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    const parts = Math.ceil(shards / SHARDS_IN_PART);
    for (const name of ['EveryMinute', 'EveryMinuteAgain']) {
      for (let first = 0; first < parts; first += TARGETS_IN_RULE) {
        const ofRule = Array.from({ length: Math.min(TARGETS_IN_RULE, parts - first) }, (_, index) => first + index);
        new Rule(this, first === 0 ? name : `${name}${first}`, {
          schedule: Schedule.rate(Duration.minutes(1)),
          targets: ofRule.map((part) => this.#target(part, parts)),
        });
      }
    }
  }

  #target(part: number, parts: number): LambdaFunction {
    return new LambdaFunction(this.#sweep, {
      ...{ deadLetterQueue: this.#deadLetterQueue, retryAttempts: 2, maxEventAge: Duration.minutes(1) },
      ...(parts > 1 && { event: RuleTargetInput.fromObject({ part, parts }) }),
    });
  }
}
