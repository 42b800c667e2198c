import { afterOnClock } from './base/timers.ts';
import { dataFilesIn, openDataFolder } from './data-folder/data-folder.ts';
import { createTables } from './dynamodb/create-tables.ts';
import { createDynamodbService } from './dynamodb/dynamodb-service.ts';
import { type Emulator, startEmulator } from './dynamodb/emulator.ts';
import { type EventSources, startEventSources } from './event-sources/event-sources.ts';
import type { HttpApi } from './gateway/http/http-api.ts';
import { openHttpApi, openWebSocketApi, type StackParts } from './gateway/open-apis.ts';
import type { WebSocketApi } from './gateway/websocket/websocket-api.ts';
import { createIam } from './iam/iam.ts';
import { type AsyncInvocations, createAsyncInvocations } from './invocations/async-invocations.ts';
import { createLambdaService } from './invocations/lambda-service.ts';
import { createFunctionPools } from './lambda/function-pools.ts';
import type { Invoke } from './lambda/invoke.ts';
import { traceRuns } from './lambda/trace-runs.ts';
import { createQueues, type Queues } from './queues/queues.ts';
import { createSqsService } from './queues/sqs-service.ts';
import type { AccountQuotas } from './quotas/account-quotas.ts';
import { limitRuns } from './quotas/limit-runs.ts';
import { limitWait } from './quotas/limit-wait.ts';
import { createThrottles } from './quotas/throttles.ts';
import { startSchedules } from './schedules/schedules.ts';
import { createSecrets, type Secrets } from './secrets/secrets.ts';
import { createSecretsService } from './secrets/secrets-service.ts';
import { type ServiceEndpoint, startServiceEndpoint } from './services/service-endpoint.ts';
import { createTableStreams, type TableStreams } from './streams/table-streams.ts';
import { createLocalizer } from './template/local-addresses.ts';
import type { LocalFunction } from './template/local-function.ts';
import { readStack, type StackDescription } from './template/stack-description.ts';
import { createCrashes } from './testing/crashes.ts';
import { createTesting } from './testing/create-testing.ts';
import type { Testing, TestingOptions } from './testing/testing.ts';

/** A stack that runs on this machine. */
export interface LocalStack {
  readonly webSocketUrl: string;
  /** The endpoint of `@connections`, for the SDK. */
  readonly connectionsUrl: string;
  readonly httpApiUrl: string;
  /** The emulator itself: it checks no permission, and an emulator without streams records no write made here. */
  readonly dynamodbEndpoint: string;
  /** The outputs of the template, with local addresses. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly functions: readonly LocalFunction[];
  readonly invoke: Invoke;
  /** The value of a secret, by its logical id, name or ARN. */
  secret(id: string): string;
  /** Replaces the value of a secret, as an operator does. */
  putSecret(id: string, value: string): void;
  /** The controls for tests. */
  readonly testing: Testing;
  /** Resolves with a sentence when the stack cannot go on, because its DynamoDB has ended. */
  readonly lost: Promise<string>;
  close(): Promise<void>;
}

