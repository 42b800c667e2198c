import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTables } from '../../../lib/local/dynamodb/create-tables.ts';
import { callDynamodb, type Emulator, startEmulator } from '../../../lib/local/dynamodb/emulator.ts';
import type { ServiceAnswer } from '../../../lib/local/services/service.ts';
import type { StreamRecord } from '../../../lib/local/streams/stream-record.ts';
import { createTableStreams, type StreamReader, type TableStreams } from '../../../lib/local/streams/table-streams.ts';
import { isOf, writesOf } from '../../../lib/local/streams/table-writes.ts';
import type { LocalTable, StreamViewType } from '../../../lib/local/template/local-table.ts';

const startedAtMs = 1_700_000_000_000;

const describeTable = (name: string, viewType: StreamViewType = 'NEW_AND_OLD_IMAGES'): LocalTable => ({
  logicalId: name,
  tableName: name,
  arn: `arn:aws:dynamodb:us-east-1:000000000000:table/${name}`,
  stream: { arn: `arn:${name}/stream`, viewType },
  create: {
    TableName: name,
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
  },
  ttlAttribute: undefined,
});

const keyOf = (id: string) => ({ pk: { S: id } });
const itemOf = (id: string, n: number) => ({ ...keyOf(id), n: { N: `${n}` } });

const summary = ({ eventName, dynamodb: { Keys, OldImage, NewImage } }: StreamRecord) => {
  const numberOf = (image: typeof NewImage) => (image?.n as { N: string } | undefined)?.N;
  return `${eventName} ${(Keys.pk as { S: string }).S} ${numberOf(OldImage)}>${numberOf(NewImage)}`;
};

