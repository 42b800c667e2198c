/*
 * Models the deployment: API Gateway, the Lambda functions, the table with its stream, the queue and the schedule, around
 * the real handlers and the real store. Each invocation is a process that can be killed at each of its steps.
 * Clock: the scheduler's. Chance: the scheduler's.
 */

import type { Settings } from '../../../lib/domain/settings.ts';
import { changesHandler } from '../../../lib/handlers/changes.ts';
import { connectHandler } from '../../../lib/handlers/connect.ts';
import { deliverHandler } from '../../../lib/handlers/deliver.ts';
import type { DepsAt } from '../../../lib/handlers/deps.ts';
import { digest } from '../../../lib/handlers/deps-digest.ts';
import { disconnectHandler } from '../../../lib/handlers/disconnect.ts';
import { senderText } from '../../../lib/handlers/events.ts';
import { messageHandler } from '../../../lib/handlers/message.ts';
import { serverApiHandler } from '../../../lib/handlers/server-api.ts';
import { sweepHandler } from '../../../lib/handlers/sweep.ts';
import { watchHandler } from '../../../lib/handlers/watch.ts';
import { signRequest } from '../../../lib/server-api/index.ts';
import { readChange } from '../../../lib/store/dynamodb/changes.ts';
import { createDynamoStore } from '../../../lib/store/dynamodb/dynamodb-store.ts';
import { readLease } from '../../../lib/store/dynamodb/leases.ts';
import type { TableClient } from '../../../lib/store/dynamodb/table-client.ts';
import type { StreamRecord } from '../../../lib/store/room-store.ts';
import type { DeliveryJob } from '../../../lib/usecases/steps/delivery-job.ts';
import type { TableRecord } from '../../support/stream.ts';
import type { History } from './history.ts';
import { hookOf, type Ruling } from './hook.ts';
import { senderOf } from './profiles.ts';
import type { Process, Scheduler } from './scheduler.ts';
import { toError } from './service-errors.ts';
import { pushOf, queueOf, type ServicesOptions } from './services.ts';
import type { Socket } from './socket.ts';

const APP_KEY = 'app';
const SECRET = 'a secret of the simulation';
const TIMEOUTS_MS = {
  connect: 29_000,
  message: 29_000,
  disconnect: 29_000,
  changes: 60_000,
  sweep: 55_000,
  api: 29_000,
  deliver: 60_000,
  watch: 60_000,
};
type FunctionName = keyof typeof TIMEOUTS_MS;
const BATCH_RECORDS_MAX = 100;
/** How long AWS waits before it repeats an asynchronous invocation. */
const REPEAT_AFTER_MS = 60_000;

/** What goes wrong between the services, asked each time. */
export interface Mishaps {
  /** How late the `$disconnect` of a connection comes, ms, once for each time that it comes. */
  readonly disconnects: () => readonly number[];
  readonly repeatsBatch: () => boolean;
  /** How late an asynchronous invocation comes, ms, once for each time that it comes. */
  readonly invocations: () => readonly number[];
  readonly sweepRuns: () => number;
  /** By how much the clock of an event, or of a host, is ahead, ms. */
  readonly skewMs: () => number;
}

export interface DeploymentOptions {
  readonly scheduler: Scheduler;
  readonly settings: Settings;
  readonly mishaps: Mishaps;
  readonly clientOf: (process: Process) => TableClient;
  readonly history: History;
  readonly onFault: (what: string, fault: unknown) => void;
  /** The timeout of the Lambda that delivers. */
  readonly deliverRunMs: number;
  /** What the app's hook does with each question; undefined = there is none. */
  readonly ruling: (() => Ruling) | undefined;
}

export interface ApiAnswer {
  readonly code: number;
  readonly [field: string]: unknown;
}

export class Deployment {
  readonly sockets = new Map<string, Socket>();
  readonly #o: DeploymentOptions;
  readonly #records: TableRecord[] = [];
  readonly #leases: TableRecord[] = [];
  #processes = 0;
  #nonces = 0;
  #isPolling: boolean = false;
  #isWatching: boolean = false;

  constructor(options: DeploymentOptions) {
    this.#o = options;
  }

