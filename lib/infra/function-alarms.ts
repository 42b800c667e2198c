import { Duration } from 'aws-cdk-lib';
import { type Alarm, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { LimitAlarm } from './limit-alarm.ts';

const period = Duration.minutes(5);
/** A run that takes longer can die in the middle. */
const SPARE_MS = 2_000;

/**
 * The alarms that each Lambda has: it fails, it is throttled, its runs end shortly before they time out. Returns those that
 * say that its code is wrong.
 */
export function addFunctionAlarms(scope: Construct, handler: IFunction, timeout: Duration): readonly Alarm[] {
  const sum = { period, statistic: Stats.SUM };
  const errors = new LimitAlarm(scope, 'Errors', {
    ...{ metric: handler.metricErrors(sum), limit: 3, periods: 1 },
    meaning: 'Runs of the Lambda crashed, ran out of memory or of time; its log says why',
  });
  new LimitAlarm(scope, 'Throttles', {
    ...{ metric: handler.metricThrottles(sum), limit: 10, periods: 1 },
    meaning: 'Runs of the Lambda did not begin, because it or the account had too many at once',
  });
  new LimitAlarm(scope, 'Slow', {
    ...{ metric: handler.metricDuration({ period, statistic: Stats.MAXIMUM }), periods: 1 },
    limit: timeout.toMilliseconds() - SPARE_MS,
    meaning: 'A run of the Lambda took nearly all the time it has; the next one may not end',
  });
  return [errors];
}
