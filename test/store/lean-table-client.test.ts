import { createServer, type Server } from 'node:http';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { createTableClient } from '../../lib/handlers/deps-table.ts';
import { closeServer } from '../../lib/local/base/listen.ts';
import type { Operations, TableClient } from '../../lib/store/dynamodb/table-client.ts';
import { documentTableClient } from '../support/document-client.ts';
import { createClientAt, type Engine, realChance, tableName, useStore } from '../support/emulators.ts';
import { listen } from '../support/listen.ts';

const credentials = () => ({ accessKeyId: 'local', secretAccessKey: 'local' });

const leanAt = (endpoint: string): TableClient =>
  createTableClient({ endpoint, region: 'us-east-1', credentials, now: Date.now, ...realChance });

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const plain = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null), fc.constant(undefined));
const value = fc.oneof(
  plain,
  fc.array(plain, { maxLength: 3 }).map((items) => items.map((item) => item ?? null)),
  fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }), plain, { maxKeys: 3 }),
  fc.uniqueArray(fc.string({ minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 }).map((all) => new Set(all)),
);
const row = fc.record({ value, other: value, count: fc.double({ noNaN: true, min: -1e9, max: 1e9 }) });

const keyOf = (name: string) => ({ pk: `lean ${name}`, sk: 'row' });

/** The store's six operations on a row, and on one whose condition does not hold. */
function callsFor(name: string, values: object): readonly (readonly [keyof Operations, object])[] {
  const Key = keyOf(name);
  const TableName = tableName;
  const update = {
    UpdateExpression: 'SET #count = #count + :one, #new = :value',
    ExpressionAttributeNames: { '#count': 'count', '#new': 'new' },
    ExpressionAttributeValues: { ':one': 1, ':value': 'value' in values ? (values.value ?? null) : null },
  };
  const condition = { ConditionExpression: 'attribute_not_exists(pk)' };
  const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': Key.pk } };
  return [
    ['Put', { TableName, Item: { ...Key, ...values, count: 1 } }],
    ['Put', { TableName, Item: Key, ...condition }],
    ['Update', { TableName, Key, ReturnValues: 'ALL_NEW', ...update }],
    ['Get', { TableName, Key, ConsistentRead: true }],
    ['Get', { TableName, Key: keyOf('nobody') }],
    ['BatchGet', { RequestItems: { [TableName]: { Keys: [Key, keyOf('nobody')], ConsistentRead: true } } }],
    ['Query', { TableName, ...query, Limit: 1 }],
    ['Query', { TableName, ...query, ExclusiveStartKey: Key }],
    ['Update', { TableName, Key, UpdateExpression: 'SET' }],
    ['Delete', { TableName, Key, ReturnValues: 'ALL_OLD' }],
    ['Delete', { TableName, Key, ConditionExpression: 'attribute_exists(pk)' }],
  ];
}

/** What came of each call: its output, or what the store reads of its error. */
async function outcomesOf(client: TableClient, name: string, values: object): Promise<readonly unknown[]> {
  const outcomes: unknown[] = [];
  for (const [operation, input] of callsFor(name, values)) {
    outcomes.push(await client.call(operation, input as never).then(withoutMetadata, failureOf));
  }
  return outcomes;
}

const withoutMetadata = (output: object): object => ({ ...output, $metadata: undefined });

function failureOf(error: unknown): object {
  const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
  return { name, status: $metadata?.httpStatusCode };
}

describe.each<Engine>(['dynoxide', 'dynalite'])('the client of the table, on %s', (engine) => {
  const use = useStore(engine);

  it('gives what the SDK gives, whatever the row holds', async () => {
    const { endpoint } = use();
    const [lean, sdk] = [leanAt(endpoint), documentTableClient(createClientAt(endpoint))];
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(row, async (values) => {
        runs += 1;
        const name = `${runs}`;
        expect(await outcomesOf(lean, name, values)).toEqual(await outcomesOf(sdk, name, values));
      }),
      { numRuns: 60 },
    );
  });
});

describe('a table that does not answer as it should', () => {
  let server: Server | undefined;
  afterEach(async () => {
    if (server !== undefined) await closeServer(server);
  });

  const asked = (endpoint: string) =>
    leanAt(endpoint)
      .call('Get', { TableName: tableName, Key: keyOf('any') })
      .then(withoutMetadata, failureOf);

  it.each([
    [
      'an error of DynamoDB',
      400,
      '{"__type":"com.amazonaws.dynamodb.v20120810#ThrottlingException"}',
      'ThrottlingException',
    ],
    ['an error of another service', 403, '{"__type":"InvalidSignatureException"}', 'InvalidSignatureException'],
    ['an error of a proxy', 503, '<html>no</html>', 'UnknownError'],
  ])('%s has its name and its status', async (_, status, body, name) => {
    server = createServer((_asked, response) => response.writeHead(status).end(body));
    expect(await asked(`http://127.0.0.1:${await listen(server)}`)).toEqual({ name, status });
  });

  it('has no status where nobody listens', async () => {
    server = createServer();
    const port = await listen(server);
    await closeServer(server);
    server = undefined;
    expect(await asked(`http://127.0.0.1:${port}`)).toEqual({ name: 'ECONNREFUSED', status: undefined });
  });

  it('has no status where the answer breaks off: what was written is not known', async () => {
    server = createServer((_asked, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"Item":', () => response.destroy());
    });
    const found = await asked(`http://127.0.0.1:${await listen(server)}`);
    expect(found).toEqual({ name: 'ECONNRESET', status: undefined });
  });
});
