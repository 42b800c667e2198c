import type { Settings } from '../../lib/domain/settings.ts';
import { createDynamoStore } from '../../lib/store/dynamodb/dynamodb-store.ts';
import { documentTableClient } from '../support/document-client.ts';
import { connectionLifeMs, createClientAt, type EmulatedStore, realChance, tableName } from '../support/emulators.ts';
import { UnitsMeter } from '../support/units-meter.ts';
import { createWorld, type World } from '../support/world.ts';

/** What some work cost in the table. */
export interface Cost {
  readonly writes: number;
  readonly readUnits: number;
}

/** A world that counts the use of the table. */
export function createMeteredWorld(made: EmulatedStore, settings: Partial<Settings>) {
  const client = createClientAt(made.endpoint);
  const meter = new UnitsMeter();
  meter.watch(client);
  const store = createDynamoStore({
    client: documentTableClient(client),
    tableName,
    connectionLifeMs,
    dueShards: 2,
    now: () => made.clock.nowMs,
    ...realChance,
  });
  const world: World = createWorld({ ...made, store }, settings);
  const costOf = async <T>(work: () => Promise<T>): Promise<Cost & { readonly answer: T }> => {
    meter.take();
    const answer = await work();
    const { writes, readUnits, listReadUnits } = meter.take();
    return { writes, readUnits: readUnits + listReadUnits, answer };
  };
  return { world, costOf };
}
