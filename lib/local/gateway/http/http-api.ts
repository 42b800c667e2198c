import { createServer, type IncomingMessage } from 'node:http';
import { closeServer, listen } from '../../base/listen.ts';
import { errorOf, type Invoke, type InvokeResult } from '../../lambda/invoke.ts';
import type { ApiThrottle } from '../../quotas/throttles.ts';
import { isHeadTooLong } from './head-limit.ts';
import { gatewayAnswer, type HttpAnswer, readHttpAnswer } from './http-answer.ts';
import { httpEvent } from './http-event.ts';
import { matchRoute } from './http-routes.ts';
import { readBody } from './request-body.ts';
import { requestTarget } from './request-target.ts';

/** An HTTP API as its template declares it, with its clock, ids, functions and log. */
export interface HttpApiOptions {
  readonly apiId: string;
  readonly stage: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** The function's id by route key: `ANY /{proxy+}`, `POST /x`, `$default`. */
  readonly routes: Readonly<Record<string, string>>;
  readonly invoke: Invoke;
  readonly now: () => number;
  readonly randomId: () => string;
  readonly log: (line: string) => void;
  /** Without it no call is refused for being too much. */
  readonly throttle?: ApiThrottle | undefined;
  /** Gets a line per call. */
  readonly trace?: ((line: string) => void) | undefined;
}

/** A running HTTP API. */
export interface HttpApi {
  readonly port: number;
  readonly url: string;
  close(): Promise<void>;
}

const BODY_LIMIT_BYTES = 10 * 1024 * 1024;
/** Lambda's limit for events and results; 4.5 MB of a form reach it, because forms are sent in base64. */
const PAYLOAD_LIMIT_BYTES = 6 * 1024 * 1024;
const TOO_LARGE = gatewayAnswer(413, 'Request Entity Too Large');
const TOO_MANY = gatewayAnswer(429, 'Too Many Requests');

/** Starts the API on 127.0.0.1, with payload format 2.0. */
export async function startHttpApi(options: HttpApiOptions): Promise<HttpApi> {
  const server = createServer((request, response) => {
    const requestId = options.randomId();
    answer(options, requestId, request)
      .then(({ status, headers, body }) => {
        response.writeHead(status, { ...headers, 'content-length': body.length, 'apigw-requestid': requestId });
        response.end(body);
        options.trace?.(`${request.method} ${requestTarget(request).path} ${status}`);
      })
      .catch((error: unknown) => {
        options.log(`unable to answer ${request.method} ${request.url}; ${String(error)}`);
        response.destroy();
      });
  });
  const port = await listen(server, options.port);
  return { port, url: `http://127.0.0.1:${port}`, close: () => closeServer(server) };
}

const payloadBytes = (payload: unknown): number => Buffer.byteLength(JSON.stringify(payload ?? null));

async function answer(options: HttpApiOptions, requestId: string, request: IncomingMessage): Promise<HttpAnswer> {
  const body = await readBody(request, BODY_LIMIT_BYTES);
  if (body === undefined) return TOO_LARGE;
  if (isHeadTooLong(request)) return gatewayAnswer(431, 'Request Header Fields Too Large');
  const match = matchRoute(options.routes, request.method ?? '', requestTarget(request).path);
  if (match === undefined) return gatewayAnswer(404, 'Not Found');
  if (options.throttle?.request() === false) return TOO_MANY;
  const { apiId, stage } = options;
  const source = { apiId, stage, domainName: request.headers.host ?? '', requestId, nowMs: options.now() };
  const event = httpEvent(source, match, request, body);
  if (payloadBytes(event) > PAYLOAD_LIMIT_BYTES) return TOO_LARGE;
  const result = await options.invoke(match.functionId, event);
  if (!result.ok) options.log(`${match.routeKey} failed; ${errorOf(result)}`);
  return answerOf(result) ?? gatewayAnswer(500, 'Internal Server Error');
}

function answerOf(result: InvokeResult): HttpAnswer | undefined {
  if (!result.ok) return result.timedOut === true ? gatewayAnswer(503, 'Service Unavailable') : undefined;
  return payloadBytes(result.payload) <= PAYLOAD_LIMIT_BYTES ? readHttpAnswer(result.payload) : undefined;
}
