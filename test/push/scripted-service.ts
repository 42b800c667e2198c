import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { readBody } from '../../lib/local/gateway/http/request-body.ts';
import { listen } from '../support/listen.ts';

export interface SeenRequest {
  readonly method: string;
  /** As sent. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** 1 for the first socket of the service. */
  readonly socket: number;
}

/** What the service does with a request. */
export type Reaction = (response: ServerResponse) => void;

const running: (() => Promise<void>)[] = [];

/** Ends the services of the tests. */
export async function closeServices(): Promise<void> {
  await Promise.all(running.splice(0).map((close) => close()));
}

/** A service whose requests get these reactions, one after the other, and the last one from then on. */
export async function startService(...reactions: readonly Reaction[]) {
  const seen: SeenRequest[] = [];
  const sockets: Socket[] = [];
  const server = createServer(async (request, response) => {
    const body = await readBody(request, 1_000_000);
    const socket = sockets.indexOf(request.socket) + 1;
    const { method = '', url: target = '', headers } = request;
    const reaction = reactions[Math.min(seen.length, reactions.length - 1)] ?? answers(200);
    seen.push({ method, target, headers, body: String(body), socket });
    reaction(response);
  });
  server.on('connection', (socket) => sockets.push(socket));
  const port = await listen(server);
  running.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${port}/prod`, host: `127.0.0.1:${port}`, seen, sockets };
}

/** An answer as of AWS. */
export const answers =
  (status: number, errorType = '', body = ''): Reaction =>
  (response) => {
    response.writeHead(status, errorType === '' ? {} : { 'x-amzn-ErrorType': errorType });
    response.end(body);
  };

/** The network fails while the request is under way. */
export const resets: Reaction = (response) => {
  response.socket?.resetAndDestroy();
};
