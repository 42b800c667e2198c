import { pseudo } from '../template/resolver.ts';
import type { LocalFunction } from '../template/stack-description.ts';
import type { Invoke } from './invoke.ts';
import type { EnvironmentReport } from './lambda-environment.ts';
import { type CrashTime, createLambdaPool, findNode, type LambdaPool } from './lambda-pool.ts';

/** The functions of a stack. */
export interface FunctionPools {
  readonly invoke: Invoke;
  /** Kills the environment of the next event of that function: by its logical id, construct path or name. */
  crash(functionId: string, when: CrashTime): void;
  reports(): EnvironmentReport[];
  /** Makes the functions ready to run; until then there are none. */
  open(functions: readonly LocalFunction[], environment: FunctionEnvironment): void;
  close(): Promise<void>;
}

/** What the functions see of this machine. */
export interface FunctionEnvironment {
  /** Turns an address in AWS into one here. */
  readonly localize: (text: string) => string;
  readonly servicesUrl: string;
}

/** How to run the functions. */
export interface FunctionPoolsOptions {
  readonly maxEnvironments: number;
  readonly randomId: () => string;
  readonly log: (line: string) => void;
}

/** Makes the pools, empty, so that what calls the functions can be started before what they call. */
export function createFunctionPools(options: FunctionPoolsOptions): FunctionPools {
  const pools = new Map<string, { readonly fn: LocalFunction; readonly pool: LambdaPool }>();
  const all = (): LambdaPool[] => [...pools.values()].map(({ pool }) => pool);
  return {
    invoke: async (functionId, event) =>
      (await pools.get(functionId)?.pool.invoke(event)) ?? noSuchFunction(functionId),
    crash: (functionId, when) => {
      const found = [...pools.values()].find(({ fn }) => [fn.logicalId, fn.path, fn.functionName].includes(functionId));
      if (found === undefined) throw new Error(`unable to crash ${functionId}; the template has no such function`);
      found.pool.crash(when);
    },
    reports: () => all().flatMap((pool) => pool.reports()),
    open: (functions, environment) => {
      for (const fn of functions) pools.set(fn.logicalId, { fn, pool: makePool(fn, environment, options) });
    },
    close: async () => {
      await Promise.all(all().map((pool) => pool.close()));
    },
  };
}

const noSuchFunction = (functionId: string) =>
  ({
    ok: false,
    errorType: 'ResourceNotFoundException',
    errorMessage: `unable to invoke ${functionId}; the template has no such function`,
  }) as const;

function makePool(fn: LocalFunction, environment: FunctionEnvironment, options: FunctionPoolsOptions): LambdaPool {
  const { localize, servicesUrl } = environment;
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
      AWS_ENDPOINT_URL_SQS: servicesUrl,
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
    nodePath: findNode(),
    maxEnvironments: options.maxEnvironments,
    randomId: options.randomId,
    log: (line) => options.log(`${fn.path}: ${line}`),
  });
}
