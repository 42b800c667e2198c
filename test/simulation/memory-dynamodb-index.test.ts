import { DeleteCommand, PutCommand, QueryCommand, type QueryCommandInput, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { MemoryTable, type MemoryTableOptions } from './memory-dynamodb/memory-table.ts';

const TableName = 'rooms';
const newTable = (options: Partial<MemoryTableOptions> = {}) =>
  new MemoryTable({ tableName: TableName, now: () => 1_800_000_000_999, ...options });

type Row = Record<string, unknown>;
interface Answer {
  readonly Items: Row[];
  readonly LastEvaluatedKey?: Row;
  readonly ConsumedCapacity?: object;
}

const put = (table: MemoryTable, sk: string, attributes: Row = {}) =>
  table.apply(
    new PutCommand({ TableName, Item: { pk: 'p', sk, ...attributes }, ReturnConsumedCapacity: 'INDEXES' }),
  ) as Answer;
/** Lists the row in `in` as its sort key says. */
const list = (table: MemoryTable, sk: string, attributes: Row = {}) =>
  put(table, sk, { listedIn: 'in', listedAs: sk, ...attributes });
const update = (table: MemoryTable, sk: string, UpdateExpression: string, values?: Row) =>
  table.apply(
    new UpdateCommand({
      ...{ TableName, Key: { pk: 'p', sk }, UpdateExpression, ReturnConsumedCapacity: 'INDEXES' },
      ...(values === undefined ? {} : { ExpressionAttributeValues: values }),
    }),
  ) as Answer;
const remove = (table: MemoryTable, sk: string) =>
  table.apply(new DeleteCommand({ TableName, Key: { pk: 'p', sk }, ReturnConsumedCapacity: 'INDEXES' })) as Answer;
const query = (table: MemoryTable, more: Partial<QueryCommandInput> = {}, values: Row = {}): Answer =>
  table.apply(
    new QueryCommand({
      ...{ TableName, IndexName: 'audience', KeyConditionExpression: 'listedIn = :in' },
      ...more,
      ExpressionAttributeValues: { ':in': 'in', ...values },
    }),
  ) as Answer;
const sortKeysOf = ({ Items }: Answer) => Items.map(({ sk }) => sk);

describe('a query of the index', () => {
  it('gives the keys and the copied attributes of the rows that have both of its keys', () => {
    const table = newTable();
    const copied = { connections: { c: 1 }, userId: 'u', roomEpoch: 'e', offlineSeq: 1, offlineAtMs: 2 };
    list(table, 'whole', { ...copied, name: 'n' });
    list(table, 'bare');
    put(table, 'unlisted', copied);
    put(table, 'half', { listedIn: 'in' });
    put(table, 'other half', { listedAs: 'a' });
    list(table, 'elsewhere', { listedIn: 'out' });
    expect(query(table).Items).toEqual([
      { pk: 'p', sk: 'bare', listedIn: 'in', listedAs: 'bare' },
      { pk: 'p', sk: 'whole', listedIn: 'in', listedAs: 'whole', ...copied },
    ]);
  });

  it.each<[string, Row, readonly string[]]>([
    ['listedIn = :in', {}, ['a', 'a\0', 'b', 'b1', 'b2', '\uffee', '\u{1f600}']],
    ['listedIn = :in AND listedAs = :a', { ':a': 'a' }, ['a']],
    ['listedAs < :a AND listedIn = :in', { ':a': 'b1' }, ['a', 'a\0', 'b']],
    ['listedIn = :in AND :a >= listedAs', { ':a': 'b' }, ['a', 'a\0', 'b']],
    ['listedIn = :in AND listedAs > :a', { ':a': 'b2' }, ['\uffee', '\u{1f600}']],
    ['listedIn = :in AND listedAs >= :a', { ':a': 'b2' }, ['b2', '\uffee', '\u{1f600}']],
    ['listedIn = :in AND begins_with(listedAs, :a)', { ':a': 'b' }, ['b', 'b1', 'b2']],
    ['listedIn = :in AND listedAs BETWEEN :a AND :b', { ':a': 'b1', ':b': 'bz' }, ['b1', 'b2']],
  ])('for %s gives its entries in the order of their bytes', (KeyConditionExpression, values, expected) => {
    const table = newTable();
    for (const sk of ['b2', 'a\0', 'a', 'b1', 'b', '\u{1f600}', '\uffee']) list(table, sk);
    expect(sortKeysOf(query(table, { KeyConditionExpression }, values))).toEqual(expected);
    const downwards = query(table, { KeyConditionExpression, ScanIndexForward: false }, values);
    expect(sortKeysOf(downwards)).toEqual(expected.toReversed());
  });

  it.each([true, false])('goes on page by page, also between equal keys; forward: %s', (ScanIndexForward) => {
    const table = newTable();
    for (const sk of ['a', 'b', 'c', 'd']) list(table, sk, { listedAs: sk < 'c' ? 'one' : 'two' });
    const pages: (readonly unknown[])[] = [];
    let last: Row | undefined;
    do {
      const page = query(table, { Limit: 1, ScanIndexForward, ...(last && { ExclusiveStartKey: last }) });
      pages.push(sortKeysOf(page));
      last = page.LastEvaluatedKey;
    } while (last !== undefined && pages.length < 9);
    const expected = [['a'], ['b'], ['c'], ['d']];
    expect(pages).toEqual([...(ScanIndexForward ? expected : expected.toReversed()), []]);
    expect(query(table, { Limit: 3 }).LastEvaluatedKey).toEqual({ pk: 'p', sk: 'c', listedIn: 'in', listedAs: 'two' });
  });

  it('ends a page at 1 MB of entries, whatever their rows have besides', () => {
    const table = newTable();
    for (let index = 10; index < 16; index += 1) {
      list(table, `${index}`, { userId: 'x'.repeat(270_000), name: 'x'.repeat(100_000) });
    }
    const first = query(table, { ReturnConsumedCapacity: 'INDEXES' });
    expect(sortKeysOf(first)).toEqual(['10', '11', '12', '13']);
    expect(first.ConsumedCapacity).toMatchObject({ CapacityUnits: 132, Table: { CapacityUnits: 0 } });
    const ExclusiveStartKey = first.LastEvaluatedKey as Row;
    expect(sortKeysOf(query(table, { ExclusiveStartKey }))).toEqual(['14', '15']);
  });

  it('may filter by what is copied and return a part of it', () => {
    const table = newTable();
    list(table, 'a', { userId: 'u' });
    list(table, 'b', { userId: 'v' });
    const more = { FilterExpression: 'userId <> :u AND pk <> :u', ProjectionExpression: 'userId, listedAs' };
    expect(query(table, more, { ':u': 'u' }).Items).toEqual([{ userId: 'v', listedAs: 'b' }]);
  });

  const key = { pk: 'p', sk: 'a', listedIn: 'in', listedAs: 'a' };
  it.each<[string, Partial<QueryCommandInput>, string]>([
    ['a consistent read', { ConsistentRead: true }, 'Consistent reads are not supported on global secondary indexes'],
    ['another index', { IndexName: 'other' }, 'The table does not have the specified index: other'],
    ['the keys of the table', { KeyConditionExpression: 'pk = :in' }, 'missed key schema element: listedIn'],
    ['the sort key alone', { KeyConditionExpression: 'listedAs = :in' }, 'missed key schema element: listedIn'],
    ['a range of partitions', { KeyConditionExpression: 'listedIn > :in' }, 'Query key condition not supported'],
    ['a filter by its key', { FilterExpression: 'listedAs = :in' }, 'Primary key attribute: listedAs'],
    ['a filter by what it lacks', { FilterExpression: 'attribute_exists(muted)' }, 'does not model a filter'],
    ['what it lacks', { ProjectionExpression: 'userId, muted' }, 'index audience does not project [muted]'],
    ['a start without its keys', { ExclusiveStartKey: { pk: 'p', sk: 'a' } }, 'provided starting key is invalid'],
    ['a start with more', { ExclusiveStartKey: { ...key, userId: 'u' } }, 'provided starting key is invalid'],
    ['a start elsewhere', { ExclusiveStartKey: { ...key, listedIn: 'out' } }, 'is outside query boundaries'],
  ])('for %s is refused', (_, more, message) => {
    expect(() => query(newTable(), more)).toThrow(message);
  });

  it('follows updates, deletions and TTL', () => {
    const table = newTable();
    for (const sk of ['a', 'b', 'c', 'd']) list(table, sk, sk === 'd' ? { expiresAtSec: 9 } : {});
    update(table, 'a', 'SET listedAs = :v', { ':v': 'z' });
    update(table, 'b', 'REMOVE listedIn');
    remove(table, 'c');
    expect(sortKeysOf(query(table))).toEqual(['d', 'a']);
    table.expire(10);
    expect(sortKeysOf(query(table))).toEqual(['a']);
  });

  it('sees the partition of the index as it was so many of its changes ago', () => {
    let behind = 0;
    const table = newTable({ staleness: () => behind });
    list(table, 'a', { userId: 'u' });
    list(table, 'b');
    put(table, 'unlisted');
    list(table, 'elsewhere', { listedIn: 'out' });
    update(table, 'a', 'SET userId = :v, n = :v', { ':v': 'v' });
    update(table, 'a', 'SET n = :v', { ':v': 'w' });
    update(table, 'b', 'SET listedAs = :v', { ':v': 'z' });
    remove(table, 'a');
    const seen = [0, 1, 2, 3, 4, 5, 9].map((count) => {
      behind = count;
      return query(table).Items.map(({ listedAs, userId }) => `${listedAs} ${userId}`);
    });
    const [b, z] = ['b undefined', 'z undefined'];
    expect(seen).toEqual([[z], ['a v', z], ['a v'], ['a v', b], ['a u', b], ['a u'], []]);
  });
});

describe('a write', () => {
  it.each<[string, Row]>([
    ['Type mismatch for Index Key listedAs Expected: S Actual: N', { listedAs: 1 }],
    ['cannot contain an empty string value. IndexName: audience, IndexKey: listedIn', { listedIn: '' }],
    ['maximum size limit of 2048 bytes', { listedIn: 'x'.repeat(2049) }],
    ['maximum size limit of 1024 bytes', { listedAs: 'x'.repeat(1025) }],
  ])('that gives the index an invalid key is refused: %s', (message, attributes) => {
    const table = newTable();
    expect(() => put(table, 'a', attributes)).toThrow(message);
    const [name = '', value] = Object.entries(attributes)[0] ?? [];
    expect(() => update(table, 'a', `SET ${name} = :v`, { ':v': value })).toThrow(message);
    expect([...table.rows()]).toEqual([]);
  });

  it('takes units of the index for each entry that appears, changes or disappears', () => {
    const table = newTable();
    const long = { ':v': 'x'.repeat(1500) };
    const taken = [
      put(table, 'unlisted'),
      list(table, 'a'),
      update(table, 'a', 'SET n = :v', long),
      update(table, 'a', 'SET userId = :v', long),
      update(table, 'a', 'SET userId = :v', long),
      update(table, 'a', 'SET listedAs = :v', { ':v': 'b' }),
      update(table, 'a', 'SET listedIn = :v, userId = :v', { ':v': 'out' }),
      update(table, 'a', 'REMOVE listedIn'),
      list(table, 'a'),
      remove(table, 'a'),
    ].map(({ ConsumedCapacity }) => ConsumedCapacity);
    const units = (table: number, index: number) => ({
      ...{ TableName, CapacityUnits: table + index, Table: { CapacityUnits: table } },
      ...(index > 0 && { GlobalSecondaryIndexes: { audience: { CapacityUnits: index } } }),
    });
    expect(taken).toEqual([
      ...[units(1, 0), units(1, 1), units(2, 0), units(3, 2), units(3, 0), units(3, 4), units(3, 3), units(2, 1)],
      ...[units(2, 1), units(1, 1)],
    ]);
  });
});
