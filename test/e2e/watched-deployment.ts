import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { EventLog } from '../../bin/scenario/event-log.ts';
import { type LocalDeployment, startLocal } from '../../bin/start-local.ts';
import { closeServer } from '../../lib/local/base/listen.ts';
import { signRequest } from '../../lib/server-api/sign-request.ts';
import { listen } from '../support/listen.ts';
import { type HttpProxy, startHttpProxy } from '../torture/http-proxy.ts';
import { BareSocket, type SocketOptions } from './bare-socket.ts';
import { type EchoingTable, startEchoingTable } from './echoing-table.ts';
import { encodeForm, type Form } from './server-api-client.ts';
import type { Witness } from './witness.ts';

/** An answer of the server API. */
export interface WatchedAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The app's server behind the webhook: its next answers can be replaced. */
interface Receiver {
  readonly server: Server;
  /** 0: it hangs up. */
  status: number;
  deliveries: number;
}

const REFUSED = { status: 403, headers: {}, body: '{"message":"Forbidden"}' };

/** Everything of a deployment that a stranger or an operator may see, and every secret of it. */
export class WatchedDeployment {
  readonly disconnects = new EventLog<number>();
  losesDisconnects: boolean = false;
  /** Each post to a connection is refused. */
  failsPosts: boolean = false;

  private constructor(
    readonly witness: Witness,
    readonly table: EchoingTable,
    readonly receiver: Receiver,
    readonly stack: LocalDeployment,
    readonly clock: { aheadMs: number },
    readonly proxies: readonly HttpProxy[],
  ) {}

  /** Starts the stack with a webhook, and records every line that it logs from its first one. */
  static async start(
    settings: Readonly<Record<string, string | number | boolean>>,
    witness: Witness,
  ): Promise<WatchedDeployment> {
    const table = await startEchoingTable();
    const receiver = startReceiver(witness);
    const webhookUrl = `http://127.0.0.1:${await listen(receiver.server)}/events?key=the-key-of-the-webhook`;
    const clock = { aheadMs: 0 };
    const current: { deployment?: WatchedDeployment } = {};
    const proxies: HttpProxy[] = [];
    const stack = await startLocal({
      port: 0,
      settings: { ...settings, webhookUrl },
      dynamodbEndpoint: table.endpoint,
      now: () => Date.now() + clock.aheadMs,
      log: (line) => witness.show('the log', line),
      step: (title) => witness.show('the steps of the start', title),
      testing: {
        schedules: 'manual',
        connectionsPort: async (upstream) => {
          proxies.push(
            await startHttpProxy(
              () => `http://127.0.0.1:${upstream}`,
              async ({ method }, forward) =>
                method === 'POST' && current.deployment?.failsPosts ? REFUSED : forward(),
            ),
          );
          return proxies[0]?.port ?? 0;
        },
        disconnectDelivery: async (deliver) => {
          if (current.deployment?.losesDisconnects) return;
          await deliver();
          current.deployment?.disconnects.add(1);
        },
      },
    });
    witness.keep('the app secret', stack.appSecret);
    current.deployment = new WatchedDeployment(witness, table, receiver, stack, clock, proxies);
    return current.deployment;
  }

  readonly now = (): number => Date.now() + this.clock.aheadMs;

  pass(ms: number): void {
    this.clock.aheadMs += ms;
  }

  readonly sweep = (): Promise<void> => this.stack.testing.fireSchedules(this.now());
  readonly drain = (): Promise<void> => this.stack.testing.drain();

  /** The headers of a call, signed in Doorman's form. */
  sign(path: string, body: string): Record<string, string> {
    const { appKey, appSecret: secret } = this.stack;
    const call = { method: 'POST', target: path, body, appKey, secret, nonce: randomUUID(), timestampMs: this.now() };
    const headers = { ...signRequest(call) };
    this.witness.keep('a nonce', call.nonce);
    this.witness.keep('a signature', String(headers.Signature));
    return headers;
  }

  /** Sends a call as it is; the answers of refused ones go to the witness. */
  async send(path: string, body: string, headers: Readonly<Record<string, string>>): Promise<WatchedAnswer> {
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    const response = await fetch(`${this.stack.httpApiUrl}${path}`, {
      ...{ method: 'POST', body, headers: { ...type, ...headers } },
    });
    const answer = await response.text();
    if (response.status !== 200) {
      this.witness.show('a refused call', `${JSON.stringify([...response.headers])} ${answer}`);
    }
    return { status: response.status, body: JSON.parse(answer) as WatchedAnswer['body'] };
  }

  call(path: string, form: Form): Promise<WatchedAnswer> {
    const body = encodeForm(form);
    return this.send(path, body, this.sign(path, body));
  }

  /** A call that succeeds. */
  async done(path: string, form: Form): Promise<WatchedAnswer['body']> {
    const { status, body } = await this.call(path, form);
    if (status !== 200) throw new Error(`unable to call ${path}; ${status} ${JSON.stringify(body)}`);
    return body;
  }

  async token(userId: string): Promise<string> {
    const token = String((await this.done('/user/getToken.json', { userId, name: userId })).token);
    this.witness.keep(`the token of ${userId}`, token);
    return token;
  }

  dial(options: Pick<SocketOptions, 'token' | 'tokenIn' | 'instance'>): Promise<BareSocket | number> {
    return BareSocket.open({ ...options, url: this.stack.webSocketUrl, witness: this.witness });
  }

  /** A connection of a user, on a device of its own. */
  async connect(userId: string, tokenIn: SocketOptions['tokenIn'] = 'sub-protocol'): Promise<BareSocket> {
    const token = await this.token(userId);
    const socket = await this.dial({ token, tokenIn, instance: `${randomUUID()}_1` });
    if (typeof socket === 'number') throw new Error(`unable to connect ${userId}; ${socket}`);
    return socket;
  }

  /** A connection of a user who is in the room. */
  async enter(userId: string, room: string): Promise<BareSocket> {
    const socket = await this.connect(userId);
    const joined = await socket.ask({ action: 'join', room, messageCount: -1, autoCreate: true });
    if (joined.code !== undefined && joined.code !== 0) throw new Error(`unable to join; ${JSON.stringify(joined)}`);
    return socket;
  }

  async close(): Promise<void> {
    await this.stack.close();
    for (const proxy of this.proxies) await proxy.close();
    await this.table.close();
    await closeServer(this.receiver.server);
  }
}

/** The app's server; the signatures that it gets are secrets of the webhook. */
function startReceiver(witness: Witness): Receiver {
  const receiver = { status: 200, deliveries: 0 };
  const server = createServer(async (incoming, response) => {
    await text(incoming);
    const { searchParams } = new URL(incoming.url ?? '', 'http://app');
    const kept = { nonce: searchParams.get('nonce'), signature: searchParams.get('signature') };
    for (const [name, value] of Object.entries(kept)) witness.keep(`a ${name} of the webhook`, String(value));
    witness.keep('a strong signature of the webhook', String(incoming.headers.signature));
    receiver.deliveries += 1;
    if (receiver.status === 0) {
      incoming.socket.destroy();
      return;
    }
    // A server that repeats what it got.
    response.writeHead(receiver.status).end(`${incoming.url} ${JSON.stringify(incoming.headers)}`);
  });
  return Object.assign(receiver, { server });
}