describe.each(['dynoxide', 'dynalite'] as const)('the streams of tables on %s', (engine) => {
  const running: { emulator?: Emulator } = {};
  beforeAll(async () => {
    running.emulator = await startEmulator({ engine });
  });
  afterAll(() => running.emulator?.close());

  const open = async (table: LocalTable): Promise<{ streams: TableStreams; reader: StreamReader }> => {
    const endpoint = running.emulator?.endpoint ?? '';
    const tables = await createTables(endpoint, [table]);
    const streams = createTableStreams({ endpoint, tables, now: () => startedAtMs });
    return { streams, reader: await streams.open(table.logicalId) };
  };

  const write = (streams: TableStreams, operation: string, input: Record<string, unknown>): Promise<ServiceAnswer> => {
    const call = { operation, input, signer: '', headers: {}, body: Buffer.alloc(0) };
    return streams.observe(call, () =>
      callDynamodb(running.emulator?.endpoint ?? '', operation, input).then(
        (body) => ({ status: 200, body: JSON.stringify(body) }),
        (error: Error) => ({ status: 400, body: error.name }),
      ),
    );
  };

  it('contain each change once, in order, and no write without effect', async () => {
    const TableName = 'each-change';
    const { streams, reader } = await open(describeTable(TableName));
    await write(streams, 'PutItem', { TableName, Item: itemOf('a', 1) });
    await write(streams, 'PutItem', { TableName, Item: itemOf('a', 1) });
    const add = { UpdateExpression: 'SET n = n + :d', ExpressionAttributeValues: { ':d': { N: '1' } } };
    await write(streams, 'UpdateItem', { TableName, Key: keyOf('a'), ...add });
    const condition = { ConditionExpression: 'attribute_not_exists(pk)' };
    expect((await write(streams, 'PutItem', { TableName, Item: itemOf('a', 9), ...condition })).status).toBe(400);
    await write(streams, 'DeleteItem', { TableName, Key: keyOf('missing') });
    const requests = [{ PutRequest: { Item: itemOf('b', 3) } }, { DeleteRequest: { Key: keyOf('a') } }];
    await write(streams, 'BatchWriteItem', { RequestItems: { [TableName]: requests } });
    const records = await reader.read(10);
    expect(records.slice(0, 2).map(summary)).toEqual(['INSERT a undefined>1', 'MODIFY a 1>2']);
    expect(new Set(records.slice(2).map(summary))).toEqual(new Set(['INSERT b undefined>3', 'REMOVE a 2>undefined']));
    const sequences = records.map(({ dynamodb }) => BigInt(dynamodb.SequenceNumber));
    expect(sequences.every((each, index) => index === 0 || each > (sequences[index - 1] ?? 0n))).toBe(true);
    expect(new Set(records.map(({ eventID }) => eventID)).size).toBe(4);
    expect(await reader.read(10)).toEqual([]);
  });

  it('are read by each reader at its own pace', async () => {
    const TableName = 'two-readers';
    const { streams, reader } = await open(describeTable(TableName));
    const second = await streams.open(TableName);
    const ids = (records: readonly StreamRecord[]) =>
      records.map(({ dynamodb }) => (dynamodb.Keys.pk as { S: string }).S);
    const notified = [0, 0];
    for (const [at, each] of [reader, second].entries()) {
      each.onWrite(() => {
        notified[at] = (notified[at] ?? 0) + 1;
      });
    }
    for (const id of ['a', 'b', 'c']) await write(streams, 'PutItem', { TableName, Item: itemOf(id, 1) });
    expect(ids(await reader.read(1))).toEqual(['a']);
    expect(ids(await second.read(10))).toEqual(['a', 'b', 'c']);
    await write(streams, 'PutItem', { TableName, Item: itemOf('d', 1) });
    expect([ids(await second.read(10)), ids(await reader.read(10))]).toEqual([['d'], ['b', 'c', 'd']]);
    expect([await second.read(10), await reader.read(10), notified]).toEqual([[], [], [4, 4]]);
  });

  it('return at most the limit, and continue from there', async () => {
    const TableName = 'page-by-page';
    const { streams, reader } = await open(describeTable(TableName));
    for (const id of ['a', 'b', 'c']) await write(streams, 'PutItem', { TableName, Item: itemOf(id, 1) });
    const keys = (records: readonly StreamRecord[]) => records.map(({ dynamodb }) => dynamodb.Keys);
    expect(keys(await reader.read(2))).toEqual([keyOf('a'), keyOf('b')]);
    expect(keys(await reader.read(2))).toEqual([keyOf('c')]);
  });

  it('skip writes without effect', async () => {
    const TableName = 'without-effect';
    const { streams, reader } = await open(describeTable(TableName));
    for (const n of [1, 1, 1, 2]) await write(streams, 'PutItem', { TableName, Item: itemOf('a', n) });
    expect((await reader.read(1)).map(summary)).toEqual(['INSERT a undefined>1']);
    expect((await reader.read(1)).map(summary)).toEqual(['MODIFY a 1>2']);
  });

  it('have the format of Lambda events', async () => {
    const TableName = 'the-format';
    const { streams, reader } = await open(describeTable(TableName));
    await write(streams, 'PutItem', { TableName, Item: itemOf('a', 1) });
    expect(await reader.read(1)).toEqual([
      {
        eventID: expect.stringMatching(/^[0-9a-f]{32}$/),
        eventName: 'INSERT',
        eventVersion: '1.1',
        eventSource: 'aws:dynamodb',
        awsRegion: 'us-east-1',
        dynamodb: {
          ApproximateCreationDateTime: expect.any(Number),
          Keys: keyOf('a'),
          NewImage: itemOf('a', 1),
          SequenceNumber: expect.stringMatching(/^\d+$/),
          SizeBytes: expect.any(Number),
          StreamViewType: 'NEW_AND_OLD_IMAGES',
        },
        eventSourceARN: 'arn:the-format/stream',
      },
    ]);
  });

  it.each([
    ['KEYS_ONLY', ['Keys']],
    ['NEW_IMAGE', ['Keys', 'NewImage']],
    ['OLD_IMAGE', ['Keys', 'OldImage']],
    ['NEW_AND_OLD_IMAGES', ['Keys', 'NewImage', 'OldImage']],
  ] as const)('contain with %s only %j of a change', async (viewType, shown) => {
    const TableName = `shows-${viewType}`;
    const { streams, reader } = await open(describeTable(TableName, viewType));
    for (const n of [1, 2, 2]) await write(streams, 'PutItem', { TableName, Item: itemOf('a', n) });
    const [, modified, ...more] = await reader.read(10);
    expect(more).toEqual([]);
    const parts = Object.keys(modified?.dynamodb ?? {}).filter((name) => name === 'Keys' || name.endsWith('Image'));
    expect([parts, modified?.dynamodb.StreamViewType]).toEqual([shown, viewType]);
  });

  it('notify the readers of the written table, and only when the write succeeds', async () => {
    const TableName = 'notifies';
    const { streams, reader } = await open(describeTable(TableName));
    await createTables(running.emulator?.endpoint ?? '', [describeTable('another')]);
    const notified = { count: 0 };
    reader.onWrite(() => {
      notified.count += 1;
    });
    await write(streams, 'PutItem', { TableName: 'another', Item: itemOf('a', 1) });
    await write(streams, 'GetItem', { TableName, Key: keyOf('a') });
    expect((await write(streams, 'PutItem', { TableName, Item: {} })).status).toBe(400);
    expect(notified.count).toBe(0);
    await write(streams, 'PutItem', { TableName, Item: itemOf('a', 1) });
    expect(notified.count).toBe(1);
  });

  it('contain concurrent writes to one item in their order', async () => {
    const TableName = 'concurrent';
    const { streams, reader } = await open(describeTable(TableName));
    const writes = Array.from({ length: 20 }, (_, n) => write(streams, 'PutItem', { TableName, Item: itemOf('a', n) }));
    await Promise.all(writes);
    const records = await reader.read(100);
    const images = records.map(({ dynamodb }) => [dynamodb.OldImage, dynamodb.NewImage]);
    expect(images).toHaveLength(20);
    expect(images.slice(1).map(([old]) => old)).toEqual(images.slice(0, -1).map(([, updated]) => updated));
  });

  it('start with the next write when the table is not new', async () => {
    const table = describeTable('not-new');
    const earlier = await open(table);
    await write(earlier.streams, 'PutItem', { TableName: 'not-new', Item: itemOf('old', 1) });
    const { streams, reader } = await open(table);
    await write(streams, 'PutItem', { TableName: 'not-new', Item: itemOf('new', 1) });
    expect((await reader.read(10)).map(({ dynamodb }) => dynamodb.Keys)).toEqual([keyOf('new')]);
  });
});

