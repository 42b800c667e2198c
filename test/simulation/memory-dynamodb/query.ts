import { type CallInput, checkFields, checkTable, textOf } from './call-input.ts';
import { capacityOf, readUnits, type TakenUnits } from './capacity.ts';
import { giveMap } from './copies.ts';
import { inExpression, NotModelled, validationError } from './errors.ts';
import { holds } from './evaluate-condition.ts';
import type { Condition, Parsed, Path, Placeholders } from './expressions.ts';
import { type KeyRange, keyRangeOf } from './key-condition.ts';
import { project } from './parse-projection.ts';
import { conditionOf, type Given, placeholdersOf, projectionOf } from './placeholders.ts';
import { checkFilter, checkProjection, type QuerySource, type Start, sourceOf } from './query-source.ts';
import { firstSlot, type Slot, type Version } from './row-versions.ts';
import { metadata, type Plan, type TableParts } from './table-parts.ts';
import { compareTexts, type MapValue } from './values.ts';

const FIELDS: ReadonlySet<string> = new Set([
  ...['TableName', 'KeyConditionExpression', 'FilterExpression', 'ProjectionExpression'],
  ...['ExpressionAttributeNames', 'ExpressionAttributeValues', 'ScanIndexForward', 'Limit'],
  ...['ExclusiveStartKey', 'ConsistentRead', 'ReturnConsumedCapacity', 'IndexName'],
]);
const PAGE_BYTES = 1024 * 1024;

interface Query {
  readonly source: QuerySource;
  readonly range: KeyRange;
  readonly start: Start | undefined;
  readonly limit: number;
  readonly isForward: boolean;
  readonly isConsistent: boolean;
  readonly filter: Condition | undefined;
  readonly projection: readonly Path[] | undefined;
  readonly placeholders: Placeholders;
}

export function planQuery(table: TableParts, input: CallInput): Plan {
  checkFields('Query', input, FIELDS);
  checkTable(input.TableName, table.name);
  const query = toQuery(sourceOf(table, input), input);
  return () => {
    const { versions, next } = readPage(table, query);
    const bytes = versions.reduce((sum, version) => sum + version.bytes, 0);
    const items = versions.flatMap(({ item }) => (item === undefined ? [] : answered(item, query)));
    return {
      $metadata: metadata(),
      Items: items,
      Count: items.length,
      ScannedCount: versions.length,
      ...(next === undefined ? {} : { LastEvaluatedKey: next }),
      ...capacityOf(input, table.name, () => unitsOf(query, bytes)),
    };
  };
}

function unitsOf({ source, isConsistent }: Query, bytes: number): TakenUnits {
  const units = readUnits(bytes, isConsistent);
  return source.isIndex ? { table: 0, index: units } : { table: units, index: 0 };
}

function toQuery(source: QuerySource, input: CallInput): Query {
  const keyText = textOf(input, 'KeyConditionExpression');
  if (keyText === undefined) throw new NotModelled('Query without a KeyConditionExpression');
  const keys = conditionOf('KeyConditionExpression', keyText);
  const filterText = textOf(input, 'FilterExpression');
  const filter = filterText === undefined ? undefined : conditionOf('FilterExpression', filterText);
  const projectionText = textOf(input, 'ProjectionExpression');
  const projection = projectionText === undefined ? undefined : projectionOf('ProjectionExpression', projectionText);
  const placeholders = placeholdersOf(input as Given, [keys, filter, projection]);
  if (filter !== undefined) checkFilter(namesIn(filter.parsed, placeholders), source);
  if (projection !== undefined) checkProjection(namesIn(projection.parsed, placeholders), source);
  const range = inExpression('KeyConditionExpression', () => keyRangeOf(keys.parsed.tree, placeholders, source.keys));
  return {
    source,
    range,
    start: input.ExclusiveStartKey === undefined ? undefined : takeStart(input.ExclusiveStartKey, range, source),
    limit: limitOf(input),
    isForward: input.ScanIndexForward !== false,
    isConsistent: input.ConsistentRead === true,
    filter: filter?.parsed.tree,
    projection: projection?.parsed.tree,
    placeholders,
  };
}

function limitOf({ Limit: limit = Number.POSITIVE_INFINITY }: CallInput): number {
  if (typeof limit === 'number' && limit >= 1) return limit;
  throw validationError(
    `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: ` +
      'Member must have value greater than or equal to 1',
  );
}

const namesIn = ({ heads }: Parsed<unknown>, { names }: Placeholders): readonly string[] =>
  [...heads].map((head) => names[head] ?? head);

function takeStart(given: unknown, { partition, isBelow, isAbove }: KeyRange, source: QuerySource): Start {
  const start = source.takeStart(given);
  if (isBelow(start.sort) || isAbove(start.sort)) {
    throw validationError('The provided starting key does not match the range key predicate');
  }
  if (start.partition === partition) return start;
  throw validationError('The provided starting key is outside query boundaries based on provided conditions');
}

/** The rows that the query reads, before its filter, and the key where the next page goes on. */
function readPage(table: TableParts, query: Query): { readonly versions: readonly Version[]; readonly next?: object } {
  const { source, range } = query;
  const see = source.rows.viewOf(range.partition, query.isConsistent ? 0 : table.staleness());
  const slots = source.rows.slotsOf(range.partition);
  const { first, end } = boundsOf(slots, query);
  const versions: Version[] = [];
  let bytes = 0;
  for (let index = 0; index < end - first; index += 1) {
    const slot = slots[query.isForward ? first + index : end - 1 - index] as Slot;
    const version = see(slot);
    if (version.item === undefined) continue;
    versions.push(version);
    bytes += version.bytes;
    // Also where no row comes after it.
    if (versions.length >= query.limit || bytes >= PAGE_BYTES) return { versions, next: source.keyOf(version.item) };
  }
  return { versions };
}

function boundsOf(slots: readonly Slot[], { source, range, start, isForward }: Query): { first: number; end: number } {
  const first = firstSlot(slots, (position) => !range.isBelow(source.sortKeyAt(position)));
  const end = firstSlot(slots, (position) => range.isAbove(source.sortKeyAt(position)));
  if (start === undefined) return { first, end };
  return isForward
    ? {
        first: Math.max(
          first,
          firstSlot(slots, (position) => compareTexts(position, start.position) > 0),
        ),
        end,
      }
    : {
        first,
        end: Math.min(
          end,
          firstSlot(slots, (position) => compareTexts(position, start.position) >= 0),
        ),
      };
}

function answered(item: MapValue, { filter, projection, placeholders }: Query): readonly object[] {
  if (filter !== undefined && !holds(filter, item, placeholders)) return [];
  return [giveMap(projection === undefined ? item : project(projection, item, placeholders))];
}
