import { setTimeout as wait } from 'node:timers/promises';
import type { Settings } from '../../lib/domain/settings.ts';
import { messageHandler } from '../../lib/handlers/message.ts';
import { watchHandler } from '../../lib/handlers/watch.ts';
import { readLease } from '../../lib/store/dynamodb/leases.ts';
import type { Caller, Deps } from '../../lib/usecases/deps.ts';
import { openStream } from '../../test/support/stream.ts';
import type { UnitsMeter } from '../../test/support/units-meter.ts';
import { ROOM } from '../compare/contender.ts';
import { measuredDeps, TABLE_NAME, withTable } from '../measured-deps.ts';
import { type JobOptions, Jobs } from './jobs.ts';
import { Sink } from './sink.ts';
import { ThreadedJobs } from './threaded-jobs.ts';

const POST_MS = 15;
const RING_MS = 15;
const TIMEOUT_MS = 300_000;
const WATCH_EVERY_MS = 2_000;
const TOKEN_LIFE_MS = 86_400_000;
const CONTENT = JSON.stringify({ content: 'A line of chat, as people write it.' });

/** What a part of the benchmark chooses. */
export interface SystemOptions {
  readonly settings?: Partial<Settings>;
  readonly jobs?: Partial<JobOptions>;
  /** Deliveries run on a thread of their own: nothing is known of their posts, units and ends. */
  readonly areJobsApart?: boolean;
  /** A second consumer of the stream continues what a killed run has left. */
  readonly isWatched?: boolean;
  /** Added to each call of the store: shows how many follow each other. */
  readonly callMs?: number;
}

/** A frame with its answer. */
export interface Answered {
  readonly code: number;
  /** From the frame to the answer. */
  readonly ms: number;
  readonly seq: number | undefined;
}

/** The handlers of a message, of its delivery and of the watch, in one process with one table. */
export class System {
  readonly deps: Deps;
  readonly endpoint: string;
  readonly meter: UnitsMeter;
  readonly sink = new Sink(POST_MS);
  readonly jobs: Jobs;
  readonly #apart: ThreadedJobs | undefined;
  readonly faults: string[] = [];
  /** When each message was accepted, ms since 1970. */
  readonly acceptedAtMs = new Map<number, number>();
  readonly #onMessage: ReturnType<typeof messageHandler>;
  #lastFrame = 0;

  constructor(endpoint: string, { settings = {}, jobs = {}, areJobsApart = false, callMs = 0 }: SystemOptions) {
    this.endpoint = endpoint;
    const given = { endpoint, settings, postMs: POST_MS, timeoutMs: TIMEOUT_MS };
    this.#apart = areJobsApart ? new ThreadedJobs(given, RING_MS) : undefined;
    const nextLifeMs = () => Number.POSITIVE_INFINITY;
    this.jobs = new Jobs({ ringMs: RING_MS, timeoutMs: TIMEOUT_MS, nextLifeMs, ...jobs });
    const { deps, meter } = measuredDeps({
      ...{ endpoint, now: Date.now, randomId: () => crypto.randomUUID() },
      // What these limit is measured, or would end the measurement.
      settings: { sendsPerSecond: 200, roomMessageQuota: 0, ...settings },
      ...{ push: this.sink, doorbell: this.#apart ?? this.jobs, isPatient: true },
    });
    this.meter = meter;
    const onFault = (what: string, fault: unknown) => void this.faults.push(`unable to ${what}; ${fault}`);
    const backOff = (conflicts: number) => wait(Math.random() * Math.min(100, 5 * 2 ** conflicts));
    this.deps = { ...deps, push: this.sink, onFault, backOff, store: this.#observed(deps.store, callMs) };
    this.jobs.deps = this.deps;
    this.#onMessage = messageHandler(() => this.deps);
  }

  /** Sends a message to the room, as API Gateway passes the frame on. */
  async send({ userId, connectionId }: Caller): Promise<Answered> {
    this.#lastFrame += 1;
    const frame = { action: 'send', id: `r${this.#lastFrame}`, room: ROOM, type: 'RC:TxtMsg', content: CONTENT };
    const startMs = performance.now();
    const nowMs = Date.now();
    const life = { issuedAtMs: String(nowMs - 1000), expiresAtMs: String(nowMs + TOKEN_LIFE_MS) };
    const { body = '{}' } = await this.#onMessage({
      requestContext: { connectionId, requestTimeEpoch: nowMs, authorizer: { userId, ...life } },
      body: JSON.stringify({ ...frame, clientMessageId: `m${this.#lastFrame}` }),
    });
    const { code, seq } = JSON.parse(body) as { code: number; seq?: number };
    if (code === 0 && seq !== undefined) this.sink.answer(connectionId, seq);
    return { code, seq, ms: performance.now() - startMs };
  }

  /** Runs the watch until `isOver`; records whose run fails come again. */
  async watch(isOver: () => boolean): Promise<void> {
    const read = await openStream(this.endpoint, TABLE_NAME);
    const onRecords = watchHandler(() => this.deps, Date.now, readLease);
    while (!isOver()) {
      await wait(WATCH_EVERY_MS);
      const Records = (await read()).filter(({ dynamodb }) => dynamodb.NewImage?.deliveryId !== undefined);
      while (!isOver()) {
        const isDone = await onRecords({ Records }).then(
          () => true,
          () => false,
        );
        if (isDone) break;
        await wait(WATCH_EVERY_MS);
      }
    }
  }

  async end(): Promise<void> {
    await this.#apart?.end();
  }

  /** Fails where something went wrong that the measurement does not expect. */
  check(): void {
    const [fault] = [...this.faults, ...this.jobs.faults, ...(this.#apart?.faults ?? [])];
    if (fault !== undefined) throw new Error('unable to accept the figures; a call failed', { cause: fault });
  }

  #observed(store: Deps['store'], callMs: number): Deps['store'] {
    const observed: Deps['store'] = {
      ...store,
      acceptMessage: async (acceptance) => {
        const room = await store.acceptMessage(acceptance);
        const seq =
          typeof room === 'string' ? undefined : room.tail.find(({ id }) => id === acceptance.message.id)?.seq;
        if (seq !== undefined) this.acceptedAtMs.set(seq, Date.now());
        return room;
      },
    };
    return callMs === 0 ? observed : delayed(observed, callMs);
  }
}

/** Each call takes so much longer. */
function delayed<T extends object>(target: T, callMs: number): T {
  return new Proxy(target, {
    get: (object, name) => {
      const value: unknown = Reflect.get(object, name);
      if (typeof value !== 'function') return value;
      return (...args: readonly unknown[]) => {
        const result: unknown = value.apply(object, args);
        return result instanceof Promise ? wait(callMs).then(() => result) : result;
      };
    },
  });
}

/** A system on a table of its own, until the work is done and nothing is delivered any more. */
export const withSystem = <T>(options: SystemOptions, work: (system: System) => Promise<T>): Promise<T> =>
  withTable(async (endpoint) => {
    const system = new System(endpoint, options);
    let isOver = false;
    const watching = options.isWatched === true ? system.watch(() => isOver) : Promise.resolve();
    try {
      const result = await work(system);
      system.jobs.spare();
      await system.jobs.idle();
      return result;
    } finally {
      isOver = true;
      await watching;
      await system.end();
    }
  }, options.isWatched === true);