  /** The handshake of a socket; `done` gets whether it is open, and nothing where the Lambda died. */
  connect(socket: Socket, done: (isOpen: boolean) => void): void {
    this.sockets.set(socket.id, socket);
    const event = this.#eventOf(socket);
    this.#invoke('connect', async (depsAt) => {
      const { statusCode } = await connectHandler(depsAt)(event);
      done(statusCode === 200);
    });
  }

  received(socket: Socket, frame: object): void {
    const event = { ...this.#eventOf(socket), body: JSON.stringify(frame) };
    this.#invoke('message', async (depsAt) => {
      const { body } = await messageHandler(depsAt)(event);
      if (body !== undefined) socket.toClient(JSON.parse(body));
    });
  }

  /** The socket is closed, by either side: API Gateway invokes the Lambda soon, late or never. */
  disconnected(socket: Socket): void {
    for (const delayMs of this.#o.mishaps.disconnects()) {
      this.#o.scheduler.after(delayMs, () => {
        this.#o.history.ofConnection('disconnectEvent', socket.id);
        const event = this.#eventOf(socket);
        this.#invoke('disconnect', async (depsAt) => {
          await disconnectHandler(depsAt)(event);
        });
      });
    }
  }

  /** One call of the server API, signed; `done` is not called where the Lambda died. */
  call(path: string, fields: readonly (readonly [string, string])[], done: (answer: ApiAnswer) => void): void {
    const { scheduler, mishaps } = this.#o;
    const body = new URLSearchParams(fields.map(([name, value]): [string, string] => [name, value])).toString();
    this.#nonces += 1;
    const [timestampMs, nonce] = [scheduler.nowMs + mishaps.skewMs(), `n${this.#nonces}`];
    const signed = { method: 'POST', target: path, body, appKey: APP_KEY, secret: SECRET, nonce, timestampMs };
    const event = {
      rawPath: path,
      rawQueryString: '',
      headers: Object.fromEntries(
        Object.entries({ ...signRequest(signed), 'content-type': 'application/x-www-form-urlencoded' }).map(
          ([name, value]) => [name.toLowerCase(), value],
        ),
      ),
      requestContext: { timeEpoch: timestampMs, http: { method: 'POST' } },
      body,
      isBase64Encoded: false,
    };
    this.#invoke('api', async (depsAt) => {
      const secrets = { current: async () => [SECRET] as const, renewed: async () => undefined };
      const handler = serverApiHandler({ depsAt, secretsAt: () => secrets, appKey: APP_KEY, tokenLifeSec: 3600 });
      done(JSON.parse((await handler(event)).body));
    });
  }

  /** The table's stream has got a record: each of its two consumers gets it. */
  wrote(record: TableRecord): void {
    this.#records.push(record);
    this.#pollLater(this.#o.scheduler.between(20, 600));
    if (record.dynamodb.NewImage?.deliveryId === undefined) return;
    this.#leases.push(record);
    this.#watchLater(this.#o.scheduler.between(2_000, 5_000));
  }

  #watchLater(delayMs: number): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#o.scheduler.after(delayMs, () => this.#watch());
  }

  /** As `#poll`, for the consumer that watches deliveries. */
  #watch(): void {
    const batch = [...this.#leases];
    const ended = (isDone: boolean) => {
      this.#isWatching = false;
      if (isDone && !this.#o.mishaps.repeatsBatch()) this.#leases.splice(0, batch.length);
      if (this.#leases.length > 0) this.#watchLater(1_000);
    };
    const now = this.#hostClock();
    this.#invoke(
      'watch',
      async (depsAt) => {
        await watchHandler(depsAt, now, readLease)({ Records: batch as unknown as readonly StreamRecord[] });
        ended(true);
      },
      () => ended(false),
    );
  }

  /** The schedule's two rules, each once a minute. */
  startSweeps(): void {
    for (const offsetMs of [this.#o.scheduler.between(0, 59_999), this.#o.scheduler.between(0, 59_999)]) {
      const tick = () => {
        const runs = this.#o.mishaps.sweepRuns();
        if (runs === 0) this.#o.history.note({ kind: 'fault', what: 'sweep' });
        for (let run = 0; run < runs; run += 1) this.#sweep();
        this.#o.scheduler.after(60_000, tick);
      };
      this.#o.scheduler.after(offsetMs, tick);
    }
  }

  #sweep(): void {
    const parts = Math.ceil(this.#sweepSettings.sweepShards / 2);
    for (let part = 0; part < parts; part += 1) {
      const now = this.#hostClock();
      const time = new Date(now()).toISOString();
      this.#invoke('sweep', async (depsAt) => {
        await sweepHandler(depsAt, now, () => {})(parts === 1 ? { time } : { part, parts });
      });
    }
  }

  /** With an odd number of shards the setting was lowered since: the sweep depends on the note of the former number. */
  get #sweepSettings(): Settings {
    const { settings } = this.#o;
    return settings.sweepShards % 2 === 0 ? settings : { ...settings, sweepShards: 2 };
  }

  #pollLater(delayMs: number): void {
    if (this.#isPolling) return;
    this.#isPolling = true;
    this.#o.scheduler.after(delayMs, () => this.#poll());
  }

  /** What a run has not done comes again, in a batch of another size; one run at a time. */
  #poll(): void {
    const batch = this.#records.slice(0, this.#o.scheduler.between(1, BATCH_RECORDS_MAX));
    const ended = (done: number) => {
      this.#isPolling = false;
      if (done > 0 && !this.#o.mishaps.repeatsBatch()) this.#records.splice(0, done);
      if (this.#records.length > 0) this.#pollLater(done === batch.length ? 10 : 1_000);
    };
    const now = this.#hostClock();
    this.#invoke(
      'changes',
      async (depsAt, process) => {
        const changed = changesHandler(depsAt, now, queueOf(process, this.#services), readChange);
        const [failed] = (await changed({ Records: batch as unknown as readonly StreamRecord[] })).batchItemFailures;
        const isFailed = ({ dynamodb }: TableRecord) => dynamodb.SequenceNumber === failed?.itemIdentifier;
        ended(failed === undefined ? batch.length : batch.findIndex(isFailed));
      },
      () => ended(0),
    );
  }

  /** Another Lambda asks for a run: it is accepted at a step of that Lambda, and begins soon, late or twice. */
  async #ring(process: Process, job: DeliveryJob): Promise<'rung' | 'failed'> {
    const { scheduler, mishaps } = this.#o;
    const send = () =>
      scheduler.step<'rung'>({
        process,
        kind: 'invoke',
        label: `invoke ${job.kind} ${job.room}`,
        apply: () => {
          for (const delayMs of mishaps.invocations()) scheduler.after(delayMs, () => this.#deliver(job, 2));
          return 'rung';
        },
        failWith: toError,
      });
    // As the real client does: it tries again, and never rejects.
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const rung = await send().catch(() => undefined);
      if (rung !== undefined) return rung;
    }
    return 'failed';
  }

  /** One run of a job. AWS repeats one that has failed or died, twice at most. */
  #deliver(job: DeliveryJob, repeats: number): void {
    const now = this.#hostClock();
    const endMs = this.#o.scheduler.nowMs + this.#o.deliverRunMs;
    const context = { getRemainingTimeInMillis: () => endMs - this.#o.scheduler.nowMs };
    this.#invoke(
      'deliver',
      async (depsAt) => deliverHandler(depsAt, now)(job, context),
      () => {
        if (repeats > 0) this.#o.scheduler.after(REPEAT_AFTER_MS, () => this.#deliver(job, repeats - 1));
      },
    );
  }

  #hostClock(): () => number {
    const skewMs = this.#o.mishaps.skewMs();
    return () => this.#o.scheduler.nowMs + skewMs;
  }

  #invoke(
    name: FunctionName,
    run: (depsAt: DepsAt, process: Process) => Promise<void>,
    died: () => void = () => {},
  ): void {
    const { scheduler } = this.#o;
    this.#processes += 1;
    const process: Process = { id: this.#processes, name, startedAtMs: scheduler.nowMs, isDead: false };
    let isDone = false;
    // The service notices at the timeout at the latest, even if the process died long before.
    scheduler.after(TIMEOUTS_MS[name], () => {
      if (isDone) return;
      if (name === 'message') this.#o.history.note({ kind: 'fault', what: 'frame' });
      scheduler.kill(process);
      died();
    });
    void run(this.#depsAt(process), process).then(
      () => {
        isDone = true;
      },
      (fault) => {
        isDone = true;
        this.#o.onFault(`run ${name}`, fault);
        died();
      },
    );
  }

  #depsAt(process: Process): DepsAt {
    const { scheduler, clientOf, onFault } = this.#o;
    const settings = process.name === 'sweep' ? this.#sweepSettings : this.#o.settings;
    const { random } = scheduler;
    const clock = { now: () => 0 };
    const store = createDynamoStore({
      client: clientOf(process),
      tableName: 'rooms',
      connectionLifeMs: settings.connectionLifeMs,
      dueShards: settings.sweepShards,
      now: () => clock.now(),
      random,
      sleep: (pauseMs) => scheduler.sleep(pauseMs, process),
    });
    const push = pushOf(process, this.#services);
    const { ruling } = this.#o;
    const messageHook = ruling && hookOf(process, { ...this.#services, ruling });
    const randomId = () => Math.floor(random() * 2 ** 52).toString(36);
    return (eventMs) => {
      clock.now = () => eventMs + scheduler.nowMs - process.startedAtMs;
      const backOff = (conflicts: number) => scheduler.sleep(random() * 5 * 2 ** conflicts, process);
      const sleep = (pauseMs: number) => scheduler.sleep(pauseMs, process);
      const doorbell = { ring: (job: object) => this.#ring(process, job as DeliveryJob) };
      return {
        ...{ settings, push, doorbell, store, now: clock.now, randomId, random, digest },
        ...{ onFault, backOff, sleep, messageHook },
      };
    };
  }

  get #services(): ServicesOptions {
    const { scheduler, history, onFault } = this.#o;
    return { scheduler, history, sockets: this.sockets, onFault };
  }

  #eventOf(socket: Socket) {
    const { scheduler, mishaps } = this.#o;
    return {
      queryStringParameters: { platform: socket.platform, instance: socket.instance },
      requestContext: {
        connectionId: socket.id,
        requestTimeEpoch: scheduler.nowMs + mishaps.skewMs(),
        authorizer: {
          userId: socket.userId,
          sender: senderText(senderOf(socket.userId, socket.id, this.#o.settings)),
          issuedAtMs: String(socket.tokenIssuedAtMs),
          expiresAtMs: String(socket.tokenIssuedAtMs + 30 * 86_400_000),
        },
      },
    };
  }
}
