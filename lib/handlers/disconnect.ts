import { closeConnection } from '../usecases/close-connection.ts';
import type { DepsAt } from './deps.ts';
import { connectionOf, type WebSocketEvent, type WebSocketResult } from './events.ts';

export function disconnectHandler(depsAt: DepsAt) {
  return async (event: WebSocketEvent): Promise<WebSocketResult> => {
    const connectionId = connectionOf(event);
    if (connectionId !== undefined) await closeConnection(depsAt(event.requestContext.requestTimeEpoch), connectionId);
    return { statusCode: 200 };
  };
}
