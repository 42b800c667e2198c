import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type RawData, WebSocket } from 'ws';
import { watchFrames } from '../../../../lib/local/gateway/websocket/frame-limit.ts';
import { startWebSocketApi } from '../../../../lib/local/gateway/websocket/websocket-api.ts';
import { awsLimits, type WebSocketApiOptions } from '../../../../lib/local/gateway/websocket/websocket-options.ts';
import type { InvokeResult } from '../../../../lib/local/lambda/invoke.ts';

/** The event fields that the tests check. */
export interface SeenEvent {
  readonly type?: string;
  readonly methodArn?: string;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly headers: Record<string, string>;
  readonly multiValueHeaders: Record<string, string[]>;
  readonly queryStringParameters?: Record<string, string>;
  readonly multiValueQueryStringParameters?: Record<string, string[]>;
  readonly requestContext: {
    readonly [field: string]: unknown;
    readonly connectionId: string;
    readonly requestId: string;
    readonly routeKey: string;
  };
}

export type FakeLambda = (event: SeenEvent) => unknown;

/** A queue whose next item can be awaited. */
export function createQueue<T>() {
  const items: T[] = [];
  const waiting: ((item: T) => void)[] = [];
  return {
    items,
    push: (item: T) => {
      const take = waiting.shift();
      if (take === undefined) items.push(item);
      else take(item);
    },
    next: () => {
      const item = items.shift();
      return item === undefined ? new Promise<T>((resolve) => waiting.push(resolve)) : Promise.resolve(item);
    },
  };
}

const open: { close(): Promise<void> }[] = [];
const clients: WebSocket[] = [];

/** Closes the APIs and clients of the tests. */
export async function closeAll(): Promise<void> {
  for (const client of clients.splice(0)) client.terminate();
  await Promise.all(open.splice(0).map((api) => api.close()));
}

/** Starts an API with these functions, by function id. */
export async function startApi(lambdas: Record<string, FakeLambda>, overrides: Partial<WebSocketApiOptions> = {}) {
  const calls = createQueue<{ functionId: string; event: SeenEvent }>();
  const api = await startWebSocketApi({
    apiId: 'api1',
    stage: 'prod',
    port: 0,
    routeSelectionExpression: '$request.body.action',
    routes: routesOf(lambdas),
    invoke: (functionId, event) => {
      calls.push({ functionId, event: event as SeenEvent });
      return run(lambdas[functionId], event as SeenEvent);
    },
    now: () => Date.now(),
    randomId: () => randomBytes(11).toString('base64'),
    limits: awsLimits,
    disconnectDelivery: (deliver) => deliver(),
    log: () => {},
    ...overrides,
  });
  open.push(api);
  return { ...api, calls };
}

function routesOf(lambdas: Record<string, FakeLambda>) {
  const keys = Object.keys(lambdas).filter((key) => key !== 'authorizer');
  return Object.fromEntries(keys.map((key) => [key, { functionId: key, reply: key !== 'silent' }]));
}

async function run(lambda: FakeLambda | undefined, event: SeenEvent): Promise<InvokeResult> {
  try {
    return { ok: true, payload: await lambda?.(event) };
  } catch (error) {
    return { ok: false, errorType: 'Error', errorMessage: error instanceof Error ? error.message : '' };
  }
}

/** A client that queues the messages it gets. */
export function createClient(url: string, protocols: string[] = [], headers: Record<string, string> = {}) {
  const socket = new WebSocket(url, protocols, { headers, perMessageDeflate: false });
  clients.push(socket);
  const messages = createQueue<string>();
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
  socket.on('message', (data: RawData) => messages.push(data.toString()));
  socket.on('error', () => {});
  const got = { tooLongFrames: 0 };
  const watch = watchFrames(32_768, () => {
    got.tooLongFrames += 1;
  });
  socket.on('upgrade', ({ socket: wire }) => wire.prependListener('data', watch));
  return { socket, closed, message: messages.next, messages: messages.items, got };
}

/** Connects and waits until the socket is open. */
export async function connect(url: string, protocols: string[] = [], headers: Record<string, string> = {}) {
  const client = createClient(url, protocols, headers);
  await once(client.socket, 'open');
  return client;
}

/** The HTTP answer that refuses an upgrade. */
export async function refusal(url: string, headers: Record<string, string> = {}) {
  const client = createClient(url, [], headers);
  const [, response] = (await once(client.socket, 'unexpected-response')) as [unknown, IncomingMessage];
  response.resume();
  return { status: response.statusCode, errorType: response.headers['x-amzn-errortype'] };
}

/** Calls `@connections` with a signature. */
export function callConnections(url: string, method: string, connectionId: string, body?: string) {
  return fetch(`${url}/@connections/${encodeURIComponent(connectionId)}`, {
    method,
    headers: { authorization: 'AWS4-HMAC-SHA256 Credential=x' },
    ...(body === undefined ? {} : { body }),
  });
}
