import { isRefused } from '../domain/outcome.ts';
import { Code } from '../protocol/codes.ts';
import { REFUSED_SUB_PROTOCOL_PREFIX, SUB_PROTOCOL } from '../protocol/handshake.ts';
import { openConnection } from '../usecases/open-connection.ts';
import { subProtocols } from './authorize.ts';
import type { DepsAt } from './deps.ts';
import { callerOf, clientOf, refusedWith, tokenOf, type WebSocketEvent, type WebSocketResult } from './events.ts';
import { CLIENT_CODES } from './refusal-answer.ts';

/**
 * A handshake that may succeed later has a status of its own, whatever the client offers: no socket opens for it, so no
 * end of one writes anything.
 */
const STATUSES: Readonly<Record<number, number>> = { [Code.DISCONNECTED]: 410, [Code.REQUEST_TOO_FAST]: 429 };

export function connectHandler(depsAt: DepsAt) {
  return async (event: WebSocketEvent): Promise<WebSocketResult> => {
    const refusedToken = refusedWith(event);
    // The authorizer has seen that the client offers it.
    if (refusedToken !== undefined) return selecting(`${REFUSED_SUB_PROTOCOL_PREFIX}${refusedToken}`);
    const caller = callerOf(event);
    if (caller === undefined) return { statusCode: 401 };
    const deps = depsAt(event.requestContext.requestTimeEpoch);
    const outcome = await openConnection(deps, caller, clientOf(event), tokenOf(event));
    const code = isRefused(outcome) ? CLIENT_CODES[outcome.reason] : Code.OK;
    const status = STATUSES[code];
    if (status !== undefined) return { statusCode: status };
    const select = code === Code.OK ? SUB_PROTOCOL : `${REFUSED_SUB_PROTOCOL_PREFIX}${code}`;
    // A browser rejects a connection if none of its sub-protocols is selected; only a selected one can say why it is refused.
    if (subProtocols(event).includes(select)) return selecting(select);
    return { statusCode: code === Code.OK ? 200 : 403 };
  };
}

const selecting = (subProtocol: string): WebSocketResult => ({
  statusCode: 200,
  headers: { 'Sec-WebSocket-Protocol': subProtocol },
});
