import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { audienceIndex } from './audience-index.ts';

const period = Duration.minutes(5);

/** A metric of a table, or of its index; the two are counted apart. */
export const tableMetric = (tableName: string, metricName: string, of: 'table' | 'index' = 'table'): Metric =>
  new Metric({
    ...{ namespace: 'AWS/DynamoDB', metricName, statistic: Stats.SUM, period },
    dimensionsMap: {
      TableName: tableName,
      ...(of === 'index' && { GlobalSecondaryIndexName: audienceIndex.indexName }),
    },
  });

/** Reads and writes that DynamoDB refused because a partition, the table or the account had too many. */
export const throttledRequests = (tableName: string): IMetric =>
  new MathExpression({
    ...{ label: 'Throttled', period, expression: 'SUM([FILL(r, 0), FILL(w, 0), FILL(ri, 0), FILL(wi, 0)])' },
    usingMetrics: {
      r: tableMetric(tableName, 'ReadThrottleEvents'),
      w: tableMetric(tableName, 'WriteThrottleEvents'),
      ri: tableMetric(tableName, 'ReadThrottleEvents', 'index'),
      wi: tableMetric(tableName, 'WriteThrottleEvents', 'index'),
    },
  });
