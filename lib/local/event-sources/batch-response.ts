import type { InvokeResult } from '../lambda/invoke.ts';

/**
 * The ids of the records that failed, by Lambda's rules for partial batch responses: all records when the function
 * fails, when it names a record that is not in the batch, or when its answer is malformed.
 */
export function failedIds(result: InvokeResult, ids: readonly string[], reportsItemFailures: boolean): Set<string> {
  if (!result.ok) return new Set(ids);
  if (!reportsItemFailures || result.payload === null) return new Set();
  if (typeof result.payload !== 'object') return new Set(ids);
  const { batchItemFailures } = result.payload as { batchItemFailures?: unknown };
  if (batchItemFailures === undefined || batchItemFailures === null) return new Set();
  if (!Array.isArray(batchItemFailures)) return new Set(ids);
  const named = batchItemFailures.map((item: { itemIdentifier?: unknown } | null) => item?.itemIdentifier);
  const failed = ids.filter((id) => named.includes(id));
  return named.every((id) => ids.some((known) => known === id)) ? new Set(failed) : new Set(ids);
}
