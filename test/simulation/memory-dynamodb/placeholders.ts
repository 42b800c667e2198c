import { takeMap } from './copies.ts';
import { ExpressionFault, inExpression, validationError } from './errors.ts';
import type { Condition, Parsed, Path, Placeholders, Update } from './expressions.ts';
import { parseCondition } from './parse-condition.ts';
import { parseProjection } from './parse-projection.ts';
import { parseUpdate } from './parse-update.ts';
import type { MapValue } from './values.ts';

type Kind =
  | 'UpdateExpression'
  | 'ConditionExpression'
  | 'KeyConditionExpression'
  | 'FilterExpression'
  | 'ProjectionExpression';

/** An expression of a call. */
export interface Expression<T = unknown> {
  readonly kind: Kind;
  readonly parsed: Parsed<T>;
}

export interface Given {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: object;
}

/** Programs use few expression texts; this limit keeps texts with data in them from filling the memory. */
const TEXTS_MAX = 10_000;

/** Parses each text once. */
function cached<T>(parse: (text: string) => Parsed<T>): (kind: Kind, text: string) => Expression<T> {
  const known = new Map<string, Expression<T>>();
  return (kind, text) => {
    const found = known.get(text);
    if (found !== undefined && found.kind === kind) return found;
    if (known.size >= TEXTS_MAX) known.clear();
    const expression = { kind, parsed: inExpression(kind, () => parse(text)) };
    known.set(text, expression);
    return expression;
  };
}

export const conditionOf: (kind: Kind, text: string) => Expression<Condition> = cached(parseCondition);
export const updateOf: (kind: Kind, text: string) => Expression<Update> = cached(parseUpdate);
export const projectionOf: (kind: Kind, text: string) => Expression<readonly Path[]> = cached(parseProjection);

const NONE: Placeholders = { names: {}, values: {} };

/** What the placeholders of a call stand for; throws if one is unused, or used and not given. */
export function placeholdersOf(given: Given, expressions: readonly (Expression | undefined)[]): Placeholders {
  const used = expressions.filter((each) => each !== undefined);
  const { ExpressionAttributeNames: namesGiven, ExpressionAttributeValues: valuesGiven } = given;
  if (namesGiven === undefined && valuesGiven === undefined && used.every(isPlain)) return checked(used, NONE);
  const names = { ...namesGiven };
  const values: MapValue = valuesGiven === undefined ? {} : takeMap(valuesGiven);
  for (const { kind, parsed } of used) inExpression(kind, () => checkDefined(parsed, names, values));
  if (namesGiven !== undefined) checkUsed('ExpressionAttributeNames', names, used, 'names');
  if (valuesGiven !== undefined) checkUsed('ExpressionAttributeValues', values, used, 'values');
  return checked(used, { names, values });
}

const isPlain = ({ parsed }: Expression): boolean => parsed.names.size === 0 && parsed.values.size === 0;

function checked(used: readonly Expression[], placeholders: Placeholders): Placeholders {
  for (const { kind, parsed } of used) {
    for (const head of parsed.nestedHeads) checkScalar(placeholders.names[head] ?? head);
    if (parsed.checks.length === 0) continue;
    inExpression(kind, () => {
      for (const check of parsed.checks) check(placeholders);
    });
  }
  return placeholders;
}

function checkScalar(name: string): void {
  if (name !== 'pk' && name !== 'sk') return;
  throw validationError(
    `Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: ${name}`,
  );
}

function checkDefined(parsed: Parsed<unknown>, names: Placeholders['names'], values: MapValue): void {
  for (const name of parsed.names) {
    if (names[name] !== undefined) continue;
    const what = 'An expression attribute name used in the document path is not defined';
    throw new ExpressionFault(`${what}; attribute name: ${name}`);
  }
  for (const value of parsed.values) {
    if (values[value] !== undefined) continue;
    throw new ExpressionFault(
      `An expression attribute value used in expression is not defined; attribute value: ${value}`,
    );
  }
}

function checkUsed(field: keyof Given, given: object, used: readonly Expression[], what: 'names' | 'values'): void {
  if (used.length === 0) throw validationError(`${field} can only be specified when using expressions`);
  const unused: string[] = [];
  let count = 0;
  for (const name in given) {
    count += 1;
    if (!used.some(({ parsed }) => parsed[what].has(name))) unused.push(name);
  }
  if (count === 0) throw validationError(`${field} must not be empty`);
  const wrong = unused.find((name) => !(what === 'names' ? /^#\w+$/ : /^:\w+$/).test(name));
  if (wrong !== undefined) throw validationError(`${field} contains invalid key: Syntax error; key: "${wrong}"`);
  if (unused.length === 0) return;
  throw validationError(`Value provided in ${field} unused in expressions: keys: {${unused.join(', ')}}`);
}
