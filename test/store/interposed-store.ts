import { type DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { createDynamoStore } from '../../lib/store/dynamodb/dynamodb-store.ts';
import type { Key } from '../../lib/store/dynamodb/keys.ts';
import type { Row } from '../../lib/store/dynamodb/table.ts';
import type { RoomStore } from '../../lib/store/room-store.ts';
import { documentTableClient } from '../support/document-client.ts';
import { connectionLifeMs, realChance, type StoreUnderTest, tableName } from '../support/emulators.ts';
import { UnitsMeter } from '../support/units-meter.ts';

/**
 * What happens to a request: `lost` = it is applied, but its answer does not arrive; `dropped` = it does not arrive;
 * `denied` = it is refused for good; a function runs before the request is sent.
 */
export type Event = 'lost' | 'dropped' | 'denied' | (() => Promise<unknown>);

/** A store on the same table with these events, by the number of the request from 0. */
export function interposedStore(under: StoreUnderTest, events: Readonly<Record<number, Event>>): RoomStore {
  const client = under.createClient();
  let sent = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      const event = events[sent];
      sent += 1;
      if (typeof event === 'function') await event();
      if (event === 'dropped') throw failure('TimeoutError', undefined);
      if (event === 'denied') throw failure('AccessDeniedException', 400);
      const answer = await next(args);
      if (event === 'lost') throw failure('TimeoutError', undefined);
      return answer;
    },
    { step: 'initialize', name: 'events', priority: 'high' },
  );
  return storeWith(client, under);
}

const storeWith = (client: DynamoDBDocumentClient, under: StoreUnderTest): RoomStore =>
  createDynamoStore({
    client: documentTableClient(client),
    tableName,
    connectionLifeMs,
    dueShards: 2,
    now: () => under.clock.nowMs,
    ...realChance,
  });

/** A store of a deployment with more shards, on the same table. */
export const storeOfShards = (under: StoreUnderTest, dueShards: number): RoomStore =>
  createDynamoStore({
    ...{ client: documentTableClient(under.createClient()), tableName, connectionLifeMs, dueShards },
    ...{ now: () => under.clock.nowMs, ...realChance },
  });

/** The read units that this work takes on the same table. */
export async function readUnitsOf(
  under: StoreUnderTest,
  work: (store: RoomStore) => Promise<unknown>,
): Promise<number> {
  const client = under.createClient();
  const meter = new UnitsMeter();
  meter.watch(client);
  await work(storeWith(client, under));
  return meter.take().readUnits;
}

/** The maximum of concurrent requests of this work. */
export async function mostAtOnce(under: StoreUnderTest, work: (store: RoomStore) => Promise<unknown>): Promise<number> {
  const client = under.createClient();
  let [now, most] = [0, 0];
  client.middlewareStack.add(
    (next) => async (args) => {
      now += 1;
      most = Math.max(most, now);
      try {
        return await next(args);
      } finally {
        now -= 1;
      }
    },
    { step: 'initialize', name: 'at once', priority: 'high' },
  );
  await work(storeWith(client, under));
  return most;
}

const failure = (name: string, httpStatusCode: number | undefined) =>
  Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });

/** The sort keys of a partition's rows in the table. */
export async function sortKeysIn(under: StoreUnderTest, pk: string): Promise<readonly string[]> {
  const { Items = [] } = await under.createClient().send(
    new QueryCommand({
      TableName: tableName,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': pk },
    }),
  );
  return Items.map((row) => String(row.sk));
}

/** The stored row. */
export async function rowAt(under: StoreUnderTest, key: Key): Promise<Row | undefined> {
  const command = new GetCommand({ TableName: tableName, Key: key, ConsistentRead: true });
  return (await under.createClient().send(command)).Item;
}