describe('the writes of a request', () => {
  const [a, b] = [
    { TableName: 'one', Item: itemOf('a', 1) },
    { TableName: 'two', Key: keyOf('b') },
  ];

  it.each([
    ['PutItem', a, [a]],
    ['UpdateItem', b, [b]],
    ['DeleteItem', b, [b]],
    ['GetItem', b, []],
    ['BatchGetItem', { RequestItems: { two: { Keys: [keyOf('b')] } } }, []],
    [
      'BatchWriteItem',
      { RequestItems: { one: [{ PutRequest: { Item: a.Item } }], two: [{ DeleteRequest: { Key: b.Key } }] } },
      [a, b],
    ],
    [
      'TransactWriteItems',
      { TransactItems: [{ Put: a }, { ConditionCheck: a }, { Update: b }, { Delete: b }] },
      [a, b, b],
    ],
  ])('%s', (operation, input, expected) => {
    expect(writesOf(operation, input)).toEqual(expected);
  });

  it('match a table by name or ARN', () => {
    const table = describeTable('one');
    const names = ['one', 'arn:aws:dynamodb:us-east-1:000000000000:table/one', 'two'];
    expect(names.map((TableName) => isOf(table, { TableName }))).toEqual([true, true, false]);
  });
});

describe('the streams of an emulator with streams', () => {
  it('contain transactions, and the writes to a new table before its first read', async () => {
    const emulator = await startEmulator({ engine: 'dynoxide' });
    const { endpoint } = emulator;
    const TableName = 'transactions';
    const tables = await createTables(endpoint, [describeTable(TableName)]);
    const items = ['a', 'b'].map((id) => ({ Put: { TableName, Item: itemOf(id, 1) } }));
    await callDynamodb(endpoint, 'TransactWriteItems', { TransactItems: items });
    const reader = await createTableStreams({ endpoint, tables, now: () => startedAtMs }).open(TableName);
    expect((await reader.read(10)).map(summary)).toEqual(['INSERT a undefined>1', 'INSERT b undefined>1']);
    await emulator.close();
  });
});
