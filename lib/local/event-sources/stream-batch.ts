import type { StreamRecord } from '../streams/stream-record.ts';
import type { LocalStreamSource } from '../template/local-event-source.ts';

/** Records of one invocation, and how often it was tried. */
export interface Batch {
  readonly records: readonly StreamRecord[];
  readonly readAtMs: number;
  readonly invocations: number;
  /** The failures that count towards the limit of retries. */
  readonly failures: number;
}

/** Why Lambda gives records up. */
export type GiveUpReason = 'RetryAttemptsExhausted' | 'RecordAgeExpired';

/** What follows an invocation: the batch is done, is split, is retried or is given up. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'split'; readonly batches: readonly Batch[] }
  | { readonly kind: 'retry'; readonly batch: Batch }
  | { readonly kind: 'give up'; readonly batch: Batch; readonly reason: GiveUpReason };

type Rules = Pick<LocalStreamSource, 'bisects' | 'maxRetries' | 'maxRecordAgeMs'>;

/** Decides what follows when all records before `firstFailed` succeeded. */
export function decideOutcome(tried: Batch, firstFailed: number, rules: Rules, nowMs: number): Outcome {
  if (firstFailed >= tried.records.length) return { kind: 'done' };
  const records = tried.records.slice(firstFailed);
  const left = { ...tried, records };
  // A split does not count as a retry, neither at the first failed record nor in the middle.
  if (rules.bisects && firstFailed > 0) return { kind: 'split', batches: [left] };
  if (rules.bisects && records.length > 1) {
    const middle = Math.ceil(records.length / 2);
    const halves = [records.slice(0, middle), records.slice(middle)];
    return { kind: 'split', batches: halves.map((half) => ({ ...tried, records: half })) };
  }
  const batch = { ...left, failures: tried.failures + 1 };
  if (batch.failures > rules.maxRetries) return { kind: 'give up', batch, reason: 'RetryAttemptsExhausted' };
  if (nowMs - tried.readAtMs >= rules.maxRecordAgeMs) return { kind: 'give up', batch, reason: 'RecordAgeExpired' };
  return { kind: 'retry', batch };
}

/** Decides what follows when the function had no free environment: such a try is no failure and splits no batch. */
export function decideThrottled(batch: Batch, { maxRecordAgeMs }: Rules, nowMs: number): Outcome {
  if (nowMs - batch.readAtMs >= maxRecordAgeMs) return { kind: 'give up', batch, reason: 'RecordAgeExpired' };
  return { kind: 'retry', batch };
}
