import { Duration } from 'aws-cdk-lib';
import { Alarm, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { AnyAlarm, metricOf } from './any-alarm.ts';

/** Alerts the operator to a sweep that is late or cannot do its work, by the metrics that it writes itself. */
export class SweepAlarms extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new Alarm(this, 'Lag', {
      alarmDescription: 'The sweep is two minutes late or does not run: members may be evicted too late',
      metric: metricOf('lagMs', 'Maximum', Duration.minutes(1)),
      threshold: 120_000,
      evaluationPeriods: 2,
      // Every run says how late it is, so silence means that there was none.
      treatMissingData: TreatMissingData.BREACHING,
    });
    const quarter = Duration.minutes(15);
    const failed = 'The sweep could not check a timer that was due; its log says why';
    const poisoned = 'The sweep discarded timers that it could not read; its log says where';
    new AnyAlarm(this, 'Failed', 'failed', quarter, failed);
    new AnyAlarm(this, 'Unreadable', 'unreadable', quarter, poisoned);
  }
}
