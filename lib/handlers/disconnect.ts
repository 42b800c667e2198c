import { closeConnection } from '../usecases/close-connection.ts';
import type { DepsAt } from './deps.ts';
import { callerOf, type WebSocketEvent, type WebSocketResult } from './events.ts';

export function disconnectHandler(depsAt: DepsAt) {
  return async (event: WebSocketEvent): Promise<WebSocketResult> => {
    const caller = callerOf(event);
    const deps = depsAt(event.requestContext.requestTimeEpoch);
    if (caller !== undefined) await closeConnection(deps, caller);
    else deps.onFault('close a connection', new Error('the event does not say whose it is; the sweep closes it'));
    return { statusCode: 200 };
  };
}
