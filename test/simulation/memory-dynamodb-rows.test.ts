import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  BatchGetCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MemoryTable, type MemoryTableOptions } from './memory-dynamodb/memory-table.ts';
import type { StreamRecord } from './memory-dynamodb/stream-records.ts';

const TableName = 'rooms';
const newTable = (options: Partial<MemoryTableOptions> = {}) =>
  new MemoryTable({ tableName: TableName, now: () => 1_800_000_000_999, ...options });

type Row = Record<string, unknown>;
interface Page {
  readonly Items: Row[];
  readonly LastEvaluatedKey?: Row;
  readonly Count: number;
  readonly ScannedCount: number;
  readonly ConsumedCapacity?: { readonly CapacityUnits: number };
}

const put = (table: MemoryTable, sk: string, attributes: Row = {}) =>
  table.apply(new PutCommand({ TableName, Item: { pk: 'p', sk, ...attributes } }));
const remove = (table: MemoryTable, sk: string) => table.apply(new DeleteCommand({ TableName, Key: { pk: 'p', sk } }));
const get = (table: MemoryTable, sk: string, ConsistentRead: boolean) =>
  (table.apply(new GetCommand({ TableName, Key: { pk: 'p', sk }, ConsistentRead })) as { Item?: Row }).Item;
const query = (table: MemoryTable, more: Partial<QueryCommandInput> = {}, values: Row = {}): Page =>
  table.apply(
    new QueryCommand({
      TableName,
      ConsistentRead: true,
      KeyConditionExpression: 'pk = :pk',
      ...more,
      ExpressionAttributeValues: { ':pk': 'p', ...values },
    }),
  ) as Page;
const sortKeysOf = ({ Items }: Page) => Items.map(({ sk }) => sk);

