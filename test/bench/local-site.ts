import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import { synthesizeFacts } from '../../bench/aws/assembly.ts';
import type { Site } from '../../bench/aws/site.ts';
import { createTables } from '../../lib/local/dynamodb/create-tables.ts';
import { createDynamodbService } from '../../lib/local/dynamodb/dynamodb-service.ts';
import { startEmulator } from '../../lib/local/dynamodb/emulator.ts';
import { openWebSocketApi } from '../../lib/local/gateway/open-apis.ts';
import { createIam } from '../../lib/local/iam/iam.ts';
import { createFunctionPools } from '../../lib/local/lambda/function-pools.ts';
import { startServiceEndpoint } from '../../lib/local/services/service-endpoint.ts';
import { createLocalizer } from '../../lib/local/template/local-addresses.ts';
import type { LocalFunction } from '../../lib/local/template/local-function.ts';
import { readStack, type StackDescription } from '../../lib/local/template/stack-description.ts';

/** The stack of the measurements on this machine. */
export interface LocalSite {
  readonly site: Site;
  readonly stack: StackDescription;
  /** The exit code that cdk-nag leaves: 0 without findings. */
  readonly nagExitCode: number;
  readonly log: readonly string[];
  readonly progress: readonly string[];
  forceClose(): void;
  close(): Promise<void>;
}

const TOKEN = 'the-token-of-this-run';

/** The runner is no function of the template, but signs its own calls of `@connections`. */
const runnerLike = (fn: LocalFunction): LocalFunction => ({
  ...{ ...fn, logicalId: 'runner', path: 'runner' },
  statements: [{ effect: 'Allow', actions: ['execute-api:ManageConnections'], resources: ['*'] }],
});

function synthesized(folder: string, tokenSha256: string): number {
  const before = process.exitCode;
  process.exitCode = 0;
  synthesizeFacts(folder, 'DoormanFacts-local', tokenSha256);
  const exitCode = Number(process.exitCode);
  process.exitCode = before;
  return exitCode;
}

/** Runs the synthesized stack with its bundles. A pause moves the clock of the gateway, and takes no time. */
export async function startLocalSite(tokenSha256: (token: string) => string): Promise<LocalSite> {
  const folder = mkdtempSync(join(tmpdir(), 'doorman-facts-'));
  const nagExitCode = synthesized(folder, tokenSha256(TOKEN));
  const stack = readStack(folder);
  const [first] = stack.functions;
  if (first === undefined) throw new Error('unable to run the stack; it has no function');
  const clock = { aheadMs: 0 };
  const log: string[] = [];
  const progress: string[] = [];
  const ids = { count: 0 };
  const randomId = (): string => `id-${ids.count++}=`;
  const now = (): number => Date.now() + clock.aheadMs;
  const iam = createIam([...stack.functions, runnerLike(first)]);
  const print = (line: string): number => log.push(line);
  const emulator = await startEmulator({ engine: 'dynoxide' });
  await createTables(emulator.endpoint, stack.tables);
  const dynamodb = createDynamodbService(emulator.endpoint, (_call, forward) => forward());
  const services = await startServiceEndpoint({ iam, services: { DynamoDB_20120810: dynamodb }, restServices: [] });
  const pools = createFunctionPools({ iam, maxEnvironments: 8, takeCrash: () => undefined, randomId, log: print });
  const api = await openWebSocketApi(
    { port: 0, now, randomId, log: print, limits: {}, disconnectDelivery: (deliver) => deliver() },
    { stack, iam, invoke: pools.invoke },
  );
  const ports = { webSocketPort: api.port, httpPort: 0 };
  const localize = createLocalizer({ apis: stack.apis, ...ports, servicesUrl: services.url });
  pools.open(stack.functions, { localize, servicesUrl: services.url });
  const credentials = { accessKeyId: 'runner', secretAccessKey: 'local' };
  return {
    ...{ stack, nagExitCode, log, progress },
    site: {
      ...{ webSocketUrl: api.url, token: TOKEN, now },
      connections: new ApiGatewayManagementApiClient({
        endpoint: api.connectionsUrl,
        region: 'us-east-1',
        credentials,
      }),
      pause: async (ms) => {
        clock.aheadMs += ms;
      },
      progress: (text) => progress.push(text),
    },
    forceClose: () => {
      for (const id of api.connectionIds()) api.forceClose(id);
    },
    close: async () => {
      await api.close();
      await pools.close();
      await services.close();
      dynamodb.close();
      await emulator.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
