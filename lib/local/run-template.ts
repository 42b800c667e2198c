import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Emulator, startEmulator } from './emulator.ts';
import { type HttpApi, startHttpApi } from './gateway/http-api.ts';
import { startWebSocketApi, type WebSocketApi, type WebSocketLimits } from './gateway/websocket-api.ts';
import { createIam, type Iam, type Use } from './iam.ts';
import { pseudo } from './intrinsics.ts';
import type { Invoke } from './invoke.ts';
import type { EnvironmentReport } from './lambda-environment.ts';
import { createLambdaPool, findNode, type LambdaPool } from './lambda-pool.ts';
import { startSchedules } from './schedules.ts';
import { createSecrets, type Secrets } from './secrets.ts';
import { signerOf, startServiceEndpoint } from './service-endpoint.ts';
import { createTables } from './tables.ts';
import { type LocalApi, type LocalFunction, readStack, type StackDescription } from './template.ts';

/** A stack that runs on this machine. */
export interface LocalStack {
  readonly webSocketUrl: string;
  readonly serverApiUrl: string;
  /** The emulator itself, before which nobody checks a permission. */
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
  fireSchedules(atMs: number): Promise<void>;
  /** The grants that the functions have made use of. */
  uses(): Use[];
  initReports(): EnvironmentReport[];
  close(): Promise<void>;
}

/** How to run a template. */
export interface RunTemplateOptions {
  /** The folder that the synthesis wrote. */
  readonly cloudAssembly: string;
  /** Of the WebSocket API; the HTTP API takes the next one. 0 takes free ones. */
  readonly port: number;
  /** Where tables and secrets are kept; without it they live in memory. */
  readonly dataDir?: string | undefined;
  /** A DynamoDB that runs already. */
  readonly dynamodbEndpoint?: string | undefined;
  readonly engine?: 'dynoxide' | 'dynalite' | undefined;
  readonly now: () => number;
  readonly schedules: 'timer' | 'manual';
  readonly randomId: () => string;
  readonly log: (line: string) => void;
  /** Hears of each step and how long it took. */
  readonly step: (title: string, tookMs: number) => void;
  readonly limits?: Partial<WebSocketLimits> | undefined;
  readonly disconnectDelivery?: ((deliver: () => Promise<void>) => Promise<void>) | undefined;
  /** How many events of one function run at once. Default 4. */
  readonly maxEnvironments?: number | undefined;
}

const awsLimits: WebSocketLimits = {
  frameBytes: 32 * 1024,
  messageBytes: 128 * 1024,
  idleMs: 600_000,
  lifeMs: 7_200_000,
};

type Closers = (() => Promise<void> | void)[];

/** Runs the stack of a cloud assembly: emulator, tables, secrets, functions, APIs and schedules. */
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

async function start(options: RunTemplateOptions, closers: Closers, close: () => Promise<void>): Promise<LocalStack> {
  const stack = await timed(options, 'template read', async () => readStack(options.cloudAssembly));
  const iam = createIam(stack.functions);
  const emulator = await startData(options, stack, closers);
  const file = options.dataDir === undefined ? undefined : join(options.dataDir, 'secrets.json');
  const secrets = createSecrets({ secrets: stack.secrets, randomId: options.randomId, file });
  const services = await startServiceEndpoint({ iam, secrets, dynamodbEndpoint: emulator.endpoint });
  closers.push(services.close);
  const pools = new Map<string, LambdaPool>();
  const invoke: Invoke = async (functionId, event) =>
    (await pools.get(functionId)?.invoke(event)) ?? noSuchFunction(functionId);
  const { webSocket, http } = await timed(options, 'APIs open', () => startApis(options, stack, iam, invoke, closers));
  const localize = localizer(stack.apis, webSocket.port, http.port);
  for (const fn of stack.functions) pools.set(fn.logicalId, makePool(options, fn, localize, services.url));
  closers.push(async () => {
    await Promise.all([...pools.values()].map((pool) => pool.close()));
  });
  const { schedules: mode, now, randomId, log } = options;
  const schedules = startSchedules({ schedules: stack.schedules, invoke, now, randomId, mode, log });
  closers.push(schedules.close);
  const initReports = (): EnvironmentReport[] => [...pools.values()].flatMap((pool) => pool.reports());
  return {
    webSocketUrl: webSocket.url,
    serverApiUrl: http.url,
    dynamodbEndpoint: emulator.endpoint,
    outputs: Object.fromEntries(Object.entries(stack.outputs).map(([name, value]) => [name, localize(value)])),
    invoke,
    webSocket,
    functions: stack.functions,
    get pids() {
      return [emulator.pid, ...initReports().map(({ pid }) => pid)].filter((pid) => pid !== undefined);
    },
    secret: (id) => findSecret(secrets, id),
    fireSchedules: schedules.fireAll,
    uses: iam.uses,
    initReports,
    close,
  };
}

const noSuchFunction = (functionId: string) =>
  ({
    ok: false,
    errorType: 'ResourceNotFoundException',
    errorMessage: `unable to invoke ${functionId}; the template has no such function`,
  }) as const;

