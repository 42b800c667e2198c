import type { Duration } from 'aws-cdk-lib';
import { Alarm, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { Construct } from 'constructs';

/** A metric that the Lambdas of one deployment write to their logs. */
export interface OwnMetric {
  /** As the Lambdas know it from their environment: several deployments share the namespace. */
  readonly deployment: string;
  readonly metricName: string;
  readonly period: Duration;
}

export const metricOf = ({ deployment, metricName, period }: OwnMetric, statistic: string): Metric =>
  new Metric({ namespace: 'Doorman', dimensionsMap: { deployment }, metricName, statistic, period });

/** Rises when something that must never happen has happened at least once in the period. */
export class AnyAlarm extends Alarm {
  constructor(scope: Construct, id: string, props: OwnMetric & { readonly alarmDescription: string }) {
    super(scope, id, {
      alarmDescription: props.alarmDescription,
      metric: metricOf(props, 'Sum'),
      threshold: 1,
      evaluationPeriods: 1,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
  }
}
