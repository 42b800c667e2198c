import type { IncomingMessage } from 'node:http';
import { account } from '../../base/account.ts';
import type { RouteMatch } from './http-routes.ts';
import { requestTarget } from './request-target.ts';
import { requestTime } from './request-time.ts';

/** The facts of an event that are not in the request. */
export interface HttpEventSource {
  readonly apiId: string;
  readonly stage: string;
  readonly domainName: string;
  readonly requestId: string;
  readonly nowMs: number;
}

/** The event of payload format 2.0. */
export function httpEvent(source: HttpEventSource, match: RouteMatch, request: IncomingMessage, body: Buffer): object {
  const { path, query: rawQueryString } = requestTarget(request);
  const { cookie, ...headers } = headersOf(request);
  const query = queryOf(new URLSearchParams(rawQueryString));
  const isText = isTextType(request.headers['content-type']);
  return {
    version: '2.0',
    routeKey: match.routeKey,
    rawPath: path,
    rawQueryString,
    ...(cookie === undefined ? {} : { cookies: cookie.split('; ') }),
    headers,
    ...(Object.keys(query).length === 0 ? {} : { queryStringParameters: query }),
    requestContext: requestContext(source, match.routeKey, request, path),
    ...(body.length === 0 ? {} : { body: body.toString(isText ? 'utf8' : 'base64') }),
    ...(Object.keys(match.pathParameters).length === 0 ? {} : { pathParameters: match.pathParameters }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

function requestContext(source: HttpEventSource, routeKey: string, request: IncomingMessage, path: string): object {
  return {
    accountId: account.accountId,
    apiId: source.apiId,
    domainName: source.domainName,
    domainPrefix: source.apiId,
    http: {
      method: request.method ?? '',
      path,
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: request.socket.remoteAddress ?? '',
      userAgent: request.headers['user-agent'] ?? '',
    },
    requestId: source.requestId,
    routeKey,
    stage: source.stage,
    time: requestTime(source.nowMs),
    timeEpoch: source.nowMs,
  };
}

/** The names are in lower case; commas join the values of one name. */
function headersOf(request: IncomingMessage): Record<string, string | undefined> {
  const joined = Object.entries(request.headersDistinct).map(([name, values]) => [
    name,
    (values ?? []).join(name === 'cookie' ? '; ' : ','),
  ]);
  return Object.fromEntries(joined);
}

function queryOf(query: URLSearchParams): Record<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of query) {
    const before = values.get(name);
    values.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(values);
}

/** Functions get all other bodies, forms included, in base64. */
function isTextType(contentType: string | undefined): boolean {
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  return type.startsWith('text/') || ['application/json', 'application/javascript', 'application/xml'].includes(type);
}
