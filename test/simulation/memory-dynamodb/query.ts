import { type CallInput, checkFields, checkTable, type RowKey, takeKey, textOf } from './call-input.ts';
import { capacityOf, readUnits } from './capacity.ts';
import { giveMap } from './copies.ts';
import { inExpression, NotModelled, validationError } from './errors.ts';
import { holds } from './evaluate-condition.ts';
import type { Condition, Parsed, Path, Placeholders } from './expressions.ts';
import { type KeyRange, keyRangeOf } from './key-condition.ts';
import { project } from './parse-projection.ts';
import { conditionOf, type Given, placeholdersOf, projectionOf } from './placeholders.ts';
import { firstSlot, type Slot, type Version } from './row-versions.ts';
import { metadata, type Plan, type TableParts } from './table-parts.ts';
import { compareTexts, type MapValue } from './values.ts';

const FIELDS: ReadonlySet<string> = new Set([
  ...['TableName', 'KeyConditionExpression', 'FilterExpression', 'ProjectionExpression'],
  ...['ExpressionAttributeNames', 'ExpressionAttributeValues', 'ScanIndexForward', 'Limit'],
  ...['ExclusiveStartKey', 'ConsistentRead', 'ReturnConsumedCapacity'],
]);
const PAGE_BYTES = 1024 * 1024;

interface Query {
  readonly range: KeyRange;
  readonly start: RowKey | undefined;
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
  const query = toQuery(input);
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
      ...capacityOf(input, table.name, () => readUnits(bytes, query.isConsistent)),
    };
  };
}

function toQuery(input: CallInput): Query {
  const keyText = textOf(input, 'KeyConditionExpression');
  if (keyText === undefined) throw new NotModelled('Query without a KeyConditionExpression');
  const keys = conditionOf('KeyConditionExpression', keyText);
  const filterText = textOf(input, 'FilterExpression');
  const filter = filterText === undefined ? undefined : conditionOf('FilterExpression', filterText);
  const projectionText = textOf(input, 'ProjectionExpression');
  const projection = projectionText === undefined ? undefined : projectionOf('ProjectionExpression', projectionText);
  const placeholders = placeholdersOf(input as Given, [keys, filter, projection]);
  if (filter !== undefined) checkFilter(filter.parsed, placeholders);
  const range = inExpression('KeyConditionExpression', () => keyRangeOf(keys.parsed.tree, placeholders));
  return {
    range,
    start: input.ExclusiveStartKey === undefined ? undefined : takeStart(input.ExclusiveStartKey, range),
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

/** A filter may name nothing of the key. */
function checkFilter({ heads }: Parsed<Condition>, { names }: Placeholders): void {
  for (const head of heads) {
    const name = names[head] ?? head;
    if (name !== 'pk' && name !== 'sk') continue;
    throw validationError(
      `Filter Expression can only contain non-primary key attributes: Primary key attribute: ${name}`,
    );
  }
}

function takeStart(given: unknown, { pk, isBelow, isAbove }: KeyRange): RowKey {
  const start = takeKey(given);
  if (isBelow(start.sk) || isAbove(start.sk)) {
    throw validationError('The provided starting key does not match the range key predicate');
  }
  if (start.pk === pk) return start;
  throw validationError('The provided starting key is outside query boundaries based on provided conditions');
}

/** The rows that the query reads, before its filter, and the key where the next page goes on. */
function readPage(table: TableParts, query: Query): { readonly versions: readonly Version[]; readonly next?: RowKey } {
  const { pk } = query.range;
  const see = table.rows.viewOf(pk, query.isConsistent ? 0 : table.staleness());
  const slots = table.rows.slotsOf(pk);
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
    if (versions.length >= query.limit || bytes >= PAGE_BYTES) return { versions, next: { pk, sk: slot.sk } };
  }
  return { versions };
}

function boundsOf(slots: readonly Slot[], { range, start, isForward }: Query): { first: number; end: number } {
  const first = firstSlot(slots, (sk) => !range.isBelow(sk));
  const end = firstSlot(slots, range.isAbove);
  if (start === undefined) return { first, end };
  return isForward
    ? {
        first: Math.max(
          first,
          firstSlot(slots, (sk) => compareTexts(sk, start.sk) > 0),
        ),
        end,
      }
    : {
        first,
        end: Math.min(
          end,
          firstSlot(slots, (sk) => compareTexts(sk, start.sk) >= 0),
        ),
      };
}

function answered(item: MapValue, { filter, projection, placeholders }: Query): readonly object[] {
  if (filter !== undefined && !holds(filter, item, placeholders)) return [];
  return [giveMap(projection === undefined ? item : project(projection, item, placeholders))];
}
