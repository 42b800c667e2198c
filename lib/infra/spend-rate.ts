import { Duration } from 'aws-cdk-lib';
import type { IApi, IStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { apiMetric } from './api-errors.ts';
import { tableMetric } from './table-metrics.ts';

/** What the spend rate is computed from. */
export interface SpendProps {
  readonly sockets: { readonly api: IApi; readonly stage: IStage };
  readonly serverApi: { readonly api: IApi; readonly stage: IStage };
  readonly tableName: string;
  /** The Lambdas that run the most. */
  readonly message: IFunction;
  readonly deliver: IFunction;
  readonly messageMemoryMb: number;
  readonly deliverMemoryMb: number;
}

/** $ of a million units, list prices of us-east-1 on demand. */
const USD_OF_MILLION = { frame: 1, call: 1, write: 0.625, read: 0.125 };
/** $ of a million GB-seconds on arm64. */
const USD_OF_MILLION_GB_S = 13.3334;
const PERIODS_IN_HOUR = 12;

/** $ of a million ms of a Lambda. */
const perMillionMs = (memoryMb: number): number => (USD_OF_MILLION_GB_S * memoryMb) / 1024 / 1000;

/**
 * What is spent in an hour at the rate of the last five minutes, in $. It has nearly all that grows with traffic: frames
 * in both directions, calls, reads and writes, the two Lambdas that run the most. It lacks connection minutes, which have
 * no metric, logs and storage. An alarm takes at most ten metrics.
 */
export function spendRate(props: SpendProps): MathExpression {
  const { sockets, serverApi, tableName, message, deliver } = props;
  const { frame, call, write, read } = USD_OF_MILLION;
  const duration = { statistic: Stats.SUM, period: Duration.minutes(5) };
  const parts = {
    frames: { usd: frame, metric: apiMetric(sockets.api, sockets.stage, 'MessageCount') },
    calls: { usd: call, metric: apiMetric(serverApi.api, serverApi.stage, 'Count') },
    writes: { usd: write, metric: tableMetric(tableName, 'ConsumedWriteCapacityUnits') },
    reads: { usd: read, metric: tableMetric(tableName, 'ConsumedReadCapacityUnits') },
    indexWrites: { usd: write, metric: tableMetric(tableName, 'ConsumedWriteCapacityUnits', 'index') },
    indexReads: { usd: read, metric: tableMetric(tableName, 'ConsumedReadCapacityUnits', 'index') },
    message: { usd: perMillionMs(props.messageMemoryMb), metric: message.metricDuration(duration) },
    deliver: { usd: perMillionMs(props.deliverMemoryMb), metric: deliver.metricDuration(duration) },
  };
  const terms = Object.entries(parts).map(([name, { usd }]) => `FILL(${name}, 0) * ${Number(usd.toPrecision(4))}`);
  return new MathExpression({
    label: '$ an hour',
    expression: `SUM([${terms.join(', ')}]) * ${PERIODS_IN_HOUR} / 1000000`,
    usingMetrics: Object.fromEntries(Object.entries(parts).map(([name, { metric }]) => [name, metric])),
    period: Duration.minutes(5),
  });
}
