import { Draft } from './draft.ts';
import { NotModelled, validationError } from './errors.ts';
import { valueAt } from './evaluate-condition.ts';
import { type Placeholders, plainPath, type Source, type Update } from './expressions.ts';
import {
  hasMember,
  isList,
  isSet,
  type MapValue,
  type SetMember,
  type SetValue,
  typeOf,
  type Value,
} from './values.ts';

/** The row after the update. Whatever the update reads, it reads from the row before it. */
export function applyUpdate(update: Update, before: MapValue, given: Placeholders): MapValue {
  const sources = update.set.map(({ source }) => resolve(source, before, given));
  const draft = new Draft(before);
  update.set.forEach(({ path }, index) => {
    draft.set(plainPath(path, given), sources[index] as Value);
  });
  for (const path of update.remove) draft.remove(plainPath(path, given));
  for (const { path, value } of update.add) {
    draft.set(plainPath(path, given), added(valueAt(path, before, given), given.values[value] as Value));
  }
  for (const { path, value } of update.delete) {
    const rest = without(valueAt(path, before, given), given.values[value] as SetValue);
    if (rest === undefined) draft.remove(plainPath(path, given));
    else draft.set(plainPath(path, given), rest);
  }
  return draft.finish();
}

function resolve(source: Source, item: MapValue, given: Placeholders): Value {
  switch (source.kind) {
    case 'value':
      return given.values[source.value] as Value;
    case 'path':
      return present(valueAt(source.path, item, given));
    case 'if_not_exists': {
      const value = valueAt(source.path, item, given);
      return value === undefined ? resolve(source.otherwise, item, given) : value;
    }
    case 'list_append': {
      const [head, tail] = [resolve(source.head, item, given), resolve(source.tail, item, given)];
      if (!isList(head) || !isList(tail)) throw wrongOperand();
      return [...head, ...tail];
    }
    default: {
      const [left, right] = [resolve(source.left, item, given), resolve(source.right, item, given)];
      if (typeof left !== 'number' || typeof right !== 'number') throw wrongOperand();
      return sum(left, source.kind === '+' ? right : -right);
    }
  }
}

/** DynamoDB counts in decimals of 38 digits; whole numbers that JavaScript has exactly are the same in both. */
function sum(left: number, right: number): number {
  const result = left + right;
  if (![left, right, result].every(Number.isSafeInteger)) throw new NotModelled('sums but of safe integers');
  return result === 0 ? 0 : result;
}

function added(before: Value | undefined, value: Value): Value {
  if (before === undefined) return value;
  if (typeOf(before) !== typeOf(value)) throw wrongOperand();
  if (typeof before === 'number') return sum(before, value as number);
  const set = before as SetValue;
  const missing = [...(value as SetValue)].filter((member) => !hasMember(set, member));
  return missing.length === 0 ? set : new Set<SetMember>([...set, ...missing]);
}

/** undefined = nothing is left, or nothing was there. */
function without(before: Value | undefined, value: SetValue): SetValue | undefined {
  if (before === undefined) return undefined;
  if (!isSet(before) || typeOf(before) !== typeOf(value)) throw wrongOperand();
  const rest = [...before].filter((member) => !hasMember(value, member));
  return rest.length === 0 ? undefined : new Set(rest);
}

function present(value: Value | undefined): Value {
  if (value !== undefined) return value;
  throw validationError('The provided expression refers to an attribute that does not exist in the item');
}

const wrongOperand = () => validationError('An operand in the update expression has an incorrect data type');
