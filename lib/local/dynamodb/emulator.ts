import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A running DynamoDB of this machine. */
export interface Emulator {
  readonly engine: 'dynoxide' | 'dynalite' | 'external';
  readonly endpoint: string;
  readonly pid: number | undefined;
  close(): Promise<void>;
}

/** How to start the emulator. */
export interface EmulatorOptions {
  /** A DynamoDB that runs already; nothing is started then. */
  readonly endpoint?: string | undefined;
  /** Without it the data lives in memory. */
  readonly dataDir?: string | undefined;
  /** Leave it out to take the best that is installed. */
  readonly engine?: 'dynoxide' | 'dynalite' | undefined;
}

const require = createRequire(import.meta.url);
const startTimeoutMs = 10_000;
const probeEveryMs = 10;

const resolvePackage = (name: string): string | undefined => {
  try {
    return require.resolve(`${name}/package.json`);
  } catch {
    return undefined;
  }
};

/** A port of the loopback interface that was free a moment ago. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('unable to find a port; none was given');
  return address.port;
}

/** Starts the DynamoDB emulator that this machine has: dynoxide, else dynalite, unless an endpoint is given. */
export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  if (options.endpoint !== undefined) {
    return { engine: 'external', endpoint: options.endpoint, pid: undefined, close: async () => {} };
  }
  const dynoxide = options.engine === 'dynalite' ? undefined : resolvePackage('@dynoxide/linux-x64');
  const dynalite = options.engine === 'dynoxide' ? undefined : resolvePackage('dynalite');
  const port = await findFreePort();
  const endpoint = `http://127.0.0.1:${port}`;
  if (dynoxide !== undefined) {
    const file = options.dataDir === undefined ? [] : ['--db-path', join(options.dataDir, 'dynamodb.sqlite')];
    const child = spawn(join(dirname(dynoxide), 'dynoxide'), ['--host', '127.0.0.1', '--port', `${port}`, ...file], {
      stdio: 'ignore',
    });
    return whenReady({ engine: 'dynoxide', endpoint, pid: child.pid, close: () => stop(child) }, child);
  }
  if (dynalite !== undefined) {
    const path = options.dataDir === undefined ? [] : [join(options.dataDir, 'dynalite')];
    const script = fileURLToPath(new URL('./dynalite-process.mjs', import.meta.url));
    const child = spawn(process.execPath, [script, `${port}`, ...path], {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    return whenReady({ engine: 'dynalite', endpoint, pid: child.pid, close: () => stop(child) }, child);
  }
  throw new Error(
    'unable to start DynamoDB; neither @dynoxide/linux-x64 nor dynalite is installed (DYNAMODB_ENDPOINT names another)',
  );
}

async function whenReady(emulator: Emulator, child: ChildProcess): Promise<Emulator> {
  let failure: string | undefined;
  child.once('error', (error) => {
    failure = error.message;
  });
  child.once('exit', (code) => {
    failure ??= `it ended with code ${code}`;
  });
  const triesLeft = { count: startTimeoutMs / probeEveryMs };
  while (!(await answers(emulator.endpoint))) {
    if (failure !== undefined) throw new Error(`unable to start ${emulator.engine}; ${failure}`);
    triesLeft.count -= 1;
    if (triesLeft.count < 0) {
      await emulator.close();
      throw new Error(`unable to start ${emulator.engine}; it did not answer in ${startTimeoutMs} ms`);
    }
    await new Promise((resolve) => setTimeout(resolve, probeEveryMs));
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
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

/** One call of DynamoDB's JSON protocol. */
export const callDynamodb = (endpoint: string, operation: string, input: unknown): Promise<unknown> =>
  call(endpoint, 'DynamoDB_20120810', operation, input);

/** One call of the JSON protocol of DynamoDB Streams. */
export const callDynamodbStreams = (endpoint: string, operation: string, input: unknown): Promise<unknown> =>
  call(endpoint, 'DynamoDBStreams_20120810', operation, input);

/** The emulators check no signature, but they want to see one. */
async function call(endpoint: string, service: string, operation: string, input: unknown): Promise<unknown> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `${service}.${operation}`,
      'x-amz-date': '20200101T000000Z',
      authorization:
        'AWS4-HMAC-SHA256 Credential=local/20200101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0',
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
