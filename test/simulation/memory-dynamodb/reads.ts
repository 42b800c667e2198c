import { type CallInput, checkFields, checkTable, type RowKey, takeKey, textOf } from './call-input.ts';
import { capacityOf, readUnits } from './capacity.ts';
import { giveMap } from './copies.ts';
import { NotModelled, validationError } from './errors.ts';
import { project } from './parse-projection.ts';
import { type Given, placeholdersOf, projectionOf } from './placeholders.ts';
import type { Version } from './row-versions.ts';
import { metadata, type Plan, type TableParts } from './table-parts.ts';
import type { MapValue } from './values.ts';

const READ_FIELDS = ['ConsistentRead', 'ProjectionExpression', 'ExpressionAttributeNames'];
const GET_FIELDS: ReadonlySet<string> = new Set(['TableName', 'Key', 'ReturnConsumedCapacity', ...READ_FIELDS]);
const BATCH_FIELDS: ReadonlySet<string> = new Set(['RequestItems', 'ReturnConsumedCapacity']);
const BATCH_TABLE_FIELDS: ReadonlySet<string> = new Set(['Keys', ...READ_FIELDS]);
const BATCH_KEYS_MAX = 100;
const BATCH_BYTES_MAX = 16 * 1024 * 1024;

export function planGet(table: TableParts, input: CallInput): Plan {
  checkFields('Get', input, GET_FIELDS);
  checkTable(input.TableName, table.name);
  const { pk, sk } = takeKey(input.Key);
  const isConsistent = input.ConsistentRead === true;
  const projected = projectorOf(input);
  return () => {
    const { item, bytes } = table.rows.get(pk, sk, isConsistent ? 0 : table.staleness());
    return {
      $metadata: metadata(),
      ...(item === undefined ? {} : { Item: giveMap(projected(item)) }),
      ...capacityOf(input, table.name, () => ({ table: readUnits(bytes, isConsistent), index: 0 })),
    };
  };
}

/** The part of a row that a read returns. */
export function projectorOf(input: CallInput): (item: MapValue) => MapValue {
  const text = textOf(input, 'ProjectionExpression');
  const projection = text === undefined ? undefined : projectionOf('ProjectionExpression', text);
  const placeholders = placeholdersOf(input as Given, [projection]);
  return projection === undefined ? (item) => item : (item) => project(projection.parsed.tree, item, placeholders);
}

export function planBatchGet(table: TableParts, input: CallInput): Plan {
  checkFields('BatchGet', input, BATCH_FIELDS);
  const tables = Object.entries((input.RequestItems ?? {}) as Readonly<Record<string, CallInput>>);
  const [first, ...more] = tables;
  if (first === undefined || more.length > 0) throw new NotModelled('BatchGet of no table or of several');
  const [name, request] = first;
  checkFields('BatchGet', request, BATCH_TABLE_FIELDS);
  checkTable(name, table.name);
  const keys = takeKeys(request.Keys);
  const isConsistent = request.ConsistentRead === true;
  const projected = projectorOf(request);
  return () => {
    const versions = keys.map(({ pk, sk }) => table.rows.get(pk, sk, isConsistent ? 0 : table.staleness()));
    const count = countThatFit(versions);
    const items = versions.slice(0, count).flatMap(({ item }) => (item === undefined ? [] : giveMap(projected(item))));
    const left = keys.slice(count).map((key) => ({ ...key }));
    const units = versions.slice(0, count).map(({ bytes }) => readUnits(bytes, isConsistent));
    const unitsOf = () => ({ table: units.reduce((sum, each) => sum + each, 0), index: 0 });
    const { ConsumedCapacity } = capacityOf(input, table.name, unitsOf) as { ConsumedCapacity?: object };
    return {
      $metadata: metadata(),
      Responses: { [table.name]: items },
      UnprocessedKeys: left.length === 0 ? {} : { [table.name]: { ...request, Keys: left } },
      ...(ConsumedCapacity === undefined ? {} : { ConsumedCapacity: [ConsumedCapacity] }),
    };
  };
}

function takeKeys(given: unknown): readonly RowKey[] {
  const keys = (Array.isArray(given) ? given : []).map(takeKey);
  if (keys.length === 0) throw validationError('The list of keys in RequestItems for BatchGetItem is required');
  if (keys.length > BATCH_KEYS_MAX) throw validationError('Too many items requested for the BatchGetItem call');
  const distinct = new Set(keys.map(({ pk, sk }) => `${pk.length} ${pk}${sk}`));
  if (distinct.size < keys.length) throw validationError('Provided list of item keys contains duplicates');
  return keys;
}

/** An answer holds 16 MB; the first row is always in it. */
function countThatFit(versions: readonly Version[]): number {
  let bytes = 0;
  const first = versions.findIndex((version) => {
    bytes += version.bytes;
    return bytes > BATCH_BYTES_MAX;
  });
  return first === -1 ? versions.length : first;
}
