import { Alarm, type IMetric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

/** What an alarm watches, and what it says. */
export interface LimitAlarmProps {
  readonly metric: IMetric;
  /** In the unit of the metric; the alarm is raised from here on. */
  readonly limit: number;
  /** How many periods of the metric in a row must reach the limit. */
  readonly periods: number;
  /** What it means, in one sentence; docs/operations.md says what to do. */
  readonly meaning: string;
}

/** Is raised while a metric reaches a limit. Where nothing happens there is no metric, which is fine. */
export class LimitAlarm extends Alarm {
  constructor(scope: Construct, id: string, { metric, limit, periods, meaning }: LimitAlarmProps) {
    super(scope, id, {
      metric,
      threshold: limit,
      evaluationPeriods: periods,
      alarmDescription: meaning,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