describe('a query', () => {
  const filled = () => {
    const table = newTable();
    for (const sk of ['b2', 'a', 'c', 'b1', 'b', '\u{1f600}', '\uffee']) put(table, sk, { n: sk.length });
    table.apply(new PutCommand({ TableName, Item: { pk: 'q', sk: 'a' } }));
    return table;
  };

  it.each<[string, Row, readonly string[]]>([
    ['pk = :pk', {}, ['a', 'b', 'b1', 'b2', 'c', '\uffee', '\u{1f600}']],
    ['pk = :pk AND sk = :a', { ':a': 'b1' }, ['b1']],
    ['sk < :a AND pk = :pk', { ':a': 'b1' }, ['a', 'b']],
    ['pk = :pk AND :a >= sk', { ':a': 'b1' }, ['a', 'b', 'b1']],
    ['(pk = :pk) AND (sk > :a)', { ':a': 'c' }, ['\uffee', '\u{1f600}']],
    ['pk = :pk AND sk >= :a', { ':a': 'c' }, ['c', '\uffee', '\u{1f600}']],
    ['pk = :pk AND begins_with(sk, :a)', { ':a': 'b' }, ['b', 'b1', 'b2']],
    ['pk = :pk AND sk BETWEEN :a AND :b', { ':a': 'b1', ':b': 'bz' }, ['b1', 'b2']],
  ])('for %s gives its rows in the order of their bytes', (KeyConditionExpression, values, expected) => {
    const table = filled();
    expect(sortKeysOf(query(table, { KeyConditionExpression }, values))).toEqual(expected);
    const downwards = query(table, { KeyConditionExpression, ScanIndexForward: false }, values);
    expect(sortKeysOf(downwards)).toEqual(expected.toReversed());
  });

  it.each<[string, Row, string]>([
    ['sk = :pk', {}, 'Query condition missed key schema element: pk'],
    ['pk > :pk', {}, 'Query key condition not supported'],
    ['pk = :pk AND n = :a', { ':a': 1 }, 'Query condition missed key schema element'],
    ['pk = :pk OR sk = :a', { ':a': 'a' }, 'Invalid operator used in KeyConditionExpression: OR'],
    ['pk = :pk AND contains(sk, :a)', { ':a': 'a' }, 'Invalid operator used in KeyConditionExpression: CONTAINS'],
    ['pk = :pk AND sk = :a', { ':a': 1 }, 'Condition parameter type does not match schema type'],
    ['pk = :pk AND sk <> :a', { ':a': 'a' }, 'Invalid operator used in KeyConditionExpression: <>'],
  ])('for %s is refused', (KeyConditionExpression, values, message) => {
    expect(() => query(filled(), { KeyConditionExpression }, values)).toThrow(message);
  });

  it('filters what it has read, and returns only what is asked for', () => {
    const more = { FilterExpression: 'n = :n', ProjectionExpression: 'sk, m.x, l[1]', Limit: 3 };
    const table = filled();
    put(table, 'b', { n: 2, m: { x: 1, y: 2 }, l: [1, 2, 3] });
    const page = query(table, more, { ':n': 2 });
    expect(page.Items).toEqual([{ sk: 'b', m: { x: 1 }, l: [2] }, { sk: 'b1' }]);
    expect(page).toMatchObject({ Count: 2, ScannedCount: 3, LastEvaluatedKey: { pk: 'p', sk: 'b1' } });
    const byKey = { FilterExpression: 'sk = :n' };
    expect(() => query(table, byKey, { ':n': 'a' })).toThrow('can only contain non-primary key attributes');
  });

  it('continues from page to page, even if the last one is full', () => {
    const table = filled();
    for (const ScanIndexForward of [true, false]) {
      const found: unknown[] = [];
      let start: Row | undefined;
      let pages = 0;
      do {
        const page = query(table, { ScanIndexForward, Limit: 1, ExclusiveStartKey: start });
        found.push(...sortKeysOf(page));
        start = page.LastEvaluatedKey;
        pages += 1;
      } while (start !== undefined);
      expect(found).toEqual(sortKeysOf(query(table, { ScanIndexForward })));
      expect(pages).toBe(8);
    }
    const elsewhere = { ExclusiveStartKey: { pk: 'q', sk: 'a' } };
    expect(() => query(table, elsewhere)).toThrow('The provided starting key is outside query boundaries');
  });

  it('ends a page at 1 MB', () => {
    const table = newTable();
    for (let index = 0; index < 8; index += 1) put(table, `${index}`, { text: 'x'.repeat(300_000) });
    const first = query(table, { ReturnConsumedCapacity: 'TOTAL' });
    expect(first).toMatchObject({ Count: 4, LastEvaluatedKey: { sk: '3' }, ConsumedCapacity: { CapacityUnits: 293 } });
    expect(query(table, { ExclusiveStartKey: first.LastEvaluatedKey }).Count).toBe(4);
  });

  it('finds a row wherever it was put, and not where it was deleted', () => {
    const writes = fc.array(fc.tuple(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 2 }), fc.boolean()));
    fc.assert(
      fc.property(writes, fc.boolean(), (list, isStale) => {
        const table = newTable(isStale ? { staleness: () => 0 } : {});
        const there = new Set<string>();
        for (const [sk, isPut] of list) {
          (isPut ? put : remove)(table, sk);
          there[isPut ? 'add' : 'delete'](sk);
        }
        const sorted = [...there].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
        expect(sortKeysOf(query(table))).toEqual(sorted);
        expect([...table.rows()]).toHaveLength(sorted.length);
      }),
    );
  });
});

it('a batch of keys gives the rows that are there, up to 16 MB', () => {
  const table = newTable();
  const Keys = Array.from({ length: 60 }, (_, index) => ({ pk: 'p', sk: `${index}` }));
  for (const { sk } of Keys.slice(1)) put(table, sk, { text: 'x'.repeat(400_000) });
  const batch = (keys: readonly Row[]) =>
    table.apply(new BatchGetCommand({ RequestItems: { [TableName]: { Keys: [...keys], ConsistentRead: true } } }));
  expect(batch(Keys.slice(0, 2))).toMatchObject({ Responses: { [TableName]: [{ sk: '1' }] }, UnprocessedKeys: {} });
  const left = { [TableName]: { Keys: Keys.slice(42), ConsistentRead: true } };
  expect(batch(Keys)).toMatchObject({ UnprocessedKeys: left });
  const tooMany = Array.from({ length: 101 }, (_, index) => ({ pk: 'p', sk: `${index}` }));
  expect(() => batch(tooMany)).toThrow('Too many items requested');
});

