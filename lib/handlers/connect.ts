import { SUB_PROTOCOL } from '../protocol/frames.ts';
import { openConnection } from '../usecases/open-connection.ts';
import { subProtocols } from './authorize.ts';
import type { DepsAt } from './deps.ts';
import { callerOf, tokenExpiryOf, type WebSocketEvent, type WebSocketResult } from './events.ts';

export function connectHandler(depsAt: DepsAt) {
  return async (event: WebSocketEvent): Promise<WebSocketResult> => {
    const caller = callerOf(event);
    if (caller === undefined) return { statusCode: 401 };
    const opened = await openConnection(depsAt(event.requestContext.requestTimeEpoch), caller, tokenExpiryOf(event));
    if (!opened) return { statusCode: 410 };
    // A browser gives up on a connection whose sub-protocol was not selected.
    const headers = subProtocols(event).includes(SUB_PROTOCOL) ? { 'Sec-WebSocket-Protocol': SUB_PROTOCOL } : undefined;
    return headers === undefined ? { statusCode: 200 } : { statusCode: 200, headers };
  };
}
