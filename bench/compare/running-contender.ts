import { createServer, type Server } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { closeServer, listen } from '../../lib/local/base/listen.ts';
import { type Child, startChild } from './child.ts';
import type { Contender, Deployed, RoomSize, SentMessage, Site } from './contender.ts';
import type { HostAnswer, HostRequest } from './host-protocol.ts';
import { monotonicMs } from './monotonic.ts';
import { markOf } from './sink-protocol.ts';

/** How long Lambda takes to accept an asynchronous invocation. */
const INVOKE_MS = 15;
const STUCK_MS = 120_000;
const credentials = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

/** All contenders have one sink, so no two messages of theirs may look alike. */
let lastMessage = 0;

/** How one message went, in ms from its arrival; undefined = it was refused. */
export type Delivery = { readonly ackMs: number; readonly lastMs: number } | undefined;

/** A contender at work: its Lambdas run in one process. */
export class RunningContender {
  readonly #site: Site;
  readonly #size: RoomSize;
  readonly #deployed: Deployed;
  readonly #invocations: Server;
  readonly #child: Child<HostRequest, HostAnswer>;
  readonly #waiting = new Map<number, (answer: HostAnswer) => void>();
  readonly #failed: Promise<never>;
  readonly title: string;
  #lastId = 0;
  #running = 0;
  #fail: (failure: Error) => void = () => {};

  private constructor(site: Site, contender: Contender, size: RoomSize, deployed: Deployed, invocations: Invocations) {
    this.#site = site;
    this.#size = size;
    this.#deployed = deployed;
    this.title = contender.title;
    this.#invocations = invocations.server;
    invocations.onInvoke = (functionName, event) => void this.#invokeLater(functionName, event);
    this.#child = startChild(site.hostFile, [JSON.stringify(deployed.functions)], {
      ...{ ...deployed.environment, ...credentials },
      AWS_ENDPOINT_URL_DYNAMODB: site.dynamodbEndpoint,
      AWS_ENDPOINT_URL_LAMBDA: invocations.url,
    });
    this.#child.onReport((answer) => {
      this.#waiting.get(answer.id)?.(answer);
      this.#waiting.delete(answer.id);
    });
    this.#failed = new Promise((_, reject) => {
      this.#fail = reject;
      this.#child.onDeath((why) => reject(new Error(`unable to measure ${this.title}; ${why}`)));
    });
    // Each call races with it; where none is under way, nobody has to know.
    this.#failed.catch(() => {});
  }

  /** Fills the tables and starts the process. */
  static async setup(site: Site, contender: Contender, size: RoomSize): Promise<RunningContender> {
    const deployed = await contender.deploy(site, size);
    const running = new RunningContender(site, contender, size, deployed, await openInvocations());
    await running.#answer(0);
    return running;
  }

  /** Resolves when every other member has the message. */
  async send(sender: number, text: string): Promise<Delivery> {
    lastMessage += 1;
    const mark = markOf(lastMessage);
    const startedMs = monotonicMs();
    const delivered = this.#inTime(this.#site.sink.delivered(mark, this.#size.online - 1), `the delivery of ${mark}`);
    const message: SentMessage = { sender, text: `${text} ${mark}` };
    // Awaited only once the message was accepted.
    delivered.catch(() => {});
    const answer = await this.#invoke(this.#deployed.receiver, this.#deployed.eventOf(message));
    if (!this.#deployed.isAccepted(answer)) return undefined;
    const ackMs = monotonicMs() - startedMs;
    return { ackMs, lastMs: (await delivered) - startedMs };
  }

  /** Resolves when no Lambda runs any more. */
  async idle(): Promise<void> {
    const stuckAtMs = monotonicMs() + STUCK_MS;
    while (this.#running > 0) {
      if (monotonicMs() > stuckAtMs) throw new Error(`unable to measure ${this.title}; its Lambdas do not end`);
      await Promise.race([wait(1), this.#failed]);
    }
  }

  /** CPU that the process has taken since its start, in ms. */
  async cpuMs(): Promise<number> {
    const { user, system } = (await this.#request({ kind: 'cpu', id: 0 })) as NodeJS.CpuUsage;
    return (user + system) / 1000;
  }

  async close(): Promise<void> {
    await Promise.all([this.#child.close(), closeServer(this.#invocations)]);
  }

  async #invoke(functionName: string, event: object): Promise<unknown> {
    this.#running += 1;
    try {
      return await this.#request({ kind: 'invoke', id: 0, functionName, event });
    } finally {
      this.#running -= 1;
    }
  }

  /** An asynchronous invocation: nobody waits for its answer. */
  async #invokeLater(functionName: string, event: object): Promise<void> {
    try {
      await this.#invoke(functionName, event);
    } catch (fault) {
      this.#fail(fault instanceof Error ? fault : new Error(String(fault)));
    }
  }

  #request(request: HostRequest): Promise<unknown> {
    this.#lastId += 1;
    const answered = this.#answer(this.#lastId);
    this.#child.send({ ...request, id: this.#lastId });
    return answered;
  }

  async #answer(id: number): Promise<unknown> {
    const arrived = new Promise<HostAnswer>((resolve) => this.#waiting.set(id, resolve));
    const answer = await this.#inTime(arrived, 'an answer of its Lambdas');
    if (!answer.ok) throw new Error(`unable to measure ${this.title}; ${answer.error}`);
    return answer.result;
  }

  async #inTime<T>(work: Promise<T>, what: string): Promise<T> {
    const timer = new AbortController();
    const late = wait(STUCK_MS, undefined, { signal: timer.signal }).then(() => {
      throw new Error(`unable to measure ${this.title}; ${what} takes more than ${STUCK_MS / 1000} s`);
    });
    try {
      return await Promise.race([work, late, this.#failed]);
    } finally {
      late.catch(() => {});
      timer.abort();
    }
  }
}

interface Invocations {
  readonly server: Server;
  readonly url: string;
  onInvoke: (functionName: string, event: object) => void;
}

/** The endpoint of the Lambda service: accepts asynchronous invocations. */
async function openInvocations(): Promise<Invocations> {
  const server = createServer((request, response) => {
    const [, functionName = ''] = /^\/2015-03-31\/functions\/([^/]+)\/invocations/.exec(request.url ?? '') ?? [];
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk;
    });
    request.once('end', () => {
      setTimeout(() => {
        response.writeHead(functionName === '' ? 404 : 202).end();
        // By name, or by an ARN that ends with it.
        const name = decodeURIComponent(functionName).split(':').at(-1) ?? '';
        if (name !== '') invocations.onInvoke(name, JSON.parse(body || '{}'));
      }, INVOKE_MS);
    });
  });
  const port = await listen(server, 0);
  const invocations: Invocations = { server, url: `http://127.0.0.1:${port}`, onInvoke: () => {} };
  return invocations;
}
