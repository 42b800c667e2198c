import { Duration } from 'aws-cdk-lib';
import { Alarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { LimitAlarm } from './limit-alarm.ts';
import { metricOf } from './own-metric.ts';

/** Alarms for a sweep that is late or fails, by the metrics that it writes itself. */
export class SweepAlarms extends Construct {
  constructor(scope: Construct, id: string, deployment: string) {
    super(scope, id);
    new Alarm(this, 'Lag', {
      alarmDescription: 'The sweep is two minutes late or does not run: members may be evicted too late',
      metric: metricOf({ deployment, metricName: 'lagMs', period: Duration.minutes(1) }, 'Maximum'),
      threshold: 120_000,
      evaluationPeriods: 2,
      // Every run reports how late it is, so missing data means that there was no run.
      treatMissingData: TreatMissingData.BREACHING,
    });
    const sumOf = (metricName: string) => metricOf({ deployment, metricName, period: Duration.minutes(15) }, 'Sum');
    new LimitAlarm(this, 'Failed', {
      ...{ metric: sumOf('failed'), limit: 1, periods: 1 },
      meaning: 'The sweep could not check something that was due; its log says why',
    });
    new LimitAlarm(this, 'Unreadable', {
      ...{ metric: sumOf('unreadable'), limit: 1, periods: 1 },
      meaning: 'The sweep deleted timers that it could not read; its log has their keys',
    });
  }
}
