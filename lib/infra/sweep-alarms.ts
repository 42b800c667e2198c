import { Duration } from 'aws-cdk-lib';
import { Alarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { AnyAlarm, metricOf } from './any-alarm.ts';

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
    const quarter = { deployment, period: Duration.minutes(15) };
    const failed = 'The sweep could not check something that was due; its log says why';
    const unreadable = 'The sweep deleted timers that it could not read; its log has their keys';
    new AnyAlarm(this, 'Failed', { ...quarter, metricName: 'failed', alarmDescription: failed });
    new AnyAlarm(this, 'Unreadable', { ...quarter, metricName: 'unreadable', alarmDescription: unreadable });
  }
}
