import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { WebhookEvent } from '../../lib/protocol/webhook.ts';
import { readMove } from './clock-move.ts';
import { readBody } from './read-body.ts';
import { refusalOf, webhookRefusalOf } from './request-guard.ts';
import { securityHeaders } from './security-headers.ts';
import { type CallDeps, makeCall, readCall, type ServerApiKeys } from './signed-calls.ts';
import { isSigned, WebhookFeed } from './webhook-feed.ts';

const BODY_MAX_BYTES = 1024 * 1024;

type Headers = Readonly<Record<string, string>>;

/** What the page learns of the deployment; no secret. */
export interface ConsoleSetup {
  readonly webSocketUrl: string;
  readonly appKey: string;
  readonly offlineMessageLimit: number;
  readonly offlineGraceMs: number;
  readonly realTimeGraceMs: number;
  readonly sendsPerSecond: number;
  /** The webhook posts to the console. */
  readonly hasWebhook: boolean;
  readonly notifyMemberChanges: boolean;
  readonly realTimeKickOut: boolean;
}

/** The clock of a deployment that is here to be tried. */
export interface DeploymentClock {
  readonly moveAhead: (ms: number) => void;
  /** Runs the sweep, as the schedule does each minute. */
  readonly sweep: () => Promise<void>;
}

/** The deployment that the console shows. */
export interface ConsoleDeployment {
  readonly setup: ConsoleSetup;
  readonly keys: ServerApiKeys;
  readonly clock: DeploymentClock;
}

/** A file of the page. */
export interface PageFile {
  readonly type: string;
  readonly content: string | Uint8Array;
}

/** The files of the page by their paths, such as `/assets/index.js`; `/` is the page. */
export type Page = ReadonlyMap<string, PageFile>;

export interface ConsoleOptions extends CallDeps {
  /** 0 takes a free one. */
  readonly port: number;
  /** Called at the first request of the page. */
  readonly buildPage: () => Promise<Page>;
  readonly log: (line: string) => void;
}

/** The console's server on 127.0.0.1. Requests wait until `show` has been called. */
export class ConsoleServer {
  readonly #options: ConsoleOptions;
  readonly #server: Server;
  readonly #feed = new WebhookFeed();
  readonly #deployment: Promise<ConsoleDeployment>;
  #page: Promise<Page> | undefined;
  #port: number = 0;
  /** Requests get this deployment. */
  show: (deployment: ConsoleDeployment) => void = () => undefined;

  private constructor(options: ConsoleOptions) {
    this.#options = options;
    this.#deployment = new Promise((resolve) => {
      this.show = resolve;
    });
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((fault: unknown) => {
        options.log(`unable to serve the console; ${fault instanceof Error ? fault.message : fault}`);
        if (!response.headersSent) response.writeHead(500);
        response.end();
      });
    });
  }

  /** Rejects as `server.listen` does. */
  static async listen(options: ConsoleOptions): Promise<ConsoleServer> {
    const started = new ConsoleServer(options);
    await new Promise<void>((resolve, reject) => {
      started.#server.once('error', reject);
      started.#server.listen(options.port, '127.0.0.1', resolve);
    });
    const address = started.#server.address();
    started.#port = typeof address === 'object' && address !== null ? address.port : options.port;
    return started;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** Where the deployment can post its events. */
  get webhookUrl(): string {
    return `${this.url}webhook`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: target = '', headers } = request;
    const isWebhook = method === 'POST' && target.split('?')[0] === '/webhook';
    const refusal = (isWebhook ? webhookRefusalOf : refusalOf)({ method, headers }, this.#port);
    if (refusal !== undefined) return end(response, 403, {}, { errorMessage: `unable to serve the call; ${refusal}` });
    const deployment = await this.#deployment;
    const safe = securityHeaders(deployment.setup.webSocketUrl);
    if (isWebhook) return this.#takeEvents(request, response, deployment);
    if (method === 'POST' && target === '/api/call') return this.#makeCall(request, response, deployment, safe);
    if (method === 'POST' && target === '/api/clock') return this.#moveClock(request, response, deployment, safe);
    if (method !== 'GET') return end(response, 405, safe, { errorMessage: 'unable to serve the call; use GET' });
    if (target === '/api/setup') return end(response, 200, safe, deployment.setup);
    if (target === '/api/events') return this.#feed.follow(response, safe);
    return this.#serveFile(target, response, safe);
  }

  async #serveFile(target: string, response: ServerResponse, safe: Headers): Promise<void> {
    this.#page ??= this.#options.buildPage();
    const file = (await this.#page).get(target);
    if (file === undefined)
      return end(response, 404, safe, { errorMessage: 'unable to serve the file; there is none' });
    response.writeHead(200, { ...safe, 'Content-Type': file.type });
    response.end(file.content);
  }

  async #moveClock(request: IncomingMessage, response: ServerResponse, { clock }: ConsoleDeployment, safe: Headers) {
    const move = readMove(await readJson(request));
    if (move === undefined)
      return end(response, 400, safe, { errorMessage: 'unable to move the clock; how is unclear' });
    if (move.aheadMs > 0) clock.moveAhead(move.aheadMs);
    if (move.sweep) await clock.sweep();
    end(response, 200, safe, {});
  }

  async #makeCall(request: IncomingMessage, response: ServerResponse, { keys }: ConsoleDeployment, safe: Headers) {
    const call = readCall(await readJson(request));
    if (call === undefined) return end(response, 400, safe, { errorMessage: 'unable to sign the call; it is not one' });
    end(response, 200, safe, await makeCall(call, keys, this.#options));
  }

  async #takeEvents(request: IncomingMessage, response: ServerResponse, { keys }: ConsoleDeployment) {
    const body = (await readBody(request, BODY_MAX_BYTES)) ?? '';
    const post = { target: request.url ?? '', headers: request.headers, body };
    if (!isSigned(post, keys.appKey, keys.appSecret)) {
      return end(response, 401, {}, { errorMessage: 'unable to take the events; the signature is wrong' });
    }
    this.#feed.add(JSON.parse(body) as WebhookEvent[]);
    end(response, 200, {}, {});
  }
}

/** The body; empty where it is too long, or where any web page could have sent it. */
async function readJson(request: IncomingMessage): Promise<string> {
  if (request.headers['content-type'] !== 'application/json') return '';
  return (await readBody(request, BODY_MAX_BYTES)) ?? '';
}

function end(response: ServerResponse, status: number, headers: Headers, body: object): void {
  response.writeHead(status, { ...headers, 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}
