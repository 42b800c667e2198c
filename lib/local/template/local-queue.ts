import type { Entry, Resolver } from './resolver.ts';

/** An SQS queue. */
export interface LocalQueue {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly fifo: boolean;
  readonly contentBasedDeduplication: boolean;
  /** Within what a deduplication id counts. */
  readonly deduplicationScope: 'queue' | 'messageGroup';
  readonly visibilityMs: number;
  readonly delayMs: number;
  readonly retentionMs: number;
  readonly redrive: { readonly queueArn: string; readonly maxReceiveCount: number } | undefined;
}

/** Describes a queue, with the defaults of AWS::SQS::Queue. */
export function describeQueue([logicalId, properties]: Entry, resolver: Resolver): LocalQueue {
  const policy = properties.RedrivePolicy as { deadLetterTargetArn?: unknown; maxReceiveCount?: unknown } | undefined;
  const fifo = properties.FifoQueue === true;
  const queueArn = String(policy?.deadLetterTargetArn);
  if (policy !== undefined && queueArn.endsWith('.fifo') !== fifo) {
    throw new Error(`unable to make the queue ${logicalId}; only a FIFO queue can be the dead-letter queue of another`);
  }
  return {
    logicalId,
    name: resolver.physicalName(logicalId),
    arn: resolver.arn(logicalId),
    fifo,
    contentBasedDeduplication: properties.ContentBasedDeduplication === true,
    deduplicationScope: properties.DeduplicationScope === 'messageGroup' ? 'messageGroup' : 'queue',
    visibilityMs: Number(properties.VisibilityTimeout ?? 30) * 1000,
    delayMs: Number(properties.DelaySeconds ?? 0) * 1000,
    retentionMs: Number(properties.MessageRetentionPeriod ?? 345_600) * 1000,
    redrive: policy === undefined ? undefined : { queueArn, maxReceiveCount: Number(policy.maxReceiveCount) },
  };
}
