import { describe, expect, it } from 'vitest';
import { failedIds } from '../../../lib/local/event-sources/batch-response.ts';
import { describeFailure } from '../../../lib/local/event-sources/failure-record.ts';
import { type Batch, decideOutcome } from '../../../lib/local/event-sources/stream-batch.ts';
import { type Change, toStreamRecord } from '../../../lib/local/streams/stream-record.ts';

const ids = ['1', '2', '3'];
const answered = (payload: unknown) => ({ ok: true, payload }) as const;
const failures = (...items: unknown[]) => answered({ batchItemFailures: items });

describe('the failed ids of a batch', () => {
  it.each([
    ['nothing', answered(null), []],
    ['an empty object', answered({}), []],
    ['null for the list', answered({ batchItemFailures: null }), []],
    ['an empty list', failures(), []],
    ['one id', failures({ itemIdentifier: '2' }), ['2']],
    ['two ids', failures({ itemIdentifier: '3' }, { itemIdentifier: '2' }), ['2', '3']],
    ['an empty id', failures({ itemIdentifier: '' }), ids],
    ['null for an id', failures({ itemIdentifier: null }), ids],
    ['an item that is null', failures(null), ids],
    ['another key', failures({ id: '2' }), ids],
    ['an id that is not in the batch', failures({ itemIdentifier: '2' }, { itemIdentifier: '9' }), ids],
    ['no list', answered({ batchItemFailures: '2' }), ids],
    ['a text', answered('fine'), ids],
    ['an error', { ok: false, errorType: 'Error', errorMessage: '' } as const, ids],
  ])('when the function answers %s', (_what, result, expected) => {
    expect([...failedIds(result, ids, true)]).toEqual(expected);
  });

  it('are not read from the answer unless the mapping reports item failures', () => {
    expect([...failedIds(failures({ itemIdentifier: '2' }), ids, false)]).toEqual([]);
    expect([...failedIds(answered('fine'), ids, false)]).toEqual([]);
  });
});

const recordOf = (SequenceNumber: string) => {
  const dynamodb = { Keys: { pk: { S: 'a' } }, SequenceNumber, ApproximateCreationDateTime: 1_700_000_000 };
  const change: Change = { eventName: 'INSERT', dynamodb };
  return toStreamRecord(change, { arn: 'arn:stream', viewType: 'NEW_AND_OLD_IMAGES' });
};

const batchOf = (count: number, more: Partial<Batch> = {}): Batch => ({
  records: Array.from({ length: count }, (_, index) => recordOf(String(index + 1))),
  readAtMs: 1000,
  invocations: 1,
  failures: 0,
  ...more,
});

const sequences = ({ records }: Batch): string => records.map(({ dynamodb }) => dynamodb.SequenceNumber).join(',');

describe('the step after a batch', () => {
  const rules = { bisects: false, maxRetries: 2, maxRecordAgeMs: 60_000 };

  it('is none when all records succeeded', () => {
    expect(decideOutcome(batchOf(3), 3, rules, 1000)).toEqual({ kind: 'done' });
  });

  it('is a retry of all records, up to the limit', () => {
    expect(decideOutcome(batchOf(3), 0, rules, 1000)).toEqual({ kind: 'retry', batch: batchOf(3, { failures: 1 }) });
    const last = batchOf(3, { failures: 2 });
    const batch = { ...last, failures: 3 };
    expect(decideOutcome(last, 0, rules, 1000)).toEqual({ kind: 'give up', batch, reason: 'RetryAttemptsExhausted' });
  });

  it('is an unlimited retry, until the records are too old', () => {
    const endless = { ...rules, maxRetries: Number.POSITIVE_INFINITY };
    const tried = batchOf(1, { failures: 9999 });
    expect(decideOutcome(tried, 0, endless, 60_999).kind).toBe('retry');
    expect(decideOutcome(tried, 0, endless, 61_000)).toMatchObject({ kind: 'give up', reason: 'RecordAgeExpired' });
  });

  it('is a retry from the first failed record, which counts as a failure', () => {
    const outcome = decideOutcome(batchOf(3, { failures: 1 }), 1, rules, 1000);
    const batch = outcome.kind === 'retry' ? outcome.batch : batchOf(0);
    expect([sequences(batch), batch.failures]).toEqual(['2,3', 2]);
  });

  it('is a split into halves when the mapping bisects, which does not count as a failure', () => {
    const outcome = decideOutcome(batchOf(3), 0, { ...rules, bisects: true }, 1000);
    const batches = outcome.kind === 'split' ? outcome.batches : [];
    expect(batches.map((batch) => [sequences(batch), batch.failures])).toEqual([
      ['1,2', 0],
      ['3', 0],
    ]);
  });

  it('is the rest, uncounted, when the mapping bisects and the function names the first failure', () => {
    const outcome = decideOutcome(batchOf(3), 2, { ...rules, bisects: true }, 1000);
    const batches = outcome.kind === 'split' ? outcome.batches : [];
    expect(batches.map((batch) => [sequences(batch), batch.failures])).toEqual([['3', 0]]);
  });

  it('is a retry of a single record, even when the mapping bisects', () => {
    expect(decideOutcome(batchOf(1), 0, { ...rules, bisects: true }, 1000).kind).toBe('retry');
  });
});

it('the failure report identifies the records that were given up', () => {
  const context = {
    requestId: 'r',
    functionArn: 'arn:fn',
    streamArn: 'arn:stream',
    shardId: 's',
    atMs: 1_700_000_009_007,
  };
  expect(describeFailure({ batch: batchOf(2), reason: 'RetryAttemptsExhausted', ...context })).toEqual({
    requestContext: {
      requestId: 'r',
      functionArn: 'arn:fn',
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 1,
    },
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' },
    version: '1.0',
    timestamp: '2023-11-14T22:13:29.007Z',
    DDBStreamBatchInfo: {
      shardId: 's',
      startSequenceNumber: '1',
      endSequenceNumber: '2',
      approximateArrivalOfFirstRecord: '2023-11-14T22:13:20Z',
      approximateArrivalOfLastRecord: '2023-11-14T22:13:20Z',
      batchSize: 2,
      streamArn: 'arn:stream',
    },
  });
});