describe('an eventually consistent read', () => {
  it('sees the row so many of its writes ago', () => {
    let behind = 0;
    const table = newTable({ staleness: () => behind });
    put(table, 'a', { n: 1 });
    put(table, 'other');
    put(table, 'a', { n: 2 });
    remove(table, 'a');
    put(table, 'a', { n: 3 });
    const seen = [0, 1, 2, 3, 4, 9].map((count) => {
      behind = count;
      return get(table, 'a', false)?.n;
    });
    expect(seen).toEqual([3, undefined, 2, 1, undefined, undefined]);
    expect(get(table, 'a', true)?.n).toBe(3);
  });

  it('of a partition sees it as it was at one time', () => {
    let behind = 0;
    const table = newTable({ staleness: () => behind });
    put(table, 'a', { n: 1 });
    table.apply(new PutCommand({ TableName, Item: { pk: 'q', sk: 'a' } }));
    put(table, 'b', { n: 2 });
    put(table, 'a', { n: 3 });
    remove(table, 'b');
    const seen = [0, 1, 2, 3, 4, 9].map((count) => {
      behind = count;
      return query(table, { ConsistentRead: false }).Items.map(({ sk, n }) => `${sk}${n}`);
    });
    expect(seen).toEqual([['a3'], ['a3', 'b2'], ['a1', 'b2'], ['a1'], [], []]);
    expect(sortKeysOf(query(table))).toEqual(['a']);
  });

  it('sees the newest version by default', () => {
    const table = newTable();
    put(table, 'a', { n: 1 });
    put(table, 'a', { n: 2 });
    expect(get(table, 'a', false)?.n).toBe(2);
  });
});

describe('the stream', () => {
  const recorded = () => {
    const records: StreamRecord[] = [];
    return { records, table: newTable({ onRecord: (record) => records.push(record) }) };
  };

  it('has a record of each write that changes a row, and of no other', () => {
    const { records, table } = recorded();
    put(table, 'a', { n: 1, set: new Set(['x', 'y']), map: { list: [null, true] } });
    put(table, 'a', { n: 1, set: new Set(['y', 'x']), map: { list: [null, true] } });
    table.apply(new UpdateCommand({ TableName, Key: { pk: 'p', sk: 'a' }, UpdateExpression: 'REMOVE absent' }));
    table.apply(new UpdateCommand({ TableName, Key: { pk: 'p', sk: 'a' }, UpdateExpression: 'REMOVE n' }));
    remove(table, 'a');
    remove(table, 'a');
    expect(records.map(({ eventName }) => eventName)).toEqual(['INSERT', 'MODIFY', 'REMOVE']);
    const [first, second, third] = records.map(({ dynamodb }) => dynamodb);
    expect(first?.OldImage).toBeUndefined();
    expect(second?.OldImage).toEqual(first?.NewImage);
    expect(third?.OldImage).toEqual(second?.NewImage);
    expect(third?.NewImage).toBeUndefined();
    const row = { pk: 'p', sk: 'a', n: 1, set: new Set(['x', 'y']), map: { list: [null, true] } };
    expect(unmarshall(first?.NewImage as object as Record<string, AttributeValue>)).toEqual(row);
  });

  it('gives each record its time, its key and its sequence number', () => {
    const { records, table } = recorded();
    for (const sk of ['a', 'b', 'c']) put(table, sk);
    const { Keys, ApproximateCreationDateTime } = records[1]?.dynamodb ?? {};
    expect({ Keys, ApproximateCreationDateTime }).toEqual({
      Keys: { pk: { S: 'p' }, sk: { S: 'b' } },
      ApproximateCreationDateTime: 1_800_000_000,
    });
    const numbers = records.map(({ dynamodb }) => dynamodb.SequenceNumber);
    expect([...new Set(numbers)].sort((one, other) => (one < other ? -1 : 1))).toEqual(numbers);
  });

  it('marks the deletions by TTL', () => {
    const { records, table } = recorded();
    put(table, 'past', { expiresAtSec: 99 });
    put(table, 'held', { expiresAtSec: 98 });
    put(table, 'now', { expiresAtSec: 100 });
    put(table, 'text', { expiresAtSec: '99' });
    put(table, 'none');
    records.length = 0;
    expect(table.expire(100, ({ sk }) => sk !== 'held')).toBe(1);
    expect(records).toMatchObject([
      {
        eventName: 'REMOVE',
        dynamodb: { OldImage: { sk: { S: 'past' } } },
        userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' },
      },
    ]);
    expect(table.expire(101)).toBe(2);
    expect(sortKeysOf(query(table))).toEqual(['none', 'text']);
    put(table, 'ages ago', { expiresAtSec: 100 });
    expect(table.expire(100 + 6 * 365 * 86_400)).toBe(0);
  });
});
