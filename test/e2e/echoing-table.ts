import { createServer, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { closeServer } from '../../lib/local/base/listen.ts';
import { startEmulator } from '../../lib/local/dynamodb/emulator.ts';
import { listen } from '../support/listen.ts';

/** How the table fails: with an error that repeats the whole request, or with the request in place of any JSON. */
export type TableFailure = 'error' | 'no-json';

/** A DynamoDB whose answers a test replaces by failures that repeat the request. */
export interface EchoingTable {
  readonly endpoint: string;
  /** Fails the requests whose body fits, until it is called again. */
  fail(failure: TableFailure, fits: (operation: string, body: string) => boolean): void;
  heal(): void;
  /** How many requests have failed. */
  failures(): number;
  close(): Promise<void>;
}

function echo(failure: TableFailure, { method, url, headers }: IncomingMessage, body: string): string {
  const whole = `${method} ${url} ${JSON.stringify(headers)} ${body}`;
  if (failure === 'no-json') return whole;
  return JSON.stringify({ __type: 'com.amazon.coral.validate#ValidationException', message: `invalid: ${whole}` });
}

/** Starts the emulator, and before it a server that forwards or fails each request. */
export async function startEchoingTable(): Promise<EchoingTable> {
  const emulator = await startEmulator({ engine: 'dynoxide' });
  const state: { failing?: { failure: TableFailure; fits: (operation: string, body: string) => boolean } } = {};
  let failures = 0;
  const server = createServer(async (incoming, response) => {
    const body = await buffer(incoming);
    const text = body.toString('utf8');
    const { failing } = state;
    const [service = '', operation = ''] = String(incoming.headers['x-amz-target']).split('.');
    // Only the Lambdas' requests fail: the reads of the stream are AWS's own, and no Lambda sees their errors.
    if (service.startsWith('DynamoDB_') && failing?.fits(operation, text)) {
      failures += 1;
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(echo(failing.failure, incoming, text));
      return;
    }
    const { host: _host, ...headers } = incoming.headers;
    const forwarded = request(emulator.endpoint, { method: 'POST', headers }, (upstream) => {
      response.writeHead(upstream.statusCode ?? 500, upstream.headers);
      upstream.pipe(response);
    });
    forwarded.once('error', () => response.destroy());
    forwarded.end(body);
  });
  const port = await listen(server);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    fail: (failure, fits) => {
      state.failing = { failure, fits };
    },
    heal: () => {
      delete state.failing;
    },
    failures: () => failures,
    close: async () => {
      await closeServer(server);
      await emulator.close();
    },
  };
}
