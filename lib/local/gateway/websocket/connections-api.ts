import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../http/request-body.ts';
import { requestTarget } from '../http/request-target.ts';
import type { Connection } from './connection.ts';
import { identityOf } from './websocket-events.ts';
import type { WebSocketApiOptions } from './websocket-options.ts';

interface Answer {
  readonly status: number;
  readonly body?: object;
  readonly errorType?: string;
}

/** Serves `@connections`, by which functions send to the clients of the API. */
export async function serveConnectionsApi(
  options: WebSocketApiOptions,
  connections: ReadonlyMap<string, Connection>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, options.limits.messageBytes);
  const { status, body: answer, errorType } = answerCall(options, connections, request, body);
  response.writeHead(status, {
    'x-amzn-RequestId': options.randomId(),
    ...(answer === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...(errorType === undefined ? {} : { 'x-amzn-ErrorType': errorType }),
  });
  response.end(answer === undefined ? undefined : JSON.stringify(answer));
}

function answerCall(
  options: WebSocketApiOptions,
  connections: ReadonlyMap<string, Connection>,
  request: IncomingMessage,
  body: Buffer | undefined,
): Answer {
  const path = decoded(requestTarget(request).path);
  const prefix = `/${options.stage}/@connections/`;
  if (!path?.startsWith(prefix)) return fault(403, 'ForbiddenException', 'Forbidden');
  const authorization = request.headers.authorization ?? '';
  if (!authorization.startsWith('AWS4-HMAC-SHA256 ')) {
    return fault(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  const connectionId = path.slice(prefix.length);
  const method = request.method ?? '';
  if (options.authorizeCall?.({ authorization, method, connectionId }) === false) {
    return fault(403, 'ForbiddenException', 'Forbidden');
  }
  if (options.throttle?.connectionsCall() === false) {
    return fault(429, 'LimitExceededException', 'Too Many Requests');
  }
  if (body === undefined) return fault(413, 'PayloadTooLargeException', 'Payload Too Large');
  const connection = connections.get(connectionId);
  if (connection === undefined) return gone(options, connectionId);
  return perform(options, connection, method, body);
}

function perform(options: WebSocketApiOptions, connection: Connection, method: string, body: Buffer): Answer {
  if (method === 'POST') {
    return connection.send(body.toString('utf8')) ? { status: 200 } : gone(options, connection.facts.connectionId);
  }
  if (method === 'GET') return { status: 200, body: describe(connection) };
  if (method === 'DELETE') {
    connection.close(1000, 'Connection Closed Normally');
    return { status: 204 };
  }
  return fault(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
}

function describe(connection: Connection): object {
  return {
    connectedAt: new Date(connection.facts.connectedAtMs).toISOString(),
    identity: identityOf(connection.facts),
    lastActiveAt: new Date(connection.lastActiveAtMs()).toISOString(),
  };
}

/** Decodes `=`, `/` and `+` of connection ids; undefined when the encoding is invalid. */
function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function fault(status: number, errorType: string, message: string): Answer {
  return { status, errorType, body: { message } };
}

function gone(options: WebSocketApiOptions, connectionId: string): Answer {
  const body = { message: 'Gone', connectionId, requestId: options.randomId() };
  return { status: 410, errorType: 'GoneException', body };
}
