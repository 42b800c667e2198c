import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createTables } from './dynamodb/create-tables.ts';
import { createDynamodbService } from './dynamodb/dynamodb-service.ts';
import { type Emulator, startEmulator } from './dynamodb/emulator.ts';
import { type EventSources, startEventSources } from './event-sources/event-sources.ts';
import type { HttpApi } from './gateway/http/http-api.ts';
import { type ApisOptions, openHttpApi, openWebSocketApi, type StackParts } from './gateway/open-apis.ts';
import type { WebSocketApi } from './gateway/websocket/websocket-api.ts';
import { createIam, type Iam, type Use } from './iam/iam.ts';
import { createFunctionPools } from './lambda/function-pools.ts';
import type { Invoke } from './lambda/invoke.ts';
import type { EnvironmentReport } from './lambda/lambda-environment.ts';
import type { CrashTime } from './lambda/lambda-pool.ts';
import { createQueues, type Queues, type QueueView, viewQueue } from './queues/queues.ts';
import { createSqsService } from './queues/sqs-service.ts';
import { startSchedules } from './schedules/schedules.ts';
import { createSecrets, type Secrets } from './secrets/secrets.ts';
import { createSecretsService } from './secrets/secrets-service.ts';
import { type ServiceEndpoint, startServiceEndpoint } from './services/service-endpoint.ts';
import { createTableStreams, type TableStreams } from './streams/table-streams.ts';
import { createLocalizer } from './template/local-addresses.ts';
import { type LocalFunction, readStack, type StackDescription } from './template/stack-description.ts';
import { afterOnClock } from './timers.ts';

/** A stack that runs on this machine. */
export interface LocalStack {
  readonly webSocketUrl: string;
  readonly serverApiUrl: string;
  /** The emulator itself, before which nobody checks a permission and no engine without streams makes a record. */
  readonly dynamodbEndpoint: string;
  /** The outputs of the template, with local addresses. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly invoke: Invoke;
  readonly webSocket: WebSocketApi;
  readonly functions: readonly LocalFunction[];
  /** The processes of the stack at this moment. */
  readonly pids: number[];
  /** The value of a secret, by its logical id, name or ARN. */
  secret(id: string): string;
  /** Gives a secret another value, as an operator does. */
  putSecret(id: string, value: string): void;
  /** A queue, by its logical id, name or ARN. */
  queue(id: string): QueueView;
  fireSchedules(atMs: number): Promise<void>;
  /**
   * Resolves when every stream record has been handled or given up and every visible message has been handled once,
   * with all that this led to. Retries that wait are made at once; where they may go on for ever, ten are enough.
   */
  drain(): Promise<void>;
  /**
   * Kills the environment of the function's next event, once: `before` its handler starts, or `after` it has returned
   * and before anyone hears of it. Named by logical id, construct path or function name; several calls are for as many
   * events.
   */
  crash(functionId: string, when: CrashTime): void;
  /** The grants that the functions have made use of, and Lambda in their name. */
  uses(): Use[];
  initReports(): EnvironmentReport[];
  close(): Promise<void>;
}

/** How to run a template. */
export interface RunTemplateOptions extends ApisOptions {
  /** The folder that the synthesis wrote. */
  readonly cloudAssembly: string;
  /** Where tables and secrets are kept; without it they live in memory, as queues always do. */
  readonly dataDir?: string | undefined;
  /** A DynamoDB that runs already. */
  readonly dynamodbEndpoint?: string | undefined;
  readonly engine?: 'dynoxide' | 'dynalite' | undefined;
  readonly schedules: 'timer' | 'manual';
  /** Hears of each step and how long it took. */
  readonly step: (title: string, tookMs: number) => void;
  /** How many events of one function run at once. Default 4. */
  readonly maxEnvironments?: number | undefined;
}

type Closers = (() => Promise<void> | void)[];

/** Runs the stack of a cloud assembly: emulator, tables, secrets, queues, functions, event sources, APIs, schedules. */
export async function runTemplate(options: RunTemplateOptions): Promise<LocalStack> {
  const closers: Closers = [];
  const close = async (): Promise<void> => {
    for (const each of closers.splice(0).reverse()) await each();
  };
  try {
    return await start(options, closers, close);
  } catch (error) {
    await close();
    throw error;
  }
}

/** What the functions work on. */
interface Data {
  readonly emulator: Emulator;
  readonly streams: TableStreams;
  readonly queues: Queues;
  readonly secrets: Secrets;
}

