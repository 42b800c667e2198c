import {
  Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import { buffer } from 'node:stream/consumers';
import { closeServer, listen } from '../../lib/local/base/listen.ts';

/** A request that has arrived in full. */
export interface ProxiedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface ProxiedAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer | string;
}

/** Asks the server behind the proxy; throws where it gives no answer. */
export type Forward = () => Promise<ProxiedAnswer>;

/** Decides about one request. Without an answer the connection of the one who asks is destroyed. */
export type Serve = (asked: ProxiedRequest, forward: Forward) => Promise<ProxiedAnswer | undefined>;

export interface HttpProxy {
  readonly port: number;
  close(): Promise<void>;
}

/** Starts an HTTP proxy on 127.0.0.1. `upstream`: the address of the server behind it, asked for each request. */
export async function startHttpProxy(upstream: () => string, serve: Serve): Promise<HttpProxy> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer({ keepAliveTimeout: 60_000 }, (incoming, response) => {
    void handle(incoming, response, (asked) => serve(asked, () => ask(upstream(), asked, agent)));
  });
  const port = await listen(server, 0);
  return {
    port,
    close: async () => {
      agent.destroy();
      await closeServer(server);
    },
  };
}

async function handle(
  incoming: IncomingMessage,
  response: ServerResponse,
  serve: (asked: ProxiedRequest) => Promise<ProxiedAnswer | undefined>,
): Promise<void> {
  try {
    const body = await buffer(incoming);
    const { method = 'GET', url: path = '/', headers } = incoming;
    const answer = await serve({ method, path, headers, body });
    if (answer === undefined) response.destroy();
    else response.writeHead(answer.status, answer.headers).end(answer.body);
  } catch {
    response.destroy();
  }
}

function ask(upstream: string, { method, path, headers, body }: ProxiedRequest, agent: Agent): Promise<ProxiedAnswer> {
  const { host: _host, ...own } = headers;
  return new Promise((resolve, reject) => {
    const outgoing = request(`${upstream}${path}`, { method, agent, headers: own }, (answer) => {
      buffer(answer).then(
        (answered) => resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: answered }),
        reject,
      );
    });
    outgoing.once('error', reject).end(body);
  });
}
