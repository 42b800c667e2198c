import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { createTableClient } from '../../lib/handlers/deps-table.ts';
import { callDynamodb, type Emulator, isInstalled, startEmulator } from '../../lib/local/dynamodb/emulator.ts';
import { createDynamoStore } from '../../lib/store/dynamodb/dynamodb-store.ts';
import type { RoomStore } from '../../lib/store/room-store.ts';
import { createDocumentClient } from './document-client.ts';
import { openStream, type ReadStream } from './stream.ts';
import { tableKeys } from './table-keys.ts';

export type Engine = 'dynoxide' | 'dynalite';
export const tableName = 'rooms';
export const connectionLifeMs = 2 * 3600 * 1000;

/** A store on a table of its own. */
export interface StoreUnderTest {
  readonly store: RoomStore;
  /** A new client of the same table. */
  readonly createClient: () => DynamoDBDocumentClient;
  /** The store's clock. */
  readonly clock: { nowMs: number };
}

/** A store whose table has a stream. */
export interface StreamedStore extends StoreUnderTest {
  /** A reader that begins with the table's first record. */
  readonly openStream: () => Promise<ReadStream>;
}

/** A store on an emulator of its own. */
export interface EmulatedStore extends StreamedStore {
  readonly endpoint: string;
}

/** One emulator per test file: started before its tests, stopped after them. Without the engine they are skipped. */
export function useStore(engine: Engine): () => EmulatedStore {
  let emulator: Emulator | undefined;
  let made: EmulatedStore | undefined;
  const isMissing = !isInstalled(engine);
  beforeEach((context) => context.skip(isMissing, `unable to run without ${engine}; its package is not installed`));
  beforeAll(async () => {
    if (isMissing) return;
    emulator = await startEmulator({ engine });
    const { endpoint } = emulator;
    await createTable(endpoint);
    const clock = { nowMs: 1_800_000_000_000 };
    made = {
      store: createStoreAt(endpoint, clock),
      createClient: () => createClientAt(endpoint),
      openStream: () => openStream(endpoint, tableName),
      endpoint,
      clock,
    };
  });
  afterAll(async () => emulator?.close());
  return () => {
    if (made === undefined) throw new Error('unable to use the store; no test runs');
    return made;
  };
}

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };

export const createClientAt = (endpoint: string) =>
  createDocumentClient({ endpoint, region: 'us-east-1', credentials });

/** What a store takes from outside besides its clock. */
export const realChance = {
  random: Math.random,
  sleep: (pauseMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, pauseMs)),
};

export const createStoreAt = (endpoint: string, clock: { readonly nowMs: number }): RoomStore =>
  createDynamoStore({
    client: createTableClient({
      ...{ endpoint, region: 'us-east-1', credentials: () => credentials, now: Date.now },
      ...realChance,
    }),
    tableName,
    connectionLifeMs,
    dueShards: 2,
    now: () => clock.nowMs,
    ...realChance,
  });

export async function createTable(endpoint: string): Promise<void> {
  await callDynamodb(endpoint, 'CreateTable', {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    ...tableKeys,
    // dynalite has no streams and ignores this.
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  });
  for (;;) {
    const answer = await callDynamodb(endpoint, 'DescribeTable', { TableName: tableName });
    if ((answer as { Table: { TableStatus: string } }).Table.TableStatus === 'ACTIVE') return;
  }
}