/** How to run a template. */
export interface RunTemplateOptions {
  /** The folder that the synthesis wrote. */
  readonly cloudAssembly: string;
  /** The port of the WebSocket API; the HTTP API takes the next one. 0 takes free ports. */
  readonly port: number;
  /** The folder for tables and secrets, locked while the stack runs; without it they are in memory, as queues are. */
  readonly dataDir?: string | undefined;
  /** A DynamoDB that runs already. */
  readonly dynamodbEndpoint?: string | undefined;
  readonly engine?: 'dynoxide' | 'dynalite' | undefined;
  /** The most events of one function that run concurrently. Default 4. */
  readonly maxEnvironments?: number | undefined;
  /** Enforces the throttles of the stages and these quotas of the account; without them nothing is too much. */
  readonly quotas?: AccountQuotas | undefined;
  readonly now: () => number;
  readonly randomId: () => string;
  readonly log: (line: string) => void;
  /** Gets a line per frame, call and run of a function. */
  readonly trace?: ((line: string) => void) | undefined;
  /** Called after each step of the start, with its duration. */
  readonly step: (title: string, tookMs: number) => void;
  readonly testing?: TestingOptions | undefined;
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

/** The stores behind the functions. */
interface Data {
  readonly emulator: Emulator;
  readonly streams: TableStreams;
  readonly queues: Queues;
  readonly secrets: Secrets;
}

async function start(options: RunTemplateOptions, closers: Closers, close: () => Promise<void>): Promise<LocalStack> {
  const { now, randomId, log, testing = {}, maxEnvironments = 4 } = options;
  const stack = await timed(options, 'template read', async () => readStack(options.cloudAssembly));
  const iam = createIam(stack.functions);
  const crashes = createCrashes();
  const pools = createFunctionPools({ iam, maxEnvironments, takeCrash: crashes.take, randomId, log });
  const limited = limitRuns(pools.invoke, stack.functions, options.quotas?.concurrentRuns ?? Number.POSITIVE_INFINITY);
  const traced = traceRuns(limited, stack.functions, now, options.trace);
  const invoke = testing.aroundInvoke?.(traced) ?? traced;
  const data = await startData(options, stack, closers);
  const parts = { stack, iam, invoke };
  const asyncInvocations = startAsyncInvocations(options, data, parts);
  const services = await startServices(options, data, { ...parts, asyncInvocations }, closers);
  const eventSources = await startMappings(options, data, parts);
  const { webSocket, http } = await timed(options, 'APIs open', () => openApis(options, parts, closers));
  const ports = { webSocketPort: webSocket.port, httpPort: http.port };
  const addresses = { apis: stack.apis, ...ports, servicesUrl: services.url };
  const localize = createLocalizer(addresses);
  const webSocketPort = (await testing.connectionsPort?.(webSocket.port)) ?? webSocket.port;
  const localizeForFunctions = createLocalizer({ ...addresses, webSocketPort });
  pools.open(stack.functions, { localize: localizeForFunctions, servicesUrl: services.url });
  closers.push(async () => {
    // A running batch or event ends only when its environment does.
    const stopped = Promise.all([eventSources.stop(), asyncInvocations.stop()]);
    await pools.close();
    await stopped;
  });
  const mode = testing.schedules ?? 'timer';
  const schedules = startSchedules({ schedules: stack.schedules, invoke, now, randomId, mode, log });
  closers.push(schedules.close);
  return {
    webSocketUrl: webSocket.url,
    connectionsUrl: webSocket.connectionsUrl,
    httpApiUrl: http.url,
    dynamodbEndpoint: data.emulator.endpoint,
    outputs: Object.fromEntries(Object.entries(stack.outputs).map(([name, value]) => [name, localize(value)])),
    functions: stack.functions,
    invoke,
    secret: (id) => readSecret(data.secrets, id),
    putSecret: data.secrets.put,
    testing: createTesting({ ...data, ...parts, pools, crashes, eventSources, asyncInvocations, schedules, webSocket }),
    lost: data.emulator.lost.then((reason) => `unable to go on; DynamoDB has ended (${reason})`),
    close,
  };
}

function readSecret(secrets: Secrets, id: string): string {
  const secret = secrets.find(id);
  if (secret === undefined) throw new Error(`unable to read the secret ${id}; the template has no such secret`);
  return secret.value;
}

async function timed<T>(options: RunTemplateOptions, title: string, run: () => Promise<T>): Promise<T> {
  const startedAtMs = performance.now();
  const result = await run();
  options.step(title, performance.now() - startedAtMs);
  return result;
}

async function startData(options: RunTemplateOptions, stack: StackDescription, closers: Closers): Promise<Data> {
  const { dataDir, dynamodbEndpoint, engine, now, randomId } = options;
  if (dataDir !== undefined) closers.push(openDataFolder(dataDir, process.pid));
  const emulatorOptions = { dataDir, endpoint: dynamodbEndpoint, engine };
  const emulator = await timed(options, 'DynamoDB ready', () => startEmulator(emulatorOptions));
  closers.push(emulator.close);
  const { endpoint } = emulator;
  const tables = await timed(options, 'tables created', () => createTables(endpoint, stack.tables));
  const file = dataDir === undefined ? undefined : dataFilesIn(dataDir).secrets;
  const queues = createQueues({ queues: stack.queues, now, randomId, after: afterOnClock });
  closers.push(queues.close);
  return {
    emulator,
    streams: createTableStreams({ endpoint, tables, now }),
    queues,
    secrets: createSecrets({ secrets: stack.secrets, randomId, file }),
  };
}

interface InvokedParts extends StackParts {
  readonly asyncInvocations: AsyncInvocations;
}

async function startServices(
  { randomId }: RunTemplateOptions,
  data: Data,
  { stack, iam, invoke, asyncInvocations }: InvokedParts,
  closers: Closers,
): Promise<ServiceEndpoint> {
  const dynamodb = createDynamodbService(data.emulator.endpoint, data.streams.observe);
  closers.push(dynamodb.close);
  const services = {
    DynamoDB_20120810: dynamodb,
    secretsmanager: createSecretsService(data.secrets),
    AmazonSQS: createSqsService(data.queues),
  };
  const { functions } = stack;
  const lambda = createLambdaService({ functions, invoke, invokeAsync: asyncInvocations.invoke, randomId });
  const endpoint = await startServiceEndpoint({ iam, services, restServices: [lambda] });
  closers.push(endpoint.close);
  return endpoint;
}

async function openApis(
  options: RunTemplateOptions,
  parts: StackParts,
  closers: Closers,
): Promise<{ webSocket: WebSocketApi; http: HttpApi }> {
  const { port, now, randomId, log, trace, quotas, testing = {} } = options;
  const { limits = {}, disconnectDelivery = (deliver) => deliver() } = testing;
  const throttleOf = quotas === undefined ? undefined : createThrottles(quotas, now);
  const apisOptions = { port, now, randomId, log, trace, limits, throttleOf, disconnectDelivery };
  const webSocket = await openWebSocketApi(apisOptions, waiting(parts, quotas?.socketWaitMs));
  closers.push(webSocket.close);
  const http = await openHttpApi(apisOptions, waiting(parts, quotas?.httpWaitMs));
  closers.push(http.close);
  return { webSocket, http };
}

/** The parts for an API that waits for its functions as long as this; undefined: for as long as they run. */
const waiting = (parts: StackParts, waitMs: number | undefined): StackParts =>
  waitMs === undefined ? parts : { ...parts, invoke: limitWait(parts.invoke, waitMs, afterOnClock) };

function startAsyncInvocations(
  { now, log, testing = {} }: RunTemplateOptions,
  { queues }: Data,
  parts: StackParts,
): AsyncInvocations {
  const { asyncDelivery: delivery = (deliver) => deliver() } = testing;
  return createAsyncInvocations({ ...parts, queues, delivery, now, after: afterOnClock, log });
}

function startMappings(
  options: RunTemplateOptions,
  { streams, queues }: Data,
  parts: StackParts,
): Promise<EventSources> {
  const { now, randomId, log } = options;
  return startEventSources({ ...parts, streams, queues, now, randomId, log, after: afterOnClock });
}
