import {
  BatchGetCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { describe, expect, it } from 'vitest';
import { createMemoryClient } from './memory-dynamodb/memory-client.ts';
import { MemoryTable, type MemoryTableOptions } from './memory-dynamodb/memory-table.ts';

const TableName = 'rooms';
const Key = { pk: 'p', sk: 's' };
const newTable = (options: Partial<MemoryTableOptions> = {}) =>
  new MemoryTable({ tableName: TableName, now: () => 1_800_000_000_999, ...options });

type Row = Record<string, unknown>;
const put = (table: MemoryTable, attributes: Row, more: Partial<PutCommandInput> = {}) =>
  table.apply(new PutCommand({ TableName, Item: { ...Key, ...attributes }, ...more }));
const update = (table: MemoryTable, UpdateExpression: string, more: Partial<UpdateCommandInput> = {}) =>
  table.apply(new UpdateCommand({ TableName, Key, UpdateExpression, ReturnValues: 'ALL_NEW', ...more }));
const get = (table: MemoryTable, ConsistentRead = true, key: Row = Key) =>
  (table.apply(new GetCommand({ TableName, Key: key, ConsistentRead })) as { Item?: Row }).Item;
/** The row after an update of one that has these. */
function updated(attributes: Row, expression: string, values?: Row): Row {
  const table = newTable();
  put(table, attributes);
  update(table, expression, values === undefined ? {} : { ExpressionAttributeValues: values });
  const { pk: _pk, sk: _sk, ...rest } = get(table) ?? {};
  return rest;
}

/** Whether a condition holds on a row that has these. */
function isMet(attributes: Row, ConditionExpression: string, values?: Row): boolean {
  const table = newTable();
  put(table, attributes);
  try {
    put(table, {}, { ConditionExpression, ...(values === undefined ? {} : { ExpressionAttributeValues: values }) });
    return true;
  } catch (error) {
    if ((error as Error).name === 'ConditionalCheckFailedException') return false;
    throw error;
  }
}

describe('a condition', () => {
  const row = { s: 'text', n: 5, l: ['a', 1], m: { deep: { n: 2 } }, t: new Set(['x', 'y']), z: null, b: true };

  it.each<[string, Row | undefined, boolean]>([
    ['attribute_exists(m.deep.n)', undefined, true],
    ['attribute_exists(m.deep.o)', undefined, false],
    ['attribute_exists(z)', undefined, true],
    ['attribute_not_exists(l[2]) AND attribute_exists(l[1])', undefined, true],
    ['attribute_exists(m.toString)', undefined, false],
    ['n = :v', { ':v': 5 }, true],
    ['n = :v', { ':v': '5' }, false],
    ['n <> :v', { ':v': '5' }, true],
    ['absent <> :v', { ':v': 1 }, true],
    ['absent = :v', { ':v': 1 }, false],
    ['absent < :v', { ':v': 1 }, false],
    ['n < :v', { ':v': 'text' }, false],
    [':v < n', { ':v': 4 }, true],
    ['m = :v', { ':v': { deep: { n: 2 } } }, true],
    ['m = :v', { ':v': { deep: { n: 3 } } }, false],
    ['t = :v', { ':v': new Set(['y', 'x']) }, true],
    ['n BETWEEN :a AND :b', { ':a': 1, ':b': 5 }, true],
    ['n IN (:a, :b)', { ':a': 1, ':b': 5 }, true],
    ['s IN (:a)', { ':a': 'te' }, false],
    ['begins_with(s, :a)', { ':a': 'te' }, true],
    ['begins_with(n, :a)', { ':a': 'te' }, false],
    ['contains(s, :a)', { ':a': 'ex' }, true],
    ['contains(t, :a)', { ':a': 'x' }, true],
    ['contains(l, :a)', { ':a': 1 }, true],
    ['contains(m, :a)', { ':a': 'deep' }, false],
    ['size(s) = :a', { ':a': 4 }, true],
    ['size(t) <= :a AND size(m) < :a AND size(l) = :a', { ':a': 2 }, true],
    ['size(n) = :a', { ':a': 1 }, false],
    ['attribute_type(t, :a)', { ':a': 'SS' }, true],
    ['attribute_type(z, :a) AND NOT attribute_type(b, :a)', { ':a': 'NULL' }, true],
    ['NOT (n = :a OR n = :b) AND s = :c', { ':a': 1, ':b': 2, ':c': 'text' }, true],
    ['n = :a or n = :b and n = :a', { ':a': 5, ':b': 2 }, true],
    ['NOT n = :a OR n = :b', { ':a': 5, ':b': 5 }, true],
  ])('%s', (condition, values, expected) => {
    expect(isMet(row, condition, values)).toBe(expected);
  });

  it('is checked on an empty row where none is', () => {
    const ConditionExpression = 'attribute_not_exists(pk) AND n <> :v';
    const table = newTable();
    put(table, {}, { ConditionExpression, ExpressionAttributeValues: { ':v': 1 } });
    expect(get(table)).toEqual(Key);
  });

  it('that fails says so as the SDK does, and changes nothing', () => {
    const table = newTable();
    put(table, { n: 1 });
    const more = {
      ConditionExpression: 'attribute_not_exists(pk)',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    } as const;
    expect(() => put(table, { n: 2 }, more)).toThrow(
      expect.objectContaining({
        name: 'ConditionalCheckFailedException',
        message: 'The conditional request failed',
        $metadata: expect.objectContaining({ httpStatusCode: 400 }),
        Item: { pk: { S: 'p' }, sk: { S: 's' }, n: { N: '1' } },
      }),
    );
    expect(get(table)?.n).toBe(1);
  });
});

describe('an update', () => {
  it.each<[string, Row, Row | undefined, Row]>([
    ['SET a = :v, m.x = :v', { m: { y: 1 } }, { ':v': 7 }, { a: 7, m: { x: 7, y: 1 } }],
    ['SET a = b, b = a', { a: 1, b: 2 }, undefined, { a: 2, b: 1 }],
    ['SET a = a + :v, b = b - :v', { a: 1, b: 1 }, { ':v': 2 }, { a: 3, b: -1 }],
    ['SET a = if_not_exists(a, :v) + :w', {}, { ':v': 2, ':w': 3 }, { a: 5 }],
    ['SET a = if_not_exists(a, :v)', { a: null }, { ':v': 2 }, { a: null }],
    ['SET l = list_append(l, :v)', { l: [1] }, { ':v': [2, 3] }, { l: [1, 2, 3] }],
    ['SET l[1] = :v, l[9] = :w', { l: [1, 2] }, { ':v': 'b', ':w': 'c' }, { l: [1, 'b', 'c'] }],
    ['SET l[1].x = :v', { l: [1, { y: 1 }] }, { ':v': 2 }, { l: [1, { x: 2, y: 1 }] }],
    ['REMOVE a, m.x, l[0], l[1]', { a: 1, m: { x: 1 }, l: [1, 2, 3] }, undefined, { m: {}, l: [3] }],
    ['REMOVE absent', { a: 1 }, undefined, { a: 1 }],
    ['ADD a :v, b :v', { a: 1 }, { ':v': 2 }, { a: 3, b: 2 }],
    ['ADD t :v', { t: new Set(['x']) }, { ':v': new Set(['x', 'y']) }, { t: new Set(['x', 'y']) }],
    ['DELETE t :v', { t: new Set([1, 2]) }, { ':v': new Set([2, 3]) }, { t: new Set([1]) }],
    ['DELETE t :v', { t: new Set([1]) }, { ':v': new Set([1]) }, {}],
    ['set a = :v remove b add n :v delete t :t', { b: 1 }, { ':v': 1, ':t': new Set(['x']) }, { a: 1, n: 1 }],
  ])('%s', (expression, before, values, after) => {
    expect(updated(before, expression, values)).toEqual(after);
  });

  it('makes the row where there is none', () => {
    const table = newTable();
    expect(update(table, 'REMOVE a')).toMatchObject({ Attributes: Key });
    expect(get(table)).toEqual(Key);
  });

  it('answers with the row after it, before it, or nothing', () => {
    const table = newTable();
    const count = (ReturnValues: 'ALL_NEW' | 'ALL_OLD' | 'NONE') =>
      update(table, 'ADD n :one', { ReturnValues, ExpressionAttributeValues: { ':one': 1 } }) as { Attributes?: Row };
    expect(count('ALL_OLD').Attributes).toBeUndefined();
    expect(count('ALL_NEW').Attributes).toEqual({ ...Key, n: 2 });
    expect(count('ALL_OLD').Attributes).toEqual({ ...Key, n: 2 });
    expect(count('NONE').Attributes).toBeUndefined();
    const deletion = new DeleteCommand({ TableName, Key, ReturnValues: 'ALL_OLD' });
    expect(table.apply(deletion)).toMatchObject({ Attributes: { n: 4 } });
    expect(get(table)).toBeUndefined();
  });

  it.each<[string, Row, Row | undefined, string]>([
    ['SET m.x = :v', {}, { ':v': 1 }, 'document path provided in the update expression is invalid'],
    ['SET m.x.y = :v', { m: { x: 1 } }, { ':v': 1 }, 'document path provided in the update expression is invalid'],
    ['REMOVE m.x', { m: [1] }, undefined, 'document path provided in the update expression is invalid'],
    ['SET a = b', {}, undefined, 'refers to an attribute that does not exist in the item'],
    ['SET a = a + :v', { a: 'x' }, { ':v': 1 }, 'incorrect data type'],
    ['ADD a :v', { a: 'x' }, { ':v': 1 }, 'incorrect data type'],
    ['DELETE a :v', { a: new Set([1]) }, { ':v': new Set(['x']) }, 'incorrect data type'],
    ['ADD a :v', {}, { ':v': 'x' }, 'Incorrect operand type for operator or function; operator or function: ADD'],
    ['SET a = :v, a.b = :v', {}, { ':v': 1 }, 'Two document paths overlap with each other'],
    ['SET a.b = :v REMOVE a', {}, { ':v': 1 }, 'Two document paths overlap with each other'],
    ['SET a.b = :v REMOVE a[0]', {}, { ':v': 1 }, 'Two document paths conflict with each other'],
    ['SET a = :v SET b = :v', {}, { ':v': 1 }, 'The "SET" section can only be used once'],
    ['SET sk = :v', {}, { ':v': 'x' }, 'Cannot update attribute sk. This attribute is part of the key'],
    ['SET name = :v', {}, { ':v': 1 }, 'Attribute name is a reserved keyword; reserved keyword: name'],
    ['SET a = :v', {}, { ':v': 1, ':w': 1 }, 'unused in expressions: keys: {:w}'],
    ['SET a = :v + :w', {}, { ':v': 1 }, 'value used in expression is not defined; attribute value: :w'],
    ['SET #a = :v', {}, { ':v': 1 }, 'used in the document path is not defined; attribute name: #a'],
    ['SET a = size(b)', {}, undefined, 'Invalid function name; function: size'],
    ['SET a = :v + :v + :v', {}, { ':v': 1 }, 'Syntax error'],
    ['SET a == :v', {}, { ':v': 1 }, 'Syntax error'],
    ['', {}, undefined, 'The expression can not be empty'],
    [`REMOVE ${'a'.repeat(4100)}`, {}, undefined, 'Expression size has exceeded the maximum allowed size'],
    ['SET a = :v', {}, { ':v': 'x'.repeat(409_600) }, 'Item size to update has exceeded the maximum allowed size'],
  ])('%.30s is refused', (expression, before, values, message) => {
    expect(() => updated(before, expression, values)).toThrow(
      expect.objectContaining({
        name: 'ValidationException',
        message: expect.stringContaining(message),
        $metadata: expect.objectContaining({ httpStatusCode: 400 }),
      }),
    );
  });
});

describe('a call', () => {
  it.each<[string, Row | undefined, string]>([
    ['((n = :v))', { ':v': 1 }, 'The expression has redundant parentheses'],
    ['n < :v', { ':v': true }, 'operator or function: <, operand type: BOOL'],
    ['n BETWEEN :a AND :b', { ':a': 2, ':b': 1 }, 'upper bound to be greater than or equal to lower bound'],
    ['n = n', undefined, 'The first operand must be distinct'],
    ['attribute_type(n, :v)', { ':v': 'X' }, 'Invalid attribute type name found; type: X'],
    ['attribute_exists(:v)', { ':v': 1 }, 'Operator or function requires a document path'],
    ['size(n)', undefined, 'The function is not allowed to be used this way'],
    ['exists(n)', undefined, 'Invalid function name; function: exists'],
    ['pk.x = :v', { ':v': 1 }, 'Key attributes must be scalars'],
  ])('with the condition %s is refused', (condition, values, message) => {
    expect(() => isMet({}, condition, values)).toThrow(message);
  });

  it('with an invalid item or key is refused', () => {
    const table = newTable();
    const largest = { text: 'x'.repeat(409_600 - 'pkpsks'.length - 'text'.length) };
    put(table, largest);
    expect(() => put(table, { ...largest, n: 0 })).toThrow('Item size has exceeded the maximum allowed size');
    expect(() => put(table, { pk: '' })).toThrow('cannot contain an empty string value. Key: pk');
    expect(() => put(table, { sk: 5 })).toThrow('Type mismatch for key sk expected: S');
    expect(() => get(table, true, { pk: 'p' })).toThrow('The provided key element does not match the schema');
    const elsewhere = new GetCommand({ TableName: 'others', Key });
    expect(() => table.apply(elsewhere)).toThrow(expect.objectContaining({ name: 'ResourceNotFoundException' }));
    const twice = new BatchGetCommand({ RequestItems: { [TableName]: { Keys: [Key, { ...Key }] } } });
    expect(() => table.apply(twice)).toThrow('Provided list of item keys contains duplicates');
  });

  it('with what is not modelled fails loudly', () => {
    const refused: Error[] = [];
    const table = newTable({ onInvalid: (error) => refused.push(error) });
    const counting = new QueryCommand({ TableName, Select: 'COUNT' });
    expect(() => table.apply(counting)).toThrow('does not model Select in Query');
    expect(() => update(table, 'REMOVE a', { ReturnValues: 'UPDATED_NEW' })).toThrow('ReturnValues UPDATED_NEW');
    expect(() => update(table, 'REMOVE')).toThrow('Syntax error');
    expect(() => table.apply(new ScanCommand({ TableName }))).toThrow('the command ScanCommand');
    expect(refused.map(({ name }) => name)).toEqual(['NotModelled', 'NotModelled', 'ValidationException']);
  });

  it('fails in the client if the SDK cannot send its values', () => {
    const table = newTable();
    expect(() => put(table, { set: new Set() })).toThrow('Pass a non-empty set');
    expect(() => put(table, { n: Number.NaN })).toThrow('Special numeric value NaN is not allowed');
    expect(() => put(table, { n: 2 ** 53 })).toThrow('greater than Number.MAX_SAFE_INTEGER');
    expect(() => put(table, { map: { constructor: 1 } })).toThrow('Unsupported type passed');
    expect(() => put(table, { at: new Date(0) })).toThrow('Unsupported type passed');
  });

  it('takes copies and gives copies, without what is undefined', () => {
    const table = newTable();
    const given = { list: [{ n: 1 }, undefined], bytes: new Uint8Array([1, 2]), set: new Set(['a']), none: undefined };
    put(table, given);
    const expected = { ...Key, list: [{ n: 1 }], bytes: new Uint8Array([1, 2]), set: new Set(['a']) };
    given.list.length = 0;
    given.bytes[0] = 9;
    given.set.add('b');
    const first = get(table) as typeof given;
    expect(first).toEqual(expected);
    expect(first).not.toHaveProperty('none');
    first.list.push({ n: 2 });
    first.bytes[0] = 9;
    expect(get(table)).toEqual(expected);
  });
});

describe('the client', () => {
  it('asks its scheduler when a call is applied, and whether it is', async () => {
    const table = newTable();
    const held: (() => unknown)[] = [];
    const names: string[] = [];
    const client = createMemoryClient(table, ({ name, apply }) => {
      names.push(name);
      return new Promise((resolve) => held.push(() => resolve(apply())));
    });
    const item = { ...Key, n: 1 };
    const sent = [
      client.send(new PutCommand({ TableName, Item: item })),
      client.send(new GetCommand({ TableName, Key })),
    ];
    item.n = 2;
    await Promise.resolve();
    expect(names).toEqual(['Put', 'Get']);
    expect(get(table)).toBeUndefined();
    for (const release of held) release();
    expect(await sent[1]).toMatchObject({ Item: { n: 1 }, $metadata: { httpStatusCode: 200 } });
  });

  it('fails as its scheduler does, whether the call was applied or not', async () => {
    const table = newTable();
    const lost = new Error('lost');
    const client = createMemoryClient(table, async ({ apply }) => {
      apply();
      throw lost;
    });
    await expect(client.send(new PutCommand({ TableName, Item: Key }))).rejects.toBe(lost);
    expect(get(table)).toEqual(Key);
  });
});