async function start(options: RunTemplateOptions, closers: Closers, close: () => Promise<void>): Promise<LocalStack> {
  const { now, randomId, log, schedules: mode, maxEnvironments = 4 } = options;
  const stack = await timed(options, 'template read', async () => readStack(options.cloudAssembly));
  const iam = createIam(stack.functions);
  const pools = createFunctionPools({ maxEnvironments, randomId, log });
  const { invoke } = pools;
  const data = await startData(options, stack, closers);
  const services = await startServices(data, iam, closers);
  const parts = { stack, iam, invoke };
  const eventSources = await startMappings(options, data, parts);
  const { webSocket, http } = await timed(options, 'APIs open', () => openApis(options, parts, closers));
  const ports = { webSocketPort: webSocket.port, httpPort: http.port };
  const localize = createLocalizer({ apis: stack.apis, ...ports, servicesUrl: services.url });
  pools.open(stack.functions, { localize, servicesUrl: services.url });
  closers.push(async () => {
    // What runs ends only with its environments.
    const stopped = eventSources.stop();
    await pools.close();
    await stopped;
  });
  const schedules = startSchedules({ schedules: stack.schedules, invoke, now, randomId, mode, log });
  closers.push(schedules.close);
  return {
    webSocketUrl: webSocket.url,
    serverApiUrl: http.url,
    dynamodbEndpoint: data.emulator.endpoint,
    outputs: Object.fromEntries(Object.entries(stack.outputs).map(([name, value]) => [name, localize(value)])),
    invoke,
    webSocket,
    functions: stack.functions,
    get pids() {
      return [data.emulator.pid, ...pools.reports().map(({ pid }) => pid)].filter((pid) => pid !== undefined);
    },
    secret: (id) => findSecret(data.secrets, id),
    putSecret: data.secrets.put,
    queue: (id) => findQueue(data.queues, id),
    fireSchedules: schedules.fireAll,
    drain: eventSources.drain,
    crash: pools.crash,
    uses: iam.uses,
    initReports: pools.reports,
    close,
  };
}

function findSecret(secrets: Secrets, id: string): string {
  const secret = secrets.find(id);
  if (secret === undefined) throw new Error(`unable to read the secret ${id}; the template has no such secret`);
  return secret.value;
}

function findQueue(queues: Queues, id: string): QueueView {
  const queue = queues.find(id);
  if (queue === undefined) throw new Error(`unable to look at the queue ${id}; the template has no such queue`);
  return viewQueue(queue);
}

async function timed<T>(options: RunTemplateOptions, title: string, run: () => Promise<T>): Promise<T> {
  const startedAtMs = performance.now();
  const result = await run();
  options.step(title, performance.now() - startedAtMs);
  return result;
}

async function startData(options: RunTemplateOptions, stack: StackDescription, closers: Closers): Promise<Data> {
  const { dataDir, dynamodbEndpoint, engine, now, randomId } = options;
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
  const where = { dataDir, endpoint: dynamodbEndpoint, engine };
  const emulator = await timed(options, 'DynamoDB ready', () => startEmulator(where));
  closers.push(emulator.close);
  const { endpoint } = emulator;
  const tables = await timed(options, 'tables created', () => createTables(endpoint, stack.tables));
  const file = dataDir === undefined ? undefined : join(dataDir, 'secrets.json');
  const queues = createQueues({ queues: stack.queues, now, randomId, after: afterOnClock });
  closers.push(queues.close);
  return {
    emulator,
    streams: createTableStreams({ endpoint, tables, now }),
    queues,
    secrets: createSecrets({ secrets: stack.secrets, randomId, file }),
  };
}

async function startServices(data: Data, iam: Iam, closers: Closers): Promise<ServiceEndpoint> {
  const dynamodb = createDynamodbService(data.emulator.endpoint, data.streams);
  closers.push(dynamodb.close);
  const services = {
    DynamoDB_20120810: dynamodb,
    secretsmanager: createSecretsService(data.secrets),
    AmazonSQS: createSqsService(data.queues),
  };
  const endpoint = await startServiceEndpoint({ iam, services });
  closers.push(endpoint.close);
  return endpoint;
}

async function openApis(
  options: RunTemplateOptions,
  parts: StackParts,
  closers: Closers,
): Promise<{ webSocket: WebSocketApi; http: HttpApi }> {
  const webSocket = await openWebSocketApi(options, parts);
  closers.push(webSocket.close);
  const http = await openHttpApi(options, parts);
  closers.push(http.close);
  return { webSocket, http };
}

function startMappings(
  options: RunTemplateOptions,
  { streams, queues }: Data,
  parts: StackParts,
): Promise<EventSources> {
  const { now, randomId, log } = options;
  return startEventSources({ ...parts, streams, queues, now, randomId, log, after: afterOnClock });
}
