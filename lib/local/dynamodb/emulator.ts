import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { account } from '../base/account.ts';
import { spawnGuarded } from '../base/guarded-process.ts';
import { probePort } from '../base/listen.ts';
import { dataFilesIn } from '../data-folder/data-folder.ts';

/** A DynamoDB that runs on this machine. */
export interface Emulator {
  readonly engine: 'dynoxide' | 'dynalite' | 'external';
  readonly endpoint: string;
  readonly pid: number | undefined;
  /** Resolves with the reason, as `exit code 1` or `SIGKILL`, when the emulator ends before `close`. */
  readonly lost: Promise<string>;
  close(): Promise<void>;
}

/** How to start the emulator. */
export interface EmulatorOptions {
  /** A DynamoDB that runs already; nothing is started then. */
  readonly endpoint?: string | undefined;
  /** The folder of the data; without it the data is in memory. */
  readonly dataDir?: string | undefined;
  /** Defaults to dynoxide if it is installed, else dynalite. */
  readonly engine?: 'dynoxide' | 'dynalite' | undefined;
}

const require = createRequire(import.meta.url);
const startTimeoutMs = 10_000;
const pollIntervalMs = 10;

const resolvePackage = (name: string): string | undefined => {
  try {
    return require.resolve(`${name}/package.json`);
  } catch {
    return undefined;
  }
};

/** Whether the package of an engine is installed: that of dynoxide exists for Linux on x64 alone. */
export const isInstalled = (engine: 'dynoxide' | 'dynalite'): boolean => packageOf(engine) !== undefined;

const packageOf = (engine: 'dynoxide' | 'dynalite'): string | undefined =>
  resolvePackage(engine === 'dynoxide' ? '@dynoxide/linux-x64' : 'dynalite');

/** Starts a DynamoDB emulator, unless an endpoint is given: dynoxide if it is installed, else dynalite. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  if (options.endpoint !== undefined) {
    const { endpoint } = options;
    return { engine: 'external', endpoint, pid: undefined, lost: new Promise(() => {}), close: async () => {} };
  }
  const dynoxide = options.engine === 'dynalite' ? undefined : packageOf('dynoxide');
  const dynalite = options.engine === 'dynoxide' ? undefined : packageOf('dynalite');
  const files = options.dataDir === undefined ? undefined : dataFilesIn(options.dataDir);
  const port = await probePort(0);
  const endpoint = `http://127.0.0.1:${port}`;
  if (dynoxide !== undefined) {
    refuseOther(files?.dynalite, 'dynoxide', 'dynalite');
    const file = files === undefined ? [] : ['--db-path', files.dynoxide];
    const args = ['--host', '127.0.0.1', '--port', `${port}`, ...file];
    const child = spawnGuarded(join(dirname(dynoxide), 'dynoxide'), args, { output: 'ignore', ipc: false });
    return waitUntilReady(running('dynoxide', endpoint, child), child);
  }
  if (dynalite !== undefined) {
    refuseOther(files?.dynoxide, 'dynalite', 'dynoxide');
    const path = files === undefined ? [] : [files.dynalite];
    const script = fileURLToPath(new URL('./dynalite-process.mjs', import.meta.url));
    const child = spawnGuarded(process.execPath, [script, `${port}`, ...path], { output: 'ignore', ipc: true });
    return waitUntilReady(running('dynalite', endpoint, child), child);
  }
  throw new Error(
    'unable to start DynamoDB; install @dynoxide/linux-x64 or dynalite, or set DYNAMODB_ENDPOINT to a running one',
  );
}

/** The data of one engine is not readable by the other, which would begin with no rooms and say nothing. */
function refuseOther(path: string | undefined, engine: string, other: string): void {
  if (path !== undefined && existsSync(path)) {
    throw new Error(`unable to use ${path} with ${engine}; ${other} wrote it, and it is not used here`);
  }
}

function running(engine: 'dynoxide' | 'dynalite', endpoint: string, child: ChildProcess): Emulator {
  let isClosing = false;
  const lost = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => {
      if (!isClosing) resolve(signal ?? `exit code ${code}`);
    });
  });
  const close = (): Promise<void> => {
    isClosing = true;
    return stop(child);
  };
  return { engine, endpoint, pid: child.pid, lost, close };
}

async function waitUntilReady(emulator: Emulator, child: ChildProcess): Promise<Emulator> {
  let failure: string | undefined;
  child.once('error', (error) => {
    failure = error.message;
  });
  child.once('exit', (code) => {
    failure ??= `it exited with code ${code}`;
  });
  for (let waitedMs = 0; !(await answers(emulator.endpoint)); waitedMs += pollIntervalMs) {
    if (failure !== undefined) throw new Error(`unable to start ${emulator.engine}; ${failure}`);
    if (waitedMs >= startTimeoutMs) {
      await emulator.close();
      throw new Error(`unable to start ${emulator.engine}; it did not answer within ${startTimeoutMs} ms`);
    }
    await wait(pollIntervalMs);
  }
  return emulator;
}

const answers = (endpoint: string): Promise<boolean> =>
  callDynamodb(endpoint, 'ListTables', {}).then(
    () => true,
    () => false,
  );

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  await exited;
}

/** One call of DynamoDB's JSON protocol. */
export const callDynamodb = (endpoint: string, operation: string, input: unknown): Promise<unknown> =>
  call(endpoint, 'DynamoDB_20120810', operation, input);

/** One call of the JSON protocol of DynamoDB Streams. */
export const callDynamodbStreams = (endpoint: string, operation: string, input: unknown): Promise<unknown> =>
  call(endpoint, 'DynamoDBStreams_20120810', operation, input);

/** The emulators verify no signature, but they refuse a request without one. */
const authorization = [
  `AWS4-HMAC-SHA256 Credential=local/20200101/${account.region}/dynamodb/aws4_request`,
  'SignedHeaders=host',
  'Signature=0',
].join(', ');

async function call(endpoint: string, service: string, operation: string, input: unknown): Promise<unknown> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `${service}.${operation}`,
      'x-amz-date': '20200101T000000Z',
      authorization,
    },
    body: JSON.stringify(input),
  });
  const body = (await response.json()) as { __type?: string; message?: string; Message?: string };
  if (response.ok) return body;
  const name = body.__type?.split('#').at(-1) ?? 'UnknownError';
  const error = new Error(`unable to ${operation}; ${name}: ${body.message ?? body.Message ?? response.status}`);
  error.name = name;
  throw error;
}