function findSecret(secrets: Secrets, id: string): string {
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

async function startData(options: RunTemplateOptions, stack: StackDescription, closers: Closers): Promise<Emulator> {
  const { dataDir, dynamodbEndpoint: endpoint, engine } = options;
  if (dataDir !== undefined) mkdirSync(dataDir, { recursive: true });
  const emulator = await timed(options, 'DynamoDB ready', () => startEmulator({ dataDir, endpoint, engine }));
  closers.push(emulator.close);
  await timed(options, 'tables created', () => createTables(emulator.endpoint, stack.tables));
  return emulator;
}

function onlyApi(stack: StackDescription, protocol: LocalApi['protocol']): LocalApi {
  const [api, ...more] = stack.apis.filter((each) => each.protocol === protocol);
  if (api === undefined || more.length > 0) {
    throw new Error(`unable to open the ${protocol} API; the template has ${api === undefined ? 'none' : 'several'}`);
  }
  return api;
}

function functionOf({ routeKey, functionId }: LocalApi['routes'][number]): string {
  if (functionId === undefined) throw new Error(`unable to open the route ${routeKey}; no function is behind it`);
  return functionId;
}

async function startApis(
  options: RunTemplateOptions,
  stack: StackDescription,
  iam: Iam,
  invoke: Invoke,
  closers: Closers,
): Promise<{ webSocket: WebSocketApi; http: HttpApi }> {
  const { port, now, randomId, log } = options;
  const sockets = onlyApi(stack, 'WEBSOCKET');
  const connectRoute = sockets.routes.find(({ routeKey }) => routeKey === '$connect');
  const connections = `arn:${pseudo.partition}:execute-api:${pseudo.region}:${pseudo.accountId}:${sockets.apiId}`;
  const webSocket = await openPort(port, () =>
    startWebSocketApi({
      apiId: sockets.apiId,
      stage: sockets.stageName,
      region: pseudo.region,
      port,
      routeSelectionExpression: sockets.routeSelectionExpression,
      routes: Object.fromEntries(
        sockets.routes.map((route) => [route.routeKey, { functionId: functionOf(route), reply: route.replies }]),
      ),
      ...(connectRoute?.authorizer === undefined ? {} : { authorizer: connectRoute.authorizer }),
      invoke,
      now,
      randomId,
      limits: { ...awsLimits, ...options.limits },
      disconnectDelivery: options.disconnectDelivery ?? ((deliver) => deliver()),
      authorizeCall: ({ authorization, method, connectionId }) => {
        const resource = `${connections}/${sockets.stageName}/${method}/@connections/${connectionId}`;
        return iam.allows(signerOf(authorization) ?? '', 'execute-api:ManageConnections', resource);
      },
      log,
    }),
  );
  closers.push(webSocket.close);
  const api = onlyApi(stack, 'HTTP');
  const routes = Object.fromEntries(api.routes.map((route) => [route.routeKey, functionOf(route)]));
  const httpPort = port === 0 ? 0 : port + 1;
  const http = await openPort(httpPort, () =>
    startHttpApi({ apiId: api.apiId, stage: api.stageName, port: httpPort, routes, invoke, now, randomId, log }),
  );
  closers.push(http.close);
  return { webSocket, http };
}

async function openPort<T>(port: number, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') throw new Error(`unable to listen on port ${port}; another program has it`);
    if (code === 'EACCES') throw new Error(`unable to listen on port ${port}; this user may not`);
    throw error;
  }
}

/** Replaces the addresses that the APIs would have in AWS by those on this machine. */
function localizer(apis: readonly LocalApi[], webSocketPort: number, httpPort: number): (text: string) => string {
  return (text) =>
    apis.reduce((rewritten, { apiId, protocol }) => {
      const port = protocol === 'WEBSOCKET' ? webSocketPort : httpPort;
      const host = `${apiId}.execute-api.${pseudo.region}.${pseudo.urlSuffix}`;
      return rewritten
        .replaceAll(`https://${host}`, `http://127.0.0.1:${port}`)
        .replaceAll(`wss://${host}`, `ws://127.0.0.1:${port}`);
    }, text);
}

function makePool(
  options: RunTemplateOptions,
  fn: LocalFunction,
  localize: (text: string) => string,
  servicesUrl: string,
): LambdaPool {
  const own = Object.entries(fn.environment).map(([name, value]) => [name, localize(value)]);
  return createLambdaPool({
    fn,
    variables: {
      ...Object.fromEntries(own),
      // All that is inherited: without it a bundle could not start a program, as it could in Lambda.
      PATH: process.env.PATH ?? '',
      AWS_REGION: pseudo.region,
      AWS_LAMBDA_FUNCTION_NAME: fn.functionName,
      // The credentials say who is calling, so that the endpoints know whose role to look at.
      AWS_ACCESS_KEY_ID: fn.logicalId,
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_DYNAMODB: servicesUrl,
      AWS_ENDPOINT_URL_SECRETS_MANAGER: servicesUrl,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
    nodePath: findNode(),
    maxEnvironments: options.maxEnvironments ?? 4,
    randomId: options.randomId,
    log: (line) => options.log(`${fn.path}: ${line}`),
  });
}
