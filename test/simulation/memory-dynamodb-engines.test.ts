import {
  PutCommand,
  type PutCommandInput,
  QueryCommand,
  UpdateCommand,
  type UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tableName, useStore } from '../support/emulators.ts';
import { createMemoryClient } from './memory-dynamodb/memory-client.ts';
import { MemoryTable } from './memory-dynamodb/memory-table.ts';

/*
 * The in-memory DynamoDB and dynalite give the same, for random rows, updates and conditions. Left out is what dynalite
 * does unlike DynamoDB: it finds no two maps or lists equal, gives empty texts no size, does not sort by UTF-8, and
 * writes a value that it reads from the row without a copy, so that a later action of the update changes it too.
 */

type Row = Record<string, unknown>;
interface Expressions {
  readonly ExpressionAttributeNames?: Record<string, string>;
  readonly ExpressionAttributeValues?: Row;
}

const number = fc.integer({ min: -3, max: 12 });
const text = fc.constantFrom('a', 'ab', 'b', '\u{1f600}');
const scalar = fc.oneof(number, text, fc.boolean(), fc.constant(null));
const set = fc.oneof(
  fc.uniqueArray(text, { minLength: 1, maxLength: 3 }).map((members) => new Set(members)),
  fc.uniqueArray(number, { minLength: 1, maxLength: 3 }).map((members) => new Set(members)),
);
const map = fc.dictionary(fc.constantFrom('a', 'b', 'c'), scalar, { maxKeys: 2 });
const list = fc.array(scalar, { minLength: 1, maxLength: 3 });
const value = fc.oneof({ weight: 3, arbitrary: scalar }, set, map, list);
/** Mostly values that most updates can work with. */
const mostly = <T>(usual: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 6, arbitrary: usual as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: value });
const row = fc.record(
  {
    ...{ a: mostly(number), b: mostly(set), c: mostly(number), t: mostly(set) },
    ...{ m: mostly(fc.dictionary(fc.constantFrom('a', 'b', 'c'), number, { minKeys: 1 })), l: mostly(list) },
  },
  { requiredKeys: [] },
);

const path = fc.oneof(
  fc.constantFrom('#a', '#b', '#c', '#m', '#l', '#t'),
  fc.constantFrom('#m.#a', '#m.#b', '#l[0]', '#l[1]', '#m.#a.#b', '#l[5]'),
);
/** `:n` is a number and `:t` a set. */
const placeholder = fc.constantFrom(':s', ':n', ':t', ':x');
const scalarPlaceholder = fc.constantFrom(':s', ':n');
const comparator = fc.constantFrom('=', '<>', '<', '<=', '>', '>=');

const simple: fc.Arbitrary<string> = fc.oneof(
  path.map((at) => `attribute_exists(${at})`),
  path.map((at) => `attribute_not_exists(${at})`),
  fc.tuple(path, comparator, scalarPlaceholder).map((parts) => parts.join(' ')),
  fc.tuple(scalarPlaceholder, comparator, path).map((parts) => parts.join(' ')),
  path.map((at) => `${at} BETWEEN :n AND :n2`),
  path.map((at) => `${at} IN (:s, :n)`),
  path.map((at) => `begins_with(${at}, :s)`),
  fc.tuple(path, scalarPlaceholder).map(([at, what]) => `contains(${at}, ${what})`),
  fc.tuple(path, fc.constantFrom(':S', ':N', ':SS', ':M', ':L')).map(([at, type]) => `attribute_type(${at}, ${type})`),
  fc.tuple(path, comparator).map(([at, by]) => `size(${at}) ${by} :n`),
);
const condition = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'condition' },
    { weight: 3, arbitrary: simple },
    fc.tuple(simple, fc.constantFrom('AND', 'OR'), tie('any')).map((parts) => parts.join(' ')),
    fc
      .tuple(tie('any'), fc.constantFrom('AND', 'or'), simple)
      .map(([one, word, other]) => `NOT (${one}) ${word} ${other}`),
  ),
})).any;

