import type { StreamRecord } from '../streams/stream-record.ts';
import type { LocalStreamSource } from '../template/local-event-source.ts';

/** Records that are given to the function together, and what has become of it. */
export interface Batch {
  readonly records: readonly StreamRecord[];
  readonly readAtMs: number;
  readonly invocations: number;
  /** Those that count towards the quota of retries. */
  readonly failures: number;
}

/** Why records are given up. */
export type GiveUpReason = 'RetryAttemptsExhausted' | 'RecordAgeExpired';

/** What follows an invocation: the batches that take the place of this one, or its end. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'split'; readonly batches: readonly Batch[] }
  | { readonly kind: 'retry'; readonly batch: Batch }
  | { readonly kind: 'give up'; readonly batch: Batch; readonly reason: GiveUpReason };

type Rules = Pick<LocalStreamSource, 'bisects' | 'maxRetries' | 'maxRecordAgeMs'>;

/** Decides what follows when all records before `firstFailed` succeeded. `nowMs` is the time of the decision. */
export function decideOutcome(tried: Batch, firstFailed: number, rules: Rules, nowMs: number): Outcome {
  if (firstFailed >= tried.records.length) return { kind: 'done' };
  const records = tried.records.slice(firstFailed);
  const left = { ...tried, records };
  // Splitting does not count towards the quota, whether at the record that failed first or in the middle.
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
