import { setTimeout as wait } from 'node:timers/promises';
import { callDynamodb, type Emulator, startEmulator } from '../../lib/local/dynamodb/emulator.ts';
import { openEmulatorStream } from '../../lib/local/streams/emulator-stream.ts';
import { type Change, isChange } from '../../lib/local/streams/stream-record.ts';
import type { Faults } from './fault-kinds.ts';
import { type Forward, type ProxiedAnswer, startHttpProxy } from './http-proxy.ts';

const RETRY_MS = 20;
const READ_MAX = 1000;
const FAULTS = ['table-throttled', 'table-refused', 'table-answer-lost'] as const;

/**
 * The emulator on its file, behind a proxy that lets calls of functions fail. Nobody gets an answer that could show a write
 * before the write is reported: neither a function nor the stack's own reader of the stream.
 */
export interface Table {
  readonly endpoint: string;
  /** Reports writes from now on, in the order in which they were applied. */
  follow(onWrite: (change: Change) => void): Promise<void>;
  /** Kills the emulator and starts it again on the same file. */
  restart(): Promise<void>;
  pid(): number | undefined;
  close(): Promise<void>;
}

export async function startTable(dataDir: string, faults: Faults): Promise<Table> {
  let emulator: Emulator = await startEmulator({ dataDir, engine: 'dynoxide' });
  let observe = async (): Promise<void> => undefined;
  let isClosed = false;
  const proxy = await startHttpProxy(
    () => emulator.endpoint,
    async ({ headers }, forward) => {
      // Calls of the stack itself, such as reads of the stream, never fail.
      const isOfFunction = String(headers['user-agent'] ?? '').includes('aws-sdk-js');
      const fault = isOfFunction ? faults.takeOne(FAULTS) : undefined;
      if (fault === 'table-throttled') return refusal(400, 'ProvisionedThroughputExceededException');
      if (fault === 'table-refused') return refusal(500, 'InternalServerError');
      const answer = await observed(forward, observe);
      return fault === 'table-answer-lost' ? undefined : answer;
    },
  );
  const ownProxy = await startHttpProxy(
    () => emulator.endpoint,
    (_asked, forward) => forward(),
  );
  return {
    endpoint: `http://127.0.0.1:${proxy.port}`,
    follow: async (onWrite) => {
      observe = coalesced(await openReader(`http://127.0.0.1:${ownProxy.port}`, onWrite, () => isClosed));
      await observe();
    },
    restart: async () => {
      const { pid } = emulator;
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
      emulator = await startEmulator({ dataDir, engine: 'dynoxide' });
    },
    pid: () => emulator.pid,
    close: async () => {
      isClosed = true;
      await proxy.close();
      await ownProxy.close();
      await emulator.close();
    },
  };
}

/** A call without an answer may have written too: whoever made it notices only after the write is reported. */
export async function observed(forward: Forward, observe: () => Promise<void>): Promise<ProxiedAnswer> {
  try {
    return await forward();
  } finally {
    await observe();
  }
}

const refusal = (status: number, name: string): ProxiedAnswer => ({
  status,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'by the torture run' }),
});

/** Reads all that is new in the stream of the only table. */
async function openReader(
  endpoint: string,
  onWrite: (change: Change) => void,
  isClosed: () => boolean,
): Promise<() => Promise<void>> {
  const { TableNames } = (await callDynamodb(endpoint, 'ListTables', {})) as { TableNames: string[] };
  const { Table: table } = (await callDynamodb(endpoint, 'DescribeTable', { TableName: TableNames[0] })) as {
    Table: { LatestStreamArn?: string };
  };
  if (table.LatestStreamArn === undefined) throw new Error('unable to follow the table; the emulator has no stream');
  const stream = await openEmulatorStream({ endpoint, streamArn: table.LatestStreamArn, from: 'TRIM_HORIZON' });
  return async () => {
    while (!isClosed()) {
      // While the emulator restarts nobody gets an answer anyway.
      const changes = await stream.read(READ_MAX).catch(() => undefined);
      if (changes === undefined) await wait(RETRY_MS);
      else for (const change of changes.filter(isChange)) onWrite(change);
      if (changes?.length === 0) return;
    }
  };
}

/** Runs one at a time. Each caller waits for a run that has begun after the call; those who wait share one. */
export function coalesced(run: () => Promise<void>): () => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  return () => {
    next ??= last
      .catch(() => undefined)
      .then(() => {
        next = undefined;
        last = run();
        return last;
      });
    return next;
  };
}
