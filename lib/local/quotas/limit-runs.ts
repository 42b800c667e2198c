import { type Invoke, throttled } from '../lambda/invoke.ts';
import type { LocalFunction } from '../template/local-function.ts';

/**
 * Limits how many runs go on at the same time, over all functions. What waits for this machine would run in AWS, so it
 * counts. A function with a reserved concurrency has that part of the limit for itself alone.
 */
export function limitRuns(invoke: Invoke, functions: readonly LocalFunction[], limit: number): Invoke {
  const reserved = functions.filter(({ reservedConcurrency }) => reservedConcurrency !== undefined);
  const reservedIds = new Set(reserved.map(({ logicalId }) => logicalId));
  const shared = reserved.reduce((left, { reservedConcurrency = 0 }) => left - reservedConcurrency, limit);
  let running = 0;
  return async (functionId, event, requestId) => {
    if (reservedIds.has(functionId)) return invoke(functionId, event, requestId);
    if (running >= shared) return throttled;
    running += 1;
    try {
      return await invoke(functionId, event, requestId);
    } finally {
      running -= 1;
    }
  };
}
