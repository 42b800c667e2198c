import { setTimeout } from 'node:timers/promises';
import { defaultSettings, type Settings } from '../lib/domain/settings.ts';
import { digest } from '../lib/handlers/deps-digest.ts';
import { callDynamodb, startEmulator } from '../lib/local/dynamodb/emulator.ts';
import type { Doorbell } from '../lib/push/doorbell.ts';
import type { Push } from '../lib/push/push.ts';
import { createDynamoStore } from '../lib/store/dynamodb/dynamodb-store.ts';
import type { Deps } from '../lib/usecases/deps.ts';
import { createDocumentClient, documentTableClient } from '../test/support/document-client.ts';
import { tableKeys } from '../test/support/table-keys.ts';
import { UnitsMeter } from '../test/support/units-meter.ts';

export const TABLE_NAME = 'rooms';
const PATIENT = { connectionTimeout: 60_000, requestTimeout: 60_000, httpAgent: { maxSockets: 500 } };

const WITH_STREAM = { StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' } };

/** Works on an empty table of a DynamoDB of its own, which is gone afterwards. */
export async function withTable<T>(work: (endpoint: string) => Promise<T>, hasStream = false): Promise<T> {
  const emulator = await startEmulator({});
  try {
    const { endpoint } = emulator;
    await callDynamodb(endpoint, 'CreateTable', {
      TableName: TABLE_NAME,
      BillingMode: 'PAY_PER_REQUEST',
      ...tableKeys,
      ...(hasStream ? WITH_STREAM : {}),
    });
    return await work(endpoint);
  } finally {
    await emulator.close();
  }
}

/** What the use cases are run with. */
export interface MeasuredDepsOptions {
  readonly endpoint: string;
  readonly now: () => number;
  readonly randomId: () => string;
  readonly settings: Partial<Settings>;
  /** Those that do not reach anybody where left out. */
  readonly push: Partial<Push>;
  /** Jobs are not done where left out. */
  readonly doorbell?: Doorbell;
  /** For a process that stands for many Lambdas: calls have as many sockets as they want, and wait as long as it takes. */
  readonly isPatient?: boolean;
}

/** The use cases on a DynamoDB of this machine, with what they take from it. A fault ends the measurement. */
export function measuredDeps(options: MeasuredDepsOptions): { readonly deps: Deps; readonly meter: UnitsMeter } {
  const { endpoint, now, randomId } = options;
  const settings = { ...defaultSettings, ...options.settings };
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = createDocumentClient({
    ...{ endpoint, region: 'us-east-1', credentials },
    ...(options.isPatient === true ? { requestHandler: PATIENT } : {}),
  });
  const meter = new UnitsMeter();
  meter.watch(client);
  const { connectionLifeMs } = settings;
  const store = createDynamoStore({
    client: documentTableClient(client),
    tableName: TABLE_NAME,
    connectionLifeMs,
    dueShards: settings.sweepShards,
    now,
    random: Math.random,
    sleep: setTimeout,
  });

  const push = { post: async () => 'ok' as const, close: async () => {} };
  const onFault = (what: string, cause: unknown) => {
    throw new Error(`unable to ${what}`, { cause });
  };
  return {
    deps: {
      ...{ store, push: { ...push, ...options.push }, settings, now, randomId, onFault },
      ...{ doorbell: options.doorbell ?? { ring: async () => 'rung' }, random: Math.random, digest },
      ...{ backOff: () => setTimeout(1), sleep: setTimeout },
    },
    meter,
  };
}
