import { Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { LimitAlarm } from './limit-alarm.ts';
import { metricOf } from './own-metric.ts';

/** Alarms by the metrics that all Lambdas write when something goes wrong that does not end their run. */
export class PostAlarms extends Construct {
  constructor(scope: Construct, id: string, deployment: string) {
    super(scope, id);
    const period = Duration.minutes(5);
    new LimitAlarm(this, 'Failed', {
      ...{ metric: metricOf({ deployment, metricName: 'failedPosts', period }, 'Sum'), limit: 100, periods: 1 },
      meaning: 'Frames could not be posted to connections that may be open; clients repair what they miss',
    });
    new LimitAlarm(this, 'Faults', {
      ...{ metric: metricOf({ deployment, metricName: 'faults', period }, 'Sum'), limit: 25, periods: 3 },
      meaning: 'Lambdas keep logging that they are unable to do something; the logs say what and why',
    });
  }
}
