import type { Settings } from '../../lib/domain/settings.ts';
import { authorizeHandler } from '../../lib/handlers/authorize.ts';
import { changesHandler } from '../../lib/handlers/changes.ts';
import { connectHandler } from '../../lib/handlers/connect.ts';
import { disconnectHandler } from '../../lib/handlers/disconnect.ts';
import type { WebSocketEvent } from '../../lib/handlers/events.ts';
import { messageHandler } from '../../lib/handlers/message.ts';
import { issueToken } from '../../lib/handlers/token.ts';
import type { PushFrame } from '../../lib/protocol/frames.ts';
import type { PostResult, Push } from '../../lib/push/push.ts';
import { readChange } from '../../lib/store/dynamodb-changes.ts';
import type { Deps } from '../../lib/usecases/deps.ts';
import { type SweepReport, sweep } from '../../lib/usecases/sweep.ts';
import { type Backend, SimulatedNetwork, type Wire } from '../client/simulated-network.ts';
import type { VirtualTimers } from '../client/virtual-timers.ts';
import { createStoreAt, tableName } from './emulators.ts';
import { openStream, type ReadStream } from './stream.ts';

const APP_KEY = 'app';
const SECRET = 'secret';
/** How long the table's stream takes to tell of a write. */
const STREAM_DELAY_MS = 250;
const SWEEP_EVERY_MS = 60_000;

type Authorizer = NonNullable<WebSocketEvent['requestContext']['authorizer']>;

/** What becomes of the `$disconnect` of a connection: it comes so late, or never. */
export type DisconnectDelay = number | 'lost';

/** What it takes to make one. */
export interface SimServerOptions {
  readonly timers: VirtualTimers;
  readonly random: () => number;
  /** Of the emulator that has the table. */
  readonly endpoint: string;
  readonly settings: Settings;
}

/**
 * The Lambda handlers over a real store, behind a simulated gateway. Virtual time stands still while they work, and moves
 * on to the next timer when nobody does.
 */
export class SimServer implements Backend {
  readonly network: SimulatedNetwork;
  readonly deps: Deps;
  readonly faults: unknown[] = [];
  readonly swept: SweepReport[] = [];
  /** Of the next connection that ends. */
  disconnectDelay: DisconnectDelay = 0;
  /** Called whenever the handlers have come to rest, before time moves on. */
  onRest: () => Promise<void> = async () => {};
  readonly #timers: VirtualTimers;
  readonly #work = new Set<Promise<void>>();
  readonly #callers = new Map<string, Authorizer>();
  readonly #readStream: Promise<ReadStream>;
  readonly #handlers: ReturnType<typeof handlersOf>;
  #isStreamDue: boolean = false;

  constructor({ timers, random, endpoint, settings }: SimServerOptions) {
    this.#timers = timers;
    this.network = new SimulatedNetwork(timers, random, this);
    this.deps = {
      store: createStoreAt(endpoint, timers),
      push: this.#push(),
      settings,
      now: () => timers.nowMs,
      randomId: () => Math.floor(random() * 2 ** 48).toString(36),
      onFault: (what, fault) => this.faults.push([what, fault]),
    };
    this.#handlers = handlersOf(this.deps);
    this.#readStream = openStream(endpoint, tableName);
    this.#sweepLater();
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

  /** Lets so much time pass. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#timers.nowMs + ms;
    do await this.#rest();
    while (this.#timers.step(endMs) || this.#work.size > 0);
  }

  /** Lets time pass until something is so, at most so much. */
  async until(what: string, isSo: () => boolean, withinMs: number): Promise<void> {
    const endMs = this.#timers.nowMs + withinMs;
    for (;;) {
      await this.#rest();
      if (isSo()) return;
      if (!this.#timers.step(endMs)) throw new Error(`unable to see ${what}; it has not come in ${withinMs} ms`);
    }
  }

  async #rest(): Promise<void> {
    // The SDK's own promises are settled by then.
    await new Promise(setImmediate);
    if (this.#work.size === 0) return;
    while (this.#work.size > 0) await Promise.all(this.#work);
    await this.onRest();
  }

  #run(handle: () => Promise<unknown>): Promise<void> {
    const work = handle().then(() => undefined);
    const done = work.catch(() => undefined).finally(() => this.#work.delete(done));
    this.#work.add(done);
    this.#streamLater();
    return work;
  }

  #streamLater(): void {
    if (this.#isStreamDue) return;
    this.#isStreamDue = true;
    this.#timers.setTimeout(() => {
      void this.#run(async () => {
        const readStream = await this.#readStream;
        const Records = await readStream();
        // What this run writes itself is in the stream too.
        this.#isStreamDue = false;
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
