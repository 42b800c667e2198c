import type { ResolvedResource } from './cloudformation.ts';
import type { Resolver } from './resolver.ts';

/** An SQS queue. */
export interface LocalQueue {
  readonly logicalId: string;
  readonly name: string;
  readonly arn: string;
  readonly fifo: boolean;
  readonly contentBasedDeduplication: boolean;
  /** Where a deduplication id must be unique. */
  readonly deduplicationScope: 'queue' | 'messageGroup';
  readonly visibilityMs: number;
  readonly delayMs: number;
  readonly retentionMs: number;
  readonly redrive: { readonly queueArn: string; readonly maxReceiveCount: number } | undefined;
}

/** Describes a queue, with the defaults of AWS::SQS::Queue. */
export function describeQueue([logicalId, properties]: ResolvedResource, resolver: Resolver): LocalQueue {
  const policy = properties.RedrivePolicy as { deadLetterTargetArn?: unknown; maxReceiveCount?: unknown } | undefined;
  const fifo = properties.FifoQueue === true;
  const queueArn = String(policy?.deadLetterTargetArn);
  if (policy !== undefined && queueArn.endsWith('.fifo') !== fifo) {
    throw new Error(
      `unable to make the queue ${logicalId}; a FIFO queue needs a FIFO dead-letter queue, a standard queue a standard one`,
    );
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
