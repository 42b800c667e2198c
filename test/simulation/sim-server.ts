/*
 * Models the deployment: API Gateway, the Lambda functions, the table's stream and the scheduled sweep, around the real
 * handlers and a real store on an emulator.
 * Clock: the virtual timers that it gets, also as the clock of the handlers and the store. Chance: the `random` that it
 * gets decides latencies and ids.
 */

import type { Settings } from '../../lib/domain/settings.ts';
import { authorizeHandler } from '../../lib/handlers/authorize.ts';
import { changesHandler } from '../../lib/handlers/changes.ts';
import { connectHandler } from '../../lib/handlers/connect.ts';
import { deliverHandler } from '../../lib/handlers/deliver.ts';
import { digest } from '../../lib/handlers/deps-digest.ts';
import { disconnectHandler } from '../../lib/handlers/disconnect.ts';
import type { WebSocketEvent } from '../../lib/handlers/events.ts';
import { messageHandler } from '../../lib/handlers/message.ts';
import { issueToken } from '../../lib/handlers/token.ts';
import type { PushFrame } from '../../lib/protocol/push-frames.ts';
import type { PostResult, Push } from '../../lib/push/push.ts';
import { readChange } from '../../lib/store/dynamodb/changes.ts';
import type { Deps } from '../../lib/usecases/deps.ts';
import type { DeliveryJob } from '../../lib/usecases/steps/delivery-job.ts';
import { type SweepReport, sweep } from '../../lib/usecases/sweep/sweep.ts';
import { createStoreAt, tableName } from '../support/emulators.ts';
import { openStream, type ReadStream } from '../support/stream.ts';
import { type Backend, SimulatedNetwork, type Wire } from './simulated-network.ts';
import type { VirtualTimers } from './virtual-timers.ts';

const APP_KEY = 'app';
const SECRET = 'secret';
/** How long the table's stream takes to deliver a write. */
const STREAM_DELAY_MS = 250;
const SWEEP_EVERY_MS = 60_000;

type Authorizer = NonNullable<WebSocketEvent['requestContext']['authorizer']>;

/** How late the `$disconnect` of a connection comes, in ms, or that it never comes. */
export type DisconnectDelay = number | 'lost';

/** What a server is made of. */
export interface SimServerOptions {
  readonly timers: VirtualTimers;
  readonly random: () => number;
  /** The emulator that has the table. */
  readonly endpoint: string;
  /** Begins the id of each connection: servers that share a table need different ones. */
  readonly connectionPrefix: string;
  readonly settings: Settings;
}

/**
 * The Lambda handlers over a real store, behind a simulated gateway. Virtual time stands still while a handler runs, and
 * moves to the next timer when none does.
 */
export class SimServer implements Backend {
  readonly network: SimulatedNetwork;
  readonly deps: Deps;
  readonly faults: unknown[] = [];
  readonly swept: SweepReport[] = [];
  /** For the next connection that ends. */
  disconnectDelay: DisconnectDelay = 0;
  /** Runs each time all handlers have returned, before time moves. */
  onRest: () => Promise<void> = async () => {};
  readonly #timers: VirtualTimers;
  /** How many handlers run, those that pause not counted. */
  #active = 0;
  /** Called when the last of them returns or pauses. */
  #onIdle: () => void = () => {};
  readonly #callers = new Map<string, Authorizer>();
  readonly #readStream: Promise<ReadStream>;
  readonly #handlers: ReturnType<typeof handlersOf>;
  #isReadPlanned: boolean = false;

  constructor({ timers, random, endpoint, connectionPrefix, settings }: SimServerOptions) {
    this.#timers = timers;
    this.network = new SimulatedNetwork(timers, random, this, connectionPrefix);
    this.deps = {
      store: createStoreAt(endpoint, timers),
      push: this.#push(),
      doorbell: { ring: async (job) => this.#ring(job as DeliveryJob) },
      settings,
      now: () => timers.nowMs,
      randomId: () => Math.floor(random() * 2 ** 48).toString(36),
      random,
      digest,
      onFault: (what, fault) => this.faults.push([what, fault]),
      backOff: async () => {},
      sleep: (pauseMs) => this.#sleep(pauseMs),
    };
    this.#handlers = handlersOf(this.deps);
    this.#readStream = openStream(endpoint, tableName);
    this.#sweepLater();
  }

  #ring(job: DeliveryJob): 'rung' {
    const handler = deliverHandler(() => this.deps, this.deps.now);
    void this.#run(() => handler(job, { getRemainingTimeInMillis: () => 300_000 }));
    return 'rung';
  }

