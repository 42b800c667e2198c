import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import { refuse } from './setting-values.ts';

/** What CloudWatch offers. */
const offered = [
  ...[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731],
  ...[1096, 1827, 2192, 2557, 2922, 3288, 3653],
];

/**
 * How long CloudWatch keeps a log.
 * @throws Error `unable to use setting logRetentionDays; <why>` for a number that CloudWatch does not offer.
 */
export function retentionOf(days: number): RetentionDays {
  if (!offered.includes(days)) refuse('logRetentionDays', `CloudWatch offers ${offered.join(', ')}, not ${days}`);
  return days;
}

/** A log that goes with the stack. */
export const createLog = (scope: Construct, retention: RetentionDays): LogGroup =>
  new LogGroup(scope, 'Log', { retention, removalPolicy: RemovalPolicy.DESTROY });
