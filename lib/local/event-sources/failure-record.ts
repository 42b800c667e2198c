import type { Batch, GiveUpReason } from './stream-batch.ts';

/** The facts about a batch that Lambda gives up. */
export interface Failure {
  readonly batch: Batch;
  readonly reason: GiveUpReason;
  readonly requestId: string;
  readonly functionArn: string;
  readonly streamArn: string;
  readonly shardId: string;
  readonly atMs: number;
}

const toTime = (atSec: number | undefined): string =>
  new Date((atSec ?? 0) * 1000).toISOString().replace(/\.\d+Z$/, 'Z');

/** The report that Lambda sends to the failure destination. It points at the records and does not contain them. */
export function describeFailure(failure: Failure): unknown {
  const { batch, reason, requestId, functionArn, streamArn, shardId, atMs } = failure;
  const first = batch.records[0]?.dynamodb;
  const last = batch.records.at(-1)?.dynamodb;
  return {
    requestContext: { requestId, functionArn, condition: reason, approximateInvokeCount: batch.invocations },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: new Date(atMs).toISOString(),
    DDBStreamBatchInfo: {
      shardId,
      startSequenceNumber: first?.SequenceNumber,
      endSequenceNumber: last?.SequenceNumber,
      approximateArrivalOfFirstRecord: toTime(first?.ApproximateCreationDateTime),
      approximateArrivalOfLastRecord: toTime(last?.ApproximateCreationDateTime),
      batchSize: batch.records.length,
      streamArn,
    },
  };
}
