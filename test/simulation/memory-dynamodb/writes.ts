import { checkIndexKeys } from './audience-index.ts';
import {
  type CallInput,
  checkFields,
  checkTable,
  fieldOf,
  keyIn,
  type RowKey,
  takeItem,
  takeKey,
  textOf,
} from './call-input.ts';
import { capacityOf, type TakenUnits, writeUnits } from './capacity.ts';
import { giveMap } from './copies.ts';
import { ServiceError, validationError } from './errors.ts';
import { holds } from './evaluate-condition.ts';
import { applyUpdate } from './evaluate-update.ts';
import type { Condition, Placeholders, Update } from './expressions.ts';
import { ITEM_BYTES_MAX, sizeOfItem } from './item-size.ts';
import { conditionOf, type Expression, type Given, placeholdersOf, updateOf } from './placeholders.ts';
import type { Version } from './row-versions.ts';
import { metadata, type Plan, type TableParts } from './table-parts.ts';
import { toImage } from './typed-values.ts';
import type { MapValue } from './values.ts';

const CONDITION_FIELDS = [
  ...['TableName', 'ConditionExpression', 'ExpressionAttributeNames', 'ExpressionAttributeValues'],
  ...['ReturnValues', 'ReturnValuesOnConditionCheckFailure', 'ReturnConsumedCapacity'],
];
const PUT_FIELDS: ReadonlySet<string> = new Set([...CONDITION_FIELDS, 'Item']);
const DELETE_FIELDS: ReadonlySet<string> = new Set([...CONDITION_FIELDS, 'Key']);
const UPDATE_FIELDS: ReadonlySet<string> = new Set([...CONDITION_FIELDS, 'Key', 'UpdateExpression']);

export function planPut(table: TableParts, input: CallInput): Plan {
  checkFields('Put', input, PUT_FIELDS);
  checkTable(input.TableName, table.name);
  const item = takeItem(input.Item);
  const key = keyIn(item);
  const bytes = sizeOfItem(item);
  if (bytes > ITEM_BYTES_MAX) throw validationError('Item size has exceeded the maximum allowed size');
  checkIndexKeys(item);
  const returned = fieldOf(input, 'ReturnValues', ['NONE', 'ALL_OLD']);
  const check = conditionOn(table, key, input);
  return () => {
    const before = check();
    const index = table.write(key.pk, key.sk, before, item, bytes);
    return answer(table, input, unitsOf(before, bytes, index), returned === 'ALL_OLD' ? before.item : undefined);
  };
}

export function planDelete(table: TableParts, input: CallInput): Plan {
  checkFields('Delete', input, DELETE_FIELDS);
  checkTable(input.TableName, table.name);
  const key = takeKey(input.Key);
  const returned = fieldOf(input, 'ReturnValues', ['NONE', 'ALL_OLD']);
  const check = conditionOn(table, key, input);
  return () => {
    const before = check();
    const index = table.write(key.pk, key.sk, before, undefined, 0);
    return answer(table, input, unitsOf(before, 0, index), returned === 'ALL_OLD' ? before.item : undefined);
  };
}

export function planUpdate(table: TableParts, input: CallInput): Plan {
  checkFields('Update', input, UPDATE_FIELDS);
  checkTable(input.TableName, table.name);
  const key = takeKey(input.Key);
  const returned = fieldOf(input, 'ReturnValues', ['NONE', 'ALL_NEW', 'ALL_OLD']);
  const text = textOf(input, 'UpdateExpression');
  const update = text === undefined ? undefined : updateOf('UpdateExpression', text);
  const condition = takeCondition(input);
  const placeholders = placeholdersOf(input as Given, [update, condition]);
  if (update !== undefined) checkTargets(update.parsed.tree, placeholders);
  const check = checkOn(table, key, input, condition?.parsed.tree, placeholders);
  return () => {
    const before = check();
    const base = before.item ?? { pk: key.pk, sk: key.sk };
    const after = update === undefined ? base : applyUpdate(update.parsed.tree, base, placeholders);
    const bytes = sizeOfItem(after);
    if (bytes > ITEM_BYTES_MAX) throw validationError('Item size to update has exceeded the maximum allowed size');
    checkIndexKeys(after);
    const index = table.write(key.pk, key.sk, before, after, bytes);
    if (returned === 'NONE') return answer(table, input, unitsOf(before, bytes, index), undefined);
    return answer(table, input, unitsOf(before, bytes, index), returned === 'ALL_NEW' ? after : before.item);
  };
}

/** No update may touch the key, nor take a key for something with an inside. */
function checkTargets(update: Update, { names }: Placeholders): void {
  const paths = [...update.set, ...update.add, ...update.delete].map(({ path }) => path);
  for (const [step] of [...paths, ...update.remove]) {
    const name = typeof step === 'string' && step.startsWith('#') ? names[step] : step;
    if (name !== 'pk' && name !== 'sk') continue;
    throw validationError(
      `One or more parameter values were invalid: Cannot update attribute ${name}. This attribute is part of the key`,
    );
  }
}

function takeCondition(input: CallInput): Expression<Condition> | undefined {
  const text = textOf(input, 'ConditionExpression');
  return text === undefined ? undefined : conditionOf('ConditionExpression', text);
}

function conditionOn(table: TableParts, key: RowKey, input: CallInput): () => Version {
  const condition = takeCondition(input);
  return checkOn(table, key, input, condition?.parsed.tree, placeholdersOf(input as Given, [condition]));
}

const NO_ROW: MapValue = {};

/** Gives the row that is to be written, where the condition holds on it. */
function checkOn(
  table: TableParts,
  { pk, sk }: RowKey,
  input: CallInput,
  condition: Condition | undefined,
  placeholders: Placeholders,
): () => Version {
  const onFailure = fieldOf(input, 'ReturnValuesOnConditionCheckFailure', ['NONE', 'ALL_OLD']);
  return () => {
    const before = table.rows.get(pk, sk);
    const { item } = before;
    if (condition === undefined || holds(condition, item ?? NO_ROW, placeholders)) return before;
    const shown = onFailure === 'ALL_OLD' && item !== undefined ? toImage(item) : undefined;
    throw new ServiceError('ConditionalCheckFailedException', 'The conditional request failed', shown);
  };
}

const unitsOf = (before: Version, bytes: number, index: number) => (): TakenUnits => ({
  table: writeUnits(before.bytes, bytes),
  index,
});

function answer(
  table: TableParts,
  input: CallInput,
  taken: () => TakenUnits,
  attributes: MapValue | undefined,
): object {
  return {
    $metadata: metadata(),
    ...(attributes === undefined ? {} : { Attributes: giveMap(attributes) }),
    ...capacityOf(input, table.name, taken),
  };
}
