import type { After } from '../base/timers.ts';
import type { Invoke, InvokeResult } from '../lambda/invoke.ts';

/** Limits how long a caller waits for a function. The function runs on, as in AWS, and its answer is lost. */
export function limitWait(invoke: Invoke, waitMs: number, after: After): Invoke {
  const timedOut: InvokeResult = {
    ok: false,
    errorType: 'IntegrationTimeout',
    errorMessage: `API Gateway waits ${waitMs / 1000} seconds, the cold start included`,
    timedOut: true,
  };
  return (functionId, event, requestId) =>
    new Promise((resolve) => {
      const cancel = after(waitMs, () => resolve(timedOut));
      void invoke(functionId, event, requestId).then((result) => {
        cancel();
        resolve(result);
      });
    });
}
