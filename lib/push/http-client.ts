import * as http from 'node:http';
import * as https from 'node:https';

export interface HttpClientOptions {
  /** The service's address; its path is not used. */
  readonly endpoint: URL;
  readonly mostSockets: number;
  /** How long an answer may take. */
  readonly timeoutMs: number;
  /** Sockets are not used again after a pause of this length: the service may have closed them, above all where the Lambda was frozen. */
  readonly idleMs: number;
  /** Ms since 1970. */
  readonly now: () => number;
}

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpAnswer {
  /** 0 where the network failed before an answer. */
  readonly status: number;
  /** The service's name for the error, or the network's, as in ECONNRESET; '' where it has none. */
  readonly errorType: string;
}

export interface HttpClient {
  /** Never rejects. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Ends the sockets. */
  destroy(): void;
}

const timedOut = Object.assign(new Error('no answer in time'), { code: 'ETIMEDOUT' });

/** One request at a time on each socket, and sockets are kept. */
export function createHttpClient({ endpoint, mostSockets, timeoutMs, idleMs, now }: HttpClientOptions): HttpClient {
  const { Agent, request } = endpoint.protocol === 'http:' ? http : https;
  // The socket used last is the least likely to be closed.
  const agent = new Agent({
    keepAlive: true,
    maxSockets: mostSockets,
    maxFreeSockets: mostSockets,
    scheduling: 'lifo',
  });
  // There is one endpoint; Node would join two dozen options to a name for each request.
  agent.getName = () => endpoint.host;
  const { hostname: host, port } = endpoint;
  const address = { agent, host, ...(port !== '' && { port }) };
  let usedAtMs = now();
  return {
    send: ({ method, path, headers, body }) => {
      if (now() - usedAtMs > idleMs) dropFreeSockets(agent);
      usedAtMs = now();
      // Node takes a flat list as it is, and checks and copies each header of an object.
      const list = Object.entries(headers).flat();
      return exchange(request({ ...address, method, path, headers: list }), body, timeoutMs);
    },
    destroy: () => agent.destroy(),
  };
}

function dropFreeSockets(agent: http.Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

/** The status counts, also where the body breaks off; the body is read to its end because the socket is used again. */
function exchange(request: http.ClientRequest, body: string, timeoutMs: number): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    let status = 0;
    let errorType = '';
    request.on('response', (response) => {
      status = response.statusCode ?? 0;
      errorType = errorTypeOf(response.headers['x-amzn-errortype']);
      response.resume();
    });
    const timer = setTimeout(() => request.destroy(timedOut), timeoutMs);
    request.on('error', (fault: NodeJS.ErrnoException) => {
      if (status === 0) errorType = fault.code ?? fault.name;
    });
    // Comes after everything else, and just before the socket is free.
    request.on('close', () => {
      clearTimeout(timer);
      resolve({ status, errorType });
    });
    request.end(body);
  });
}

/** As in `LimitExceededException` or `LimitExceededException:http://…`. */
const errorTypeOf = (header: string | string[] | undefined): string =>
  /^\w{1,64}/.exec(String(header ?? ''))?.[0] ?? '';
