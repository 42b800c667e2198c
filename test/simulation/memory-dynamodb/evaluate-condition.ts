import { NotModelled } from './errors.ts';
import type { Comparator, Condition, Operand, Path, Placeholders } from './expressions.ts';
import {
  compare,
  hasMember,
  isBinary,
  isEqual,
  isList,
  isMap,
  isSet,
  type MapValue,
  type SetMember,
  typeOf,
  type Value,
  valueIn,
} from './values.ts';

/** Whether the condition holds on a row; a row that is not there is an empty one. */
export function holds(condition: Condition, item: MapValue, given: Placeholders): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.parts.every((part) => holds(part, item, given));
    case 'or':
      return condition.parts.some((part) => holds(part, item, given));
    case 'not':
      return !holds(condition.part, item, given);
    case 'exists':
      return (valueAt(condition.path, item, given) !== undefined) === condition.isWanted;
    case 'compare':
      return isSo(condition.by, resolve(condition.left, item, given), resolve(condition.right, item, given));
    case 'between': {
      const [value, low, high] = [condition.operand, condition.low, condition.high].map((each) =>
        resolve(each, item, given),
      );
      return isSo('>=', value, low) && isSo('<=', value, high);
    }
    case 'in': {
      const value = resolve(condition.operand, item, given);
      return condition.among.some((each) => isSo('=', value, resolve(each, item, given)));
    }
    case 'attribute_type': {
      const value = resolve(condition.operand, item, given);
      return value !== undefined && typeOf(value) === resolve(condition.type, item, given);
    }
    case 'begins_with':
      return beginsWith(resolve(condition.operand, item, given), resolve(condition.other, item, given));
    case 'contains':
      return contains(resolve(condition.operand, item, given), resolve(condition.other, item, given));
  }
}

/** Where a path leads in a row. */
export function valueAt(path: Path, item: MapValue, { names }: Placeholders): Value | undefined {
  let value: Value | undefined = item;
  for (const step of path) {
    if (typeof step === 'number') value = isList(value) ? value[step] : undefined;
    else if (!isMap(value)) return undefined;
    else value = valueIn(value, step.startsWith('#') ? (names[step] ?? step) : step);
  }
  return value;
}

function resolve(operand: Operand, item: MapValue, given: Placeholders): Value | undefined {
  if (operand.kind === 'value') return given.values[operand.value];
  if (operand.kind === 'path') return valueAt(operand.path, item, given);
  const value = resolve(operand.of, item, given);
  return value === undefined ? undefined : sizeOf(value);
}

function sizeOf(value: Value): number | undefined {
  if (typeof value === 'string' || isList(value) || isBinary(value)) return value.length;
  if (isSet(value)) return value.size;
  return isMap(value) ? Object.keys(value).length : undefined;
}

function isSo(by: Comparator, one: Value | undefined, other: Value | undefined): boolean {
  if (by === '=' || by === '<>') {
    if (one === undefined && other === undefined)
      throw new NotModelled('a comparison of two things that are not there');
    return (one !== undefined && other !== undefined && isEqual(one, other)) === (by === '=');
  }
  const order = compare(one, other);
  if (order === undefined) return false;
  if (by === '<') return order < 0;
  if (by === '<=') return order <= 0;
  return by === '>' ? order > 0 : order >= 0;
}

function beginsWith(one: Value | undefined, other: Value | undefined): boolean {
  if (typeof one === 'string' && typeof other === 'string') return one.startsWith(other);
  return isBinary(one) && isBinary(other) && other.every((byte, index) => one[index] === byte);
}

function contains(one: Value | undefined, other: Value | undefined): boolean {
  if (one === undefined || other === undefined) return false;
  if (typeof one === 'string') return typeof other === 'string' && one.includes(other);
  if (isList(one)) return one.some((each) => isEqual(each, other));
  if (isBinary(one)) return isBinary(other) && Buffer.from(one).includes(Buffer.from(other));
  return isSet(one) && isMember(other) && hasMember(one, other);
}

const isMember = (value: Value): value is SetMember =>
  typeof value === 'string' || typeof value === 'number' || isBinary(value);