/** None of these lies above a target, and no ADD and no DELETE has it. */
const source = fc.constantFrom('#c', '#t', '#m.#a', '#l[0]', '#l[5]');
const operand = fc.oneof(source, placeholder);
const numeric = fc.oneof({ weight: 5, arbitrary: fc.constantFrom('#c', '#m.#a', ':n') }, operand);
const term = fc.oneof(
  operand,
  fc.tuple(source, operand).map(([at, other]) => `if_not_exists(${at}, ${other})`),
  fc.tuple(numeric, fc.constantFrom('+', '-'), numeric).map((parts) => parts.join(' ')),
  fc.tuple(fc.oneof(source, fc.constant('#l')), operand).map(([at, other]) => `list_append(${at}, ${other})`),
  fc.constant('list_append(#l, #l)'),
  fc.tuple(source, numeric).map(([at, other]) => `if_not_exists(${at}, :n) + ${other}`),
);
const added = fc.oneof(
  fc.constantFrom('#a :n', '#b :t', '#m.#b :n'),
  fc.tuple(fc.constantFrom('#a', '#b'), placeholder).map((parts) => parts.join(' ')),
);
const deleted = fc.oneof(
  fc.constant('#b :t'),
  fc.tuple(fc.constantFrom('#a', '#b'), placeholder).map((parts) => parts.join(' ')),
);
const sections = fc.tuple(
  fc.array(
    fc.tuple(path, term).map(([at, what]) => `${at} = ${what}`),
    { maxLength: 2 },
  ),
  fc.array(path, { maxLength: 1 }),
  fc.array(added, { maxLength: 1 }),
  fc.array(deleted, { maxLength: 1 }),
);
const update = sections
  .map((parts) =>
    parts.flatMap((list, index) =>
      list.length === 0 ? [] : `${['SET', 'REMOVE', 'ADD', 'DELETE'][index]} ${list.join(', ')}`,
    ),
  )
  .filter((clauses) => clauses.length > 0)
  .map((clauses) => clauses.join(' '));

const RUNS = 300;

/** What the placeholders in the texts stand for. */
function placeholdersIn(texts: readonly string[], given: Row): Expressions {
  const found = (pattern: RegExp) => [...new Set(texts.flatMap((each) => each.match(pattern) ?? []))];
  const names = Object.fromEntries(found(/#\w+/g).map((name) => [name, name.slice(1)]));
  const types = { ':S': 'S', ':N': 'N', ':SS': 'SS', ':M': 'M', ':L': 'L' };
  const all: Row = { ...given, ...types };
  const values = Object.fromEntries(found(/:\w+/g).map((name) => [name, all[name]]));
  return {
    ...(Object.keys(names).length === 0 ? {} : { ExpressionAttributeNames: names }),
    ...(Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: values }),
  };
}

const given = fc.record({ ':s': text, ':n': number, ':n2': fc.constant(12), ':t': set, ':x': value });

describe('the in-memory DynamoDB and dynalite', () => {
  const use = useStore('dynalite');
  let count = 0;

  /** Stores the row in both, and runs in both the command that `make` gives for its key. */
  async function outcomes(attributes: Row, make: (Key: { pk: string; sk: string }) => PutCommand | UpdateCommand) {
    count += 1;
    const Key = { pk: `p${count}`, sk: 's' };
    const clients = [use().createClient(), createMemoryClient(new MemoryTable({ tableName, now: () => 0 }))];
    return Promise.all(
      clients.map(async (client) => {
        await client.send(new PutCommand({ TableName: tableName, Item: { ...attributes, ...Key } }));
        const outcome = await client.send(make(Key) as UpdateCommand).then(
          ({ Attributes }) => Attributes ?? 'none',
          (error: Error) => error.name,
        );
        const rows = await client.send(
          new QueryCommand({
            TableName: tableName,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': Key.pk },
          }),
        );
        return { outcome, rows: rows.Items };
      }),
    );
  }

  it('agree on conditions', async () => {
    const seen = new Set<unknown>();
    const property = fc.asyncProperty(row, condition, given, async (attributes, ConditionExpression, values) => {
      const input: Omit<PutCommandInput, 'Item'> = {
        TableName: tableName,
        ConditionExpression,
        ...placeholdersIn([ConditionExpression], values),
      };
      const [emulated, memory] = await outcomes(attributes, (Key) => new PutCommand({ ...input, Item: Key }));
      expect(memory).toEqual(emulated);
      seen.add(memory?.outcome);
    });
    await fc.assert(property, { numRuns: RUNS });
    expect(seen).toContain('none');
    expect(seen).toContain('ConditionalCheckFailedException');
  });

  it('agree on updates', async () => {
    const seen = new Set<string>();
    const property = fc.asyncProperty(row, update, given, async (attributes, UpdateExpression, values) => {
      const input: Omit<UpdateCommandInput, 'Key'> = {
        TableName: tableName,
        UpdateExpression,
        ReturnValues: 'ALL_NEW',
        ...placeholdersIn([UpdateExpression], values),
      };
      const [emulated, memory] = await outcomes(attributes, (Key) => new UpdateCommand({ ...input, Key }));
      expect(memory).toEqual(emulated);
      seen.add(typeof memory?.outcome === 'object' ? 'done' : String(memory?.outcome));
    });
    await fc.assert(property, { numRuns: RUNS });
    expect(seen).toEqual(new Set(['ValidationException', 'done']));
  });
});
