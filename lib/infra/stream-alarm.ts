import { Duration } from 'aws-cdk-lib';
import { Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { LimitAlarm } from './limit-alarm.ts';

const period = Duration.minutes(1);
const LATE_MS = 300_000;

/** The age of the oldest record that a Lambda has read from a stream. */
export const iteratorAge = (reader: IFunction) => reader.metric('IteratorAge', { period, statistic: Stats.MAXIMUM });

/** An alarm for a Lambda that is five minutes behind the stream that it reads. */
export function addStreamAlarm(scope: Construct, reader: IFunction, meaning: string): void {
  new LimitAlarm(scope, 'Late', { metric: iteratorAge(reader), limit: LATE_MS, periods: 3, meaning });
}
