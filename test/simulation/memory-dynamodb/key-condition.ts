import { ExpressionFault, validationError } from './errors.ts';
import type { Comparator, Condition, Operand, Placeholders } from './expressions.ts';
import { compareTexts, type Value } from './values.ts';

/** The names of the keys that a query goes by: those of the table or of its index. */
export interface KeyNames {
  readonly partition: string;
  readonly sort: string;
}

/** The rows that a query is about: those of a partition whose sort keys are neither below nor above. */
export interface KeyRange {
  readonly partition: string;
  readonly isBelow: (sk: string) => boolean;
  readonly isAbove: (sk: string) => boolean;
}

type By = Comparator | 'between' | 'begins_with';
interface KeyPart {
  readonly name: string;
  readonly by: By;
  readonly values: readonly Value[];
}

const MIRRORED: Readonly<Record<Comparator, Comparator>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/** Reads a condition on keys: one on that of the partition, and perhaps one on the sort key. */
export function keyRangeOf(condition: Condition, placeholders: Placeholders, keys: KeyNames): KeyRange {
  const parts = partsOf(condition).map((part) => toKeyPart(part, placeholders));
  const rankOf = ({ name }: KeyPart) => (name === keys.partition ? 0 : 1);
  const [partitionPart, ...others] = parts.sort((one, other) => rankOf(one) - rankOf(other));
  if (partitionPart?.name !== keys.partition) throw missed(keys.partition);
  const [sortPart] = others;
  if (others.length > 1 || partitionPart.by !== '=') throw validationError('Query key condition not supported');
  if (sortPart?.name === keys.partition) {
    throw new ExpressionFault('KeyConditionExpressions must only contain one condition per key');
  }
  if (sortPart !== undefined && sortPart.name !== keys.sort) throw missed(keys.sort);
  const [partition] = textsOf(partitionPart);
  if (sortPart === undefined) return { partition, isBelow: () => false, isAbove: () => false };
  return { partition, ...sortRange(sortPart.by, textsOf(sortPart)) };
}

const missed = (name: string) => validationError(`Query condition missed key schema element: ${name}`);

const partsOf = (condition: Condition): readonly Condition[] =>
  condition.kind === 'and' ? condition.parts.flatMap(partsOf) : [condition];

function toKeyPart(condition: Condition, placeholders: Placeholders): KeyPart {
  if (condition.kind === 'between') {
    return {
      name: keyName(condition.operand, placeholders),
      by: 'between',
      values: valuesOf(placeholders, condition.low, condition.high),
    };
  }
  if (condition.kind === 'begins_with') {
    return {
      name: keyName(condition.operand, placeholders),
      by: 'begins_with',
      values: valuesOf(placeholders, condition.other),
    };
  }
  if (condition.kind !== 'compare') throw invalidOperator(condition.kind);
  if (condition.by === '<>') throw invalidOperator('<>');
  const { left, right } = condition;
  return left.kind === 'path'
    ? { name: keyName(left, placeholders), by: condition.by, values: valuesOf(placeholders, right) }
    : { name: keyName(right, placeholders), by: MIRRORED[condition.by], values: valuesOf(placeholders, left) };
}

const invalidOperator = (operator: string): ExpressionFault =>
  new ExpressionFault(`Invalid operator used in KeyConditionExpression: ${operator.toUpperCase()}`);

function keyName(operand: Operand, { names }: Placeholders): string {
  if (operand.kind !== 'path') {
    throw new ExpressionFault('Invalid condition in KeyConditionExpression: No key attribute specified');
  }
  const [step, ...more] = operand.path;
  if (more.length > 0 || typeof step !== 'string') {
    throw new ExpressionFault('KeyConditionExpressions cannot have conditions on nested attributes');
  }
  return step.startsWith('#') ? (names[step] ?? step) : step;
}

const valuesOf = ({ values }: Placeholders, ...operands: readonly Operand[]): readonly Value[] =>
  operands.map((operand) => {
    if (operand.kind === 'value') return values[operand.value] as Value;
    if (operand.kind === 'size') throw new ExpressionFault('KeyConditionExpressions cannot contain nested operations');
    throw new ExpressionFault(
      'Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition',
    );
  });

function textsOf({ values, name }: KeyPart): readonly [string, ...string[]] {
  for (const value of values) {
    if (typeof value !== 'string') {
      const what = 'Condition parameter type does not match schema type';
      throw validationError(`One or more parameter values were invalid: ${what}`);
    }
    if (value === '') throw emptyKey(name);
  }
  return values as readonly [string, ...string[]];
}

export const emptyKey = (name: string) =>
  validationError(
    'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ' +
      `string value. Key: ${name}`,
  );

function sortRange(by: By, [low, high = low]: readonly [string, ...string[]]): Omit<KeyRange, 'partition'> {
  const never = () => false;
  const isLess = (sk: string) => compareTexts(sk, low) < 0;
  const isMore = (sk: string) => compareTexts(sk, high) > 0;
  switch (by) {
    case '<':
      return { isBelow: never, isAbove: (sk) => !isLess(sk) };
    case '<=':
      return { isBelow: never, isAbove: isMore };
    case '>':
      return { isBelow: (sk) => !isMore(sk), isAbove: never };
    case '>=':
      return { isBelow: isLess, isAbove: never };
    case 'begins_with':
      return { isBelow: isLess, isAbove: (sk) => isMore(sk) && !sk.startsWith(low) };
    default:
      return { isBelow: isLess, isAbove: isMore };
  }
}
