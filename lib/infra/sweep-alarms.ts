import { Duration } from 'aws-cdk-lib';
import { Alarm, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';

const metricOf = (metricName: string, statistic: string, period: Duration): Metric =>
  new Metric({ namespace: 'Doorman', dimensionsMap: { service: 'doorman' }, metricName, statistic, period });

/** Tells the operator of a sweep that is late or cannot do its work, by the metrics that it writes itself. */
export class SweepAlarms extends Construct {
  constructor(scope: Construct, id: string) {
    super(scope, id);
    new Alarm(this, 'Lag', {
      alarmDescription: 'The sweep is two minutes late or does not run: members may be put out too late',
      metric: metricOf('lagMs', 'Maximum', Duration.minutes(1)),
      threshold: 120_000,
      evaluationPeriods: 2,
      // Every run says how late it is, so silence means that there was none.
      treatMissingData: TreatMissingData.BREACHING,
    });
    this.#alarmOfAny('Failed', 'failed', 'The sweep could not look at something that was due; its log says why');
    this.#alarmOfAny('Poisoned', 'poisoned', 'The sweep dropped entries that it could not read; its log says where');
  }

  #alarmOfAny(id: string, metricName: string, alarmDescription: string): void {
    new Alarm(this, id, {
      alarmDescription,
      metric: metricOf(metricName, 'Sum', Duration.minutes(15)),
      threshold: 1,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
