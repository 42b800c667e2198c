import { Duration } from 'aws-cdk-lib';
import { type IAlarm, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { LimitAlarm } from './limit-alarm.ts';

const period = Duration.minutes(5);
/** A run that takes longer can die in the middle. */
const SPARE_MS = 2_000;

/** The alarms that each Lambda has: it is throttled, its runs end shortly before they time out. */
export function addFunctionAlarms(scope: Construct, handler: IFunction, timeout: Duration): void {
  const sum = { period, statistic: Stats.SUM };
  new LimitAlarm(scope, 'Throttles', {
    ...{ metric: handler.metricThrottles(sum), limit: 10, periods: 1 },
    meaning: 'Runs of the Lambda did not begin, because it or the account had too many at once',
  });
  new LimitAlarm(scope, 'Slow', {
    ...{ metric: handler.metricDuration({ period, statistic: Stats.MAXIMUM }), periods: 1 },
    limit: timeout.toMilliseconds() - SPARE_MS,
    meaning: 'A run of the Lambda took nearly all the time it has; the next one may not end',
  });
}

/** Is raised when a Lambda fails, for one that fails only where its code is wrong. */
export const addErrorAlarm = (scope: Construct, handler: IFunction): IAlarm =>
  new LimitAlarm(scope, 'Errors', {
    ...{ metric: handler.metricErrors({ period, statistic: Stats.SUM }), limit: 3, periods: 1 },
    meaning: 'Runs of the Lambda crashed, ran out of memory or of time; its log says why',
  });
