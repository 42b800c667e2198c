import { account } from '../base/account.ts';
import type { Iam } from '../iam/iam.ts';
import type { LocalFunction } from '../template/local-function.ts';
import type { Invoke } from './invoke.ts';
import type { EnvironmentReport } from './lambda-environment.ts';
import { createLambdaPool, findNode, type LambdaPool, type TakeCrash } from './lambda-pool.ts';

/** The functions of a stack. */
export interface FunctionPools {
  readonly invoke: Invoke;
  reports(): EnvironmentReport[];
  /** Makes the functions callable; before this call every invocation fails. */
  open(functions: readonly LocalFunction[], variables: FunctionVariables): void;
  close(): Promise<void>;
}

/** What the environment variables of the functions need to know of this machine. */
export interface FunctionVariables {
  /** Replaces an AWS address with the local one. */
  readonly localize: (text: string) => string;
  readonly servicesUrl: string;
}

/** How to run the functions. */
export interface FunctionPoolsOptions {
  readonly iam: Iam;
  readonly maxEnvironments: number;
  readonly takeCrash: TakeCrash;
  readonly randomId: () => string;
  readonly log: (line: string) => void;
}

/** Creates the pools without functions, so that the callers of functions can start before the services they use. */
export function createFunctionPools(options: FunctionPoolsOptions): FunctionPools {
  const pools = new Map<string, LambdaPool>();
  return {
    invoke: async (functionId, event, requestId) =>
      (await pools.get(functionId)?.invoke(event, requestId ?? options.randomId())) ?? {
        ok: false,
        errorType: 'ResourceNotFoundException',
        errorMessage: `unable to invoke ${functionId}; the template has no such function`,
      },
    reports: () => [...pools.values()].flatMap((pool) => pool.reports()),
    open: (functions, variables) => {
      for (const fn of functions) pools.set(fn.logicalId, createPool(fn, variables, options));
    },
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.close()));
    },
  };
}

const logActions = ['logs:CreateLogStream', 'logs:PutLogEvents'];

/** Lambda writes when an event begins and ends, whatever the function logs. AWS does not say when it may not. */
function useLog({ logicalId, path, logGroupArn: resource }: LocalFunction, { iam, log }: FunctionPoolsOptions): void {
  if (resource === undefined) return;
  const grants = logActions.map((action) => ({ action, resource }));
  const missing = iam.use(logicalId, grants);
  if (missing !== undefined) log(`${path}: AWS would lose this log; the role does not grant ${missing.action}`);
}

function createPool(fn: LocalFunction, variables: FunctionVariables, options: FunctionPoolsOptions): LambdaPool {
  const pool = createLambdaPool({
    fn,
    variables: variablesOf(fn, variables),
    nodePath: findNode(),
    maxEnvironments: options.maxEnvironments,
    takeCrash: options.takeCrash,
    log: (line) => options.log(`${fn.path}: ${line}`),
  });
  return {
    ...pool,
    invoke: (event, requestId) => {
      useLog(fn, options);
      return pool.invoke(event, requestId);
    },
  };
}

/** All variables of the environments of a function. */
function variablesOf(fn: LocalFunction, { localize, servicesUrl }: FunctionVariables): Record<string, string> {
  const own = Object.entries(fn.environment).map(([name, value]) => [name, localize(value)]);
  return {
    ...Object.fromEntries(own),
    // The only inherited variable: as in Lambda, a bundle needs it to start a program.
    PATH: process.env.PATH ?? '',
    AWS_REGION: account.region,
    AWS_LAMBDA_FUNCTION_NAME: fn.functionName,
    // The access key id names the caller, so that the endpoints check the role of this function.
    AWS_ACCESS_KEY_ID: fn.logicalId,
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: servicesUrl,
    AWS_ENDPOINT_URL_LAMBDA: servicesUrl,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: servicesUrl,
    AWS_ENDPOINT_URL_SQS: servicesUrl,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}
