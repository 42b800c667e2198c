import type { IncomingMessage } from 'node:http';
import { arnOf } from '../../base/account.ts';
import { requestTarget } from '../http/request-target.ts';
import { requestTime } from '../http/request-time.ts';
import type { WebSocketApiOptions } from './websocket-options.ts';

/** The facts about a connection that all its events contain. */
export interface ConnectionFacts {
  readonly connectionId: string;
  readonly connectedAtMs: number;
  readonly domainName: string;
  readonly sourceIp: string;
  readonly userAgent: string | undefined;
  /** The authorizer's context with its principalId. */
  readonly authorizer?: Readonly<Record<string, string | number>>;
}

type EventSource = Pick<WebSocketApiOptions, 'apiId' | 'stage' | 'now' | 'randomId'>;

/** An event of a connection, with the request id that an error frame repeats. */
export interface ConnectionEvent {
  readonly requestId: string;
  readonly event: object;
}

/** The event of `$connect`. */
export function connectEvent(source: EventSource, facts: ConnectionFacts, request: IncomingMessage): ConnectionEvent {
  const context = requestContext(source, facts, '$connect', 'CONNECT');
  const query = queryOf(request);
  const event = {
    ...headersOf(request),
    ...(Object.keys(query.queryStringParameters).length > 0 ? query : {}),
    requestContext: context,
    isBase64Encoded: false,
  };
  return { requestId: context.requestId, event };
}

/** The event of the REQUEST authorizer, which runs before `$connect`. */
export function authorizerEvent(source: EventSource, facts: ConnectionFacts, request: IncomingMessage) {
  return {
    type: 'REQUEST',
    methodArn: arnOf('execute-api', `${source.apiId}/${source.stage}/$connect`),
    ...headersOf(request),
    ...queryOf(request),
    stageVariables: {},
    requestContext: requestContext(source, facts, '$connect', 'CONNECT'),
  };
}

/** The event of a message, for the route that was selected. */
export function messageEvent(
  source: EventSource,
  facts: ConnectionFacts,
  routeKey: string,
  body: string,
): ConnectionEvent {
  const context = requestContext(source, facts, routeKey, 'MESSAGE');
  const event = { requestContext: { ...context, messageId: source.randomId() }, body, isBase64Encoded: false };
  return { requestId: context.requestId, event };
}

/** The event of `$disconnect`. */
export function disconnectEvent(source: EventSource, facts: ConnectionFacts, code: number, reason: string): object {
  const headers = { Host: facts.domainName, 'x-api-key': '', 'X-Forwarded-For': '' };
  const context = requestContext(source, facts, '$disconnect', 'DISCONNECT');
  return {
    headers,
    multiValueHeaders: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    requestContext: { ...context, disconnectStatusCode: code, disconnectReason: reason },
    isBase64Encoded: false,
  };
}

function requestContext(source: EventSource, facts: ConnectionFacts, routeKey: string, eventType: string) {
  const requestId = source.randomId();
  const nowMs = source.now();
  return {
    routeKey,
    ...(facts.authorizer === undefined ? {} : { authorizer: facts.authorizer }),
    eventType,
    extendedRequestId: requestId,
    requestTime: requestTime(nowMs),
    messageDirection: 'IN',
    stage: source.stage,
    connectedAt: facts.connectedAtMs,
    requestTimeEpoch: nowMs,
    identity: identityOf(facts),
    requestId,
    domainName: facts.domainName,
    connectionId: facts.connectionId,
    apiId: source.apiId,
  };
}

/** The client as events and `@connections` describe it. */
export function identityOf(facts: ConnectionFacts) {
  return { sourceIp: facts.sourceIp, ...(facts.userAgent === undefined ? {} : { userAgent: facts.userAgent }) };
}

/** As in AWS, header names keep the letter case of the client. */
function headersOf(request: IncomingMessage) {
  const multi = new Map<string, string[]>();
  for (let at = 0; at + 1 < request.rawHeaders.length; at += 2) {
    append(multi, request.rawHeaders[at] ?? '', request.rawHeaders[at + 1] ?? '');
  }
  return { headers: lastValues(multi), multiValueHeaders: Object.fromEntries(multi) };
}

function queryOf(request: IncomingMessage) {
  const multi = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(requestTarget(request).query)) append(multi, name, value);
  return { queryStringParameters: lastValues(multi), multiValueQueryStringParameters: Object.fromEntries(multi) };
}

function append(multi: Map<string, string[]>, name: string, value: string): void {
  const values = multi.get(name);
  if (values === undefined) multi.set(name, [value]);
  else values.push(value);
}

function lastValues(multi: ReadonlyMap<string, readonly string[]>): Record<string, string> {
  return Object.fromEntries([...multi].map(([name, values]) => [name, values.at(-1) ?? '']));
}
