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
  /** Whether the answer's body is read; otherwise its status is all that counts. */
  readonly wantsBody: boolean;
}

export interface HttpAnswer {
  /** 0 where the network failed before an answer, or, where the body is wanted, before its end. */
  readonly status: number;
  /** The service's name for the error, or the network's, as in ECONNRESET; '' where it has none. */
  readonly errorType: string;
  /** '' where it is not wanted. */
  readonly body: string;
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
    send: ({ method, path, headers, body, wantsBody }) => {
      if (now() - usedAtMs > idleMs) dropFreeSockets(agent);
      usedAtMs = now();
      // Node takes a flat list as it is, and checks and copies each header of an object.
      const list = Object.entries(headers).flat();
      return exchange(request({ ...address, method, path, headers: list }), { body, wantsBody, timeoutMs });
    },
    destroy: () => agent.destroy(),
  };
}

function dropFreeSockets(agent: http.Agent): void {
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
}

/** A body that is not wanted is read to its end too, because the socket is used again; it may break off. */
function exchange(
  request: http.ClientRequest,
  { body, wantsBody, timeoutMs }: Pick<HttpRequest, 'body' | 'wantsBody'> & Pick<HttpClientOptions, 'timeoutMs'>,
): Promise<HttpAnswer> {
  return new Promise((resolve) => {
    let status = 0;
    let errorType = '';
    let answered = '';
    request.on('response', (response) => {
      const { statusCode = 0, headers } = response;
      errorType = errorTypeOf(headers['x-amzn-errortype']);
      if (wantsBody) {
        response.setEncoding('utf8').on('data', (part: string) => (answered += part));
        response.on('end', () => (status = statusCode));
      } else {
        status = statusCode;
        response.resume();
      }
    });
    const timer = setTimeout(() => request.destroy(timedOut), timeoutMs);
    request.on('error', (fault: NodeJS.ErrnoException) => {
      if (status === 0) errorType = fault.code ?? fault.name;
    });
    // Comes after everything else, and just before the socket is free.
    request.on('close', () => {
      clearTimeout(timer);
      resolve(
        status === 0
          ? { status, errorType: errorType || 'ECONNRESET', body: '' }
          : { status, errorType, body: answered },
      );
    });
    request.end(body);
  });
}

/** As in `LimitExceededException` or `LimitExceededException:http://…`. */
const errorTypeOf = (header: string | string[] | undefined): string =>
  /^\w{1,64}/.exec(String(header ?? ''))?.[0] ?? '';
