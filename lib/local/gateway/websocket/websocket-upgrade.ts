import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { errorOf } from '../../lambda/invoke.ts';
import { readStatus } from '../http/status.ts';
import { authorize, type Refusal } from './websocket-authorizer.ts';
import { type ConnectionFacts, connectEvent } from './websocket-events.ts';
import { handshakeFault } from './websocket-handshake.ts';
import type { WebSocketApiOptions } from './websocket-options.ts';

/** The decision on an upgrade: the facts of the new connection, or the refusal. */
export type Admission =
  | { readonly admitted: true; readonly facts: ConnectionFacts; readonly protocol: string | undefined }
  | { readonly admitted: false; readonly refusal: Refusal };

const BAD_GATEWAY: Refusal = {
  status: 502,
  errorType: 'InternalServerErrorException',
  message: 'Internal server error',
};

const GATEWAY_TIMEOUT: Refusal = {
  status: 504,
  errorType: 'IntegrationTimeoutException',
  message: 'Endpoint request timed out',
};

const TOO_MANY: Refusal = { status: 429, errorType: 'TooManyRequestsException', message: 'Too Many Requests' };

/** Asks the handshake rules, the throttle, the authorizer and `$connect`, in this order; each may refuse the connection. */
export async function admit(
  options: WebSocketApiOptions,
  domainName: string,
  request: IncomingMessage,
): Promise<Admission> {
  const fault = handshakeFault(options, request);
  if (fault !== undefined) return refused(fault);
  if (options.throttle?.connect() === false) return refused(TOO_MANY);
  const unauthorized: ConnectionFacts = {
    connectionId: options.randomId(),
    connectedAtMs: options.now(),
    domainName,
    sourceIp: request.socket.remoteAddress ?? '',
    userAgent: request.headers['user-agent'],
  };
  const authorization = await authorize(options, unauthorized, request);
  if (!authorization.allowed) return refused(authorization.refusal);
  const facts =
    authorization.context === undefined ? unauthorized : { ...unauthorized, authorizer: authorization.context };
  return connect(options, facts, request);
}

async function connect(
  options: WebSocketApiOptions,
  facts: ConnectionFacts,
  request: IncomingMessage,
): Promise<Admission> {
  const route = options.routes.$connect;
  if (route === undefined) return { admitted: true, facts, protocol: undefined };
  const result = await options.invoke(route.functionId, connectEvent(options, facts, request).event);
  if (!result.ok) {
    options.log(`$connect of ${facts.connectionId} failed; ${errorOf(result)}`);
    return refused(result.timedOut === true ? GATEWAY_TIMEOUT : BAD_GATEWAY);
  }
  const answer = readAnswer(result.payload);
  if (answer === undefined) return refused(BAD_GATEWAY);
  if (answer.status >= 200 && answer.status < 300) return { admitted: true, facts, protocol: answer.protocol };
  const message = STATUS_CODES[answer.status] ?? 'Refused';
  return refused({ status: answer.status, errorType: 'IntegrationException', message });
}

function refused(refusal: Refusal): Admission {
  return { admitted: false, refusal };
}

function readAnswer(payload: unknown): { status: number; protocol: string | undefined } | undefined {
  if (typeof payload !== 'object' || payload === null || !('statusCode' in payload)) return undefined;
  const status = readStatus(payload);
  if (status === undefined) return undefined;
  const headers = 'headers' in payload && typeof payload.headers === 'object' ? payload.headers : null;
  const [, protocol] =
    Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === 'sec-websocket-protocol') ?? [];
  return { status, protocol: typeof protocol === 'string' ? protocol : undefined };
}

/** Answers an upgrade with an HTTP error and ends its socket. */
export function refuseUpgrade(socket: Duplex, requestId: string, refusal: Refusal): void {
  const body = JSON.stringify({ message: refusal.message, requestId });
  const lines = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? 'Refused'}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `x-amzn-RequestId: ${requestId}`,
    `x-amzn-ErrorType: ${refusal.errorType}`,
  ];
  // The server allows half-open sockets: without this a silent client would keep one open for ever.
  socket.once('finish', () => socket.destroy());
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
