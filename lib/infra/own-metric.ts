import type { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';

/** A metric that the Lambdas of one deployment write to their logs. */
export interface OwnMetric {
  /** As the Lambdas know it from their environment: several deployments share the namespace. */
  readonly deployment: string;
  readonly metricName: string;
  readonly period: Duration;
}

export const metricOf = ({ deployment, metricName, period }: OwnMetric, statistic: string): Metric =>
  new Metric({ namespace: 'Doorman', dimensionsMap: { deployment }, metricName, statistic, period });
