import type { LocalFunction } from '../template/local-function.ts';
import { errorOf, type Invoke } from './invoke.ts';

/** Invokes as before, and writes a line per run: the function, its duration, and how it ended. */
export function traceRuns(
  invoke: Invoke,
  functions: readonly LocalFunction[],
  now: () => number,
  trace: ((line: string) => void) | undefined,
): Invoke {
  if (trace === undefined) return invoke;
  const paths = new Map(functions.map(({ logicalId, path }) => [logicalId, path]));
  return async (functionId, event, requestId) => {
    const startedAtMs = now();
    const result = await invoke(functionId, event, requestId);
    const outcome = result.ok ? outcomeOf(result.payload) : errorOf(result);
    trace(`${paths.get(functionId) ?? functionId} ran ${now() - startedAtMs} ms: ${outcome}`);
    return result;
  };
}

/** The decision of an authorizer or a route; the answers of other functions say nothing. */
function outcomeOf(payload: unknown): string {
  if (typeof payload !== 'object' || payload === null) return 'done';
  if ('policyDocument' in payload) return JSON.stringify(payload.policyDocument);
  return 'statusCode' in payload ? `status ${String(payload.statusCode)}` : 'done';
}
