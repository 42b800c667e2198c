import { errorOf, type InvokeResult } from '../../lambda/invoke.ts';
import type { Connection } from './connection.ts';
import { parseRouteSelection } from './route-selection.ts';
import { messageEvent } from './websocket-events.ts';
import type { WebSocketApiOptions } from './websocket-options.ts';

/** Handles one message of a connection: each message is one invocation. */
export type MessageHandler = (connection: Connection, body: string) => Promise<void>;

/** Creates the message handler. Throws when it does not support the route selection expression. */
export function createMessageHandler(options: WebSocketApiOptions): MessageHandler {
  const select = parseRouteSelection(options.routeSelectionExpression);
  return async (connection, body) => {
    const routeKey = routeKeyOf(options, select(body));
    const route = options.routes[routeKey];
    const { requestId, event } = messageEvent(options, connection.facts, routeKey, body);
    if (route === undefined) return sendError(connection, requestId, 'Forbidden');
    // AWS documents the status of a throttled request, and not what a client gets for a frame: this text is a guess.
    if (options.throttle?.request() === false) return sendError(connection, requestId, 'Too Many Requests');
    const result = await options.invoke(route.functionId, event);
    const reply = readReply(result, options.limits.messageBytes);
    if (!result.ok) {
      options.log(`${routeKey} of ${connection.facts.connectionId} failed; ${errorOf(result)}`);
    }
    if (!reply.ok) return sendError(connection, requestId, failureText(result));
    if (route.reply && reply.body !== undefined) connection.send(reply.body);
  };
}

/** A client cannot select `$connect` or `$disconnect`: keys that begin with `$` are reserved. */
function routeKeyOf(options: WebSocketApiOptions, selected: string | undefined): string {
  if (selected === undefined || selected.startsWith('$')) return '$default';
  return Object.hasOwn(options.routes, selected) ? selected : '$default';
}

const failureText = (result: InvokeResult): string =>
  !result.ok && result.timedOut === true ? 'Endpoint request timed out' : 'Internal server error';

type Reply = { readonly ok: true; readonly body: string | undefined } | { readonly ok: false };

function readReply(result: InvokeResult, limitBytes: number): Reply {
  if (!result.ok || typeof result.payload !== 'object' || result.payload === null) return { ok: false };
  const body = 'body' in result.payload ? (result.payload.body ?? undefined) : undefined;
  if (body === undefined) return { ok: true, body };
  if (typeof body !== 'string' || Buffer.byteLength(body) > limitBytes) return { ok: false };
  return { ok: true, body: body === '' ? undefined : body };
}

function sendError(connection: Connection, requestId: string, message: string): void {
  connection.send(JSON.stringify({ message, connectionId: connection.facts.connectionId, requestId }));
}
