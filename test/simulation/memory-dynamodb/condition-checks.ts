import { ExpressionFault } from './errors.ts';
import type { ExpressionReader } from './expression-reader.ts';
import { type Operand, type Placeholders, pathText, plainPath } from './expressions.ts';
import { compare, typeOf, type Value, type ValueType } from './values.ts';

/*
 * What DynamoDB refuses from the expression and its values alone, before it reads the row.
 */

const TYPES: ReadonlySet<string> = new Set<ValueType>(['S', 'N', 'BOOL', 'NULL', 'B', 'SS', 'NS', 'BS', 'L', 'M']);

/** A value of the call must be of one of the types; what a path leads to is seen at the row. */
export function checkOperandType(
  reader: ExpressionReader,
  operator: string,
  operand: Operand,
  types: readonly ValueType[],
): void {
  if (operand.kind !== 'value') return;
  reader.check(({ values }) => {
    const type = typeOf(values[operand.value] as Value);
    if (!types.includes(type)) throw wrongType(operator, type);
  });
}

export const wrongType = (operator: string, type: ValueType): ExpressionFault =>
  new ExpressionFault(
    `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`,
  );

export function checkTypeName(reader: ExpressionReader, operand: Operand): void {
  if (operand.kind !== 'value') {
    const types = '{NS,SS,L,BS,N,M,B,BOOL,NULL,S}';
    throw new ExpressionFault(
      `Incorrect operand type for operator or function; operator or function: attribute_type, operand type: ${types}`,
    );
  }
  checkOperandType(reader, 'attribute_type', operand, ['S']);
  reader.check(({ values }) => {
    const name = String(values[operand.value]);
    if (TYPES.has(name)) return;
    const types = '{B,NULL,SS,BOOL,L,BS,N,NS,S,M}';
    throw new ExpressionFault(`Invalid attribute type name found; type: ${name}, valid types: ${types}`);
  });
}

export function checkDistinct(reader: ExpressionReader, operator: string, left: Operand, right: Operand): void {
  if (left.kind !== 'path' || right.kind !== 'path') return;
  reader.check((placeholders) => {
    const [one, other] = [left, right].map(({ path }) => pathText(plainPath(path, placeholders)));
    if (one !== other) return;
    throw new ExpressionFault(
      'The first operand must be distinct from the remaining operands for this operator or function; ' +
        `operator: ${operator}, first operand: ${one}`,
    );
  });
}

export function checkBounds(reader: ExpressionReader, low: Operand, high: Operand): void {
  if (low.kind !== 'value' || high.kind !== 'value') return;
  reader.check(({ values }: Placeholders) => {
    const [from, to] = [values[low.value] as Value, values[high.value] as Value];
    const order = compare(from, to);
    if (order !== undefined && order <= 0) return;
    const rule =
      order === undefined
        ? 'same data type for lower and upper bounds'
        : 'upper bound to be greater than or equal to lower bound';
    const [lower, upper] = [from, to].map((bound) => `AttributeValue: {${typeOf(bound)}:${String(bound)}}`);
    throw new ExpressionFault(
      `The BETWEEN operator requires ${rule}; lower bound operand: ${lower}, upper bound operand: ${upper}`,
    );
  });
}
