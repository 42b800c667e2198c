import { setTimeout as wait } from 'node:timers/promises';
import { describe } from 'vitest';
import { createDynamoStore } from '../../lib/store/dynamodb/dynamodb-store.ts';
import { createMemoryClient, type Schedule } from '../simulation/memory-dynamodb/memory-client.ts';
import { MemoryTable } from '../simulation/memory-dynamodb/memory-table.ts';
import { connectionLifeMs, realChance, type StoreUnderTest, tableName } from '../support/emulators.ts';
import { describeStore } from './contract.ts';

/** The latency of a network, so that concurrent calls overlap. */
const LATENCY_MS = 2;
const overNetwork: Schedule = async ({ apply }) => {
  await wait(LATENCY_MS);
  return apply();
};

function createMemoryStore(): StoreUnderTest {
  const clock = { nowMs: 1_800_000_000_000 };
  const now = () => clock.nowMs;
  const table = new MemoryTable({ tableName, now });
  const createClient = () => createMemoryClient(table, overNetwork);
  const store = createDynamoStore({ client: createClient(), tableName, connectionLifeMs, now, ...realChance });
  return { store, createClient, clock };
}

describe('the store on the in-memory DynamoDB of the simulation', () => {
  const made = createMemoryStore();
  describeStore(() => made);
});
