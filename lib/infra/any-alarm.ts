import type { Duration } from 'aws-cdk-lib';
import { Alarm, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

/** A metric that the Lambdas write to their logs. */
export const metricOf = (metricName: string, statistic: string, period: Duration): Metric =>
  new Metric({ namespace: 'Doorman', dimensionsMap: { service: 'doorman' }, metricName, statistic, period });

/** Rises when something that must never happen has happened at least once in the period. */
export class AnyAlarm extends Alarm {
  constructor(scope: Construct, id: string, metricName: string, period: Duration, alarmDescription: string) {
    super(scope, id, {
      alarmDescription,
      metric: metricOf(metricName, 'Sum', period),
      threshold: 1,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
