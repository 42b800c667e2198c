import { closeConnection } from '../usecases/close-connection.ts';
import type { DepsAt } from './deps.ts';
import { callerOf, refusedWith, type WebSocketEvent, type WebSocketResult } from './events.ts';

/** The Lambda has 29 s; the sweep does the rooms that it does not reach. */
const BUDGET_MS = 20_000;

export function disconnectHandler(depsAt: DepsAt) {
  return async (event: WebSocketEvent): Promise<WebSocketResult> => {
    // It was never open for its user, so there is nothing to close.
    if (refusedWith(event) !== undefined) return { statusCode: 200 };
    const caller = callerOf(event);
    const deps = depsAt(event.requestContext.requestTimeEpoch);
    if (caller !== undefined) await closeConnection(deps, caller, deps.now() + BUDGET_MS);
    else deps.onFault('close a connection', new Error('the event does not say whose it is; the sweep closes it'));
    return { statusCode: 200 };
  };
}