  tokenOf(userId: string, lifeSec: number): Promise<string> {
    return issueToken(userId, APP_KEY, SECRET, this.#timers.nowMs, lifeSec);
  }

  connect(wire: Wire): void {
    this.#run(async () => {
      const event = this.#eventOf(wire, {});
      const { context } = await this.#handlers.authorize(event);
      this.#callers.set(wire.id, context ?? {});
      const { statusCode, headers } = await this.#handlers.connect(this.#eventOf(wire, {}));
      if (statusCode === 200) wire.accept(headers?.['Sec-WebSocket-Protocol'] ?? '');
      else wire.refuse(statusCode);
    }).catch(() => wire.refuse(401));
  }

  received(wire: Wire, text: string): void {
    void this.#run(async () => {
      const { body } = await this.#handlers.message(this.#eventOf(wire, { body: text }));
      if (body !== undefined) wire.send(body);
    });
  }

  disconnected(wire: Wire): void {
    const delay = this.disconnectDelay;
    this.disconnectDelay = 0;
    if (delay === 'lost') return;
    const run = () => void this.#run(() => this.#handlers.disconnect(this.#eventOf(wire, {})));
    if (delay === 0) run();
    else this.#timers.setTimeout(run, delay);
  }

  /** Moves time by `ms`. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#timers.nowMs + ms;
    do await this.#rest();
    while (this.#timers.step(endMs) || this.#active > 0);
  }

  /** Moves time until a condition holds, for `withinMs` at most. */
  async until(what: string, holds: () => boolean, withinMs: number): Promise<void> {
    const endMs = this.#timers.nowMs + withinMs;
    for (;;) {
      await this.#rest();
      if (holds()) return;
      if (!this.#timers.step(endMs)) throw new Error(`unable to see ${what}; it did not come within ${withinMs} ms`);
    }
  }

  async #rest(): Promise<void> {
    // By then the promises of the SDK are settled.
    await new Promise(setImmediate);
    if (this.#active === 0) return;
    while (this.#active > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    await this.onRest();
  }

  #stop(): void {
    this.#active -= 1;
    if (this.#active === 0) this.#onIdle();
  }

  /** Time does not wait for a handler that pauses. */
  async #sleep(pauseMs: number): Promise<void> {
    if (pauseMs <= 0) return;
    await new Promise<void>((resolve) => {
      this.#timers.setTimeout(() => {
        this.#active += 1;
        resolve();
      }, pauseMs);
      this.#stop();
    });
  }

  #run(handle: () => Promise<unknown>): Promise<void> {
    this.#active += 1;
    this.#streamLater();
    return handle()
      .then(() => undefined)
      .finally(() => this.#stop());
  }

  #streamLater(): void {
    if (this.#isReadPlanned) return;
    this.#isReadPlanned = true;
    this.#timers.setTimeout(() => {
      void this.#run(async () => {
        const readStream = await this.#readStream;
        const Records = await readStream();
        // What this run writes comes through the stream too.
        this.#isReadPlanned = false;
        if (Records.length === 0) return;
        await this.#handlers.changes({ Records });
        this.#streamLater();
      });
    }, STREAM_DELAY_MS);
  }

  #sweepLater(): void {
    this.#timers.setTimeout(() => {
      void this.#run(async () => this.swept.push(await sweep(this.deps, Number.POSITIVE_INFINITY)));
      this.#sweepLater();
    }, SWEEP_EVERY_MS);
  }

  #push(): Push {
    const wireOf = (connectionId: string) => this.network.wires.get(connectionId);
    return {
      post: async (connectionId: string, frame: PushFrame): Promise<PostResult> =>
        wireOf(connectionId)?.send(JSON.stringify(frame)) ? 'ok' : 'gone',
      close: async (connectionId) => wireOf(connectionId)?.close(),
    };
  }

  #eventOf(wire: Wire, more: { readonly body?: string }): WebSocketEvent & { readonly methodArn: string } {
    return {
      methodArn: 'arn',
      requestContext: {
        connectionId: wire.id,
        requestTimeEpoch: this.#timers.nowMs,
        authorizer: this.#callers.get(wire.id) ?? {},
      },
      headers: { 'Sec-WebSocket-Protocol': wire.protocols.join(', ') },
      queryStringParameters: Object.fromEntries(wire.url.searchParams),
      ...more,
    };
  }
}

function handlersOf(deps: Deps) {
  const secrets = { current: async () => [SECRET] as const, renewed: async () => undefined };
  const depsAt = () => deps;
  return {
    authorize: authorizeHandler({ secretsAt: () => secrets, appKey: APP_KEY, allowedOrigins: [] }),
    connect: connectHandler(depsAt),
    disconnect: disconnectHandler(depsAt),
    message: messageHandler(depsAt),
    changes: changesHandler(depsAt, deps.now, undefined, readChange),
  };
}
