import { checkBounds, checkDistinct, checkOperandType, checkTypeName } from './condition-checks.ts';
import { ExpressionFault } from './errors.ts';
import { ExpressionReader } from './expression-reader.ts';
import type { Comparator, Condition, Operand, Parsed } from './expressions.ts';

const COMPARATORS: ReadonlySet<string> = new Set<Comparator>(['=', '<>', '<', '<=', '>', '>=']);
const OPERANDS_OF: Readonly<Record<string, number>> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
  size: 1,
};
const AMONG_MAX = 100;

/** Of a condition, a filter or a condition on keys. */
export function parseCondition(text: string): Parsed<Condition> {
  const reader = new ExpressionReader(text);
  return reader.finish(new ConditionParser(reader).takeAny());
}

class ConditionParser {
  readonly #reader: ExpressionReader;
  /** The last condition in parentheses. */
  #enclosed: Condition | undefined;

  constructor(reader: ExpressionReader) {
    this.#reader = reader;
  }

  takeAny(): Condition {
    return this.#takeChain('OR', () => this.#takeChain('AND', () => this.#takeOne()));
  }

  #takeChain(word: 'AND' | 'OR', takePart: () => Condition): Condition {
    const first = takePart();
    if (!this.#reader.isAt(word)) return first;
    const parts = [first];
    while (this.#reader.takeIf(word)) {
      this.#reader.countOperator();
      parts.push(takePart());
    }
    return { kind: word === 'AND' ? 'and' : 'or', parts };
  }

  #takeOne(): Condition {
    const reader = this.#reader;
    if (reader.takeIf('NOT')) {
      reader.countOperator();
      return { kind: 'not', part: this.#takeOne() };
    }
    if (reader.takeIf('(')) return this.#takeEnclosed();
    const isCall = reader.tokenAfter === '(' && /^[A-Za-z_]/.test(reader.token);
    return isCall && reader.token !== 'size' ? this.#takeCall() : this.#takeComparison();
  }

  #takeEnclosed(): Condition {
    const condition = this.takeAny();
    this.#reader.expect(')');
    if (condition === this.#enclosed) throw new ExpressionFault('The expression has redundant parentheses;');
    this.#enclosed = condition;
    return condition;
  }

  #takeCall(): Condition {
    const reader = this.#reader;
    const name = reader.take();
    const operands = this.#takeArguments(name);
    const [operand, other] = operands as [Operand, Operand];
    for (const each of operands.slice(1)) checkDistinct(reader, name, operand, each);
    if (name === 'attribute_exists' || name === 'attribute_not_exists') {
      if (operand.kind !== 'path') throw new ExpressionFault(needsPath(name));
      return { kind: 'exists', path: operand.path, isWanted: name === 'attribute_exists' };
    }
    if (name === 'attribute_type') {
      checkTypeName(reader, other);
      return { kind: name, operand, type: other };
    }
    if (name === 'begins_with') for (const each of operands) checkOperandType(reader, name, each, ['S', 'B']);
    return { kind: name as 'begins_with' | 'contains', operand, other };
  }

  #takeArguments(name: string): readonly Operand[] {
    const reader = this.#reader;
    const count = OPERANDS_OF[name];
    if (count === undefined) throw new ExpressionFault(`Invalid function name; function: ${name}`);
    reader.countOperator();
    reader.expect('(');
    const operands = reader.takeList(() => this.#takeOperand());
    reader.expect(')');
    if (operands.length === count) return operands;
    throw new ExpressionFault(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    );
  }

  #takeOperand(): Operand {
    const reader = this.#reader;
    if (reader.token.startsWith(':')) return { kind: 'value', value: reader.takeValue() };
    if (reader.tokenAfter !== '(') return { kind: 'path', path: reader.takePath() };
    const name = reader.take();
    const [of] = this.#takeArguments(name) as [Operand];
    if (name !== 'size' || of.kind === 'size') throw new ExpressionFault(misused(name));
    checkOperandType(reader, name, of, ['S', 'B', 'SS', 'NS', 'BS', 'L', 'M']);
    return { kind: 'size', of };
  }

  #takeComparison(): Condition {
    const reader = this.#reader;
    const left = this.#takeOperand();
    if (reader.token === '' || reader.token === ')') {
      throw left.kind === 'size' ? new ExpressionFault(misused('size')) : reader.fault();
    }
    reader.countOperator();
    if (reader.takeIf('BETWEEN')) return this.#takeBetween(left);
    if (reader.takeIf('IN')) return this.#takeIn(left);
    if (!COMPARATORS.has(reader.token)) throw reader.fault();
    const by = reader.take() as Comparator;
    const right = this.#takeOperand();
    checkDistinct(reader, by, left, right);
    if (by !== '=' && by !== '<>') {
      for (const each of [left, right]) checkOperandType(reader, by, each, ['S', 'N', 'B']);
    }
    return { kind: 'compare', by, left, right };
  }

  #takeBetween(operand: Operand): Condition {
    const reader = this.#reader;
    const low = this.#takeOperand();
    reader.expect('AND');
    const high = this.#takeOperand();
    for (const each of [operand, low, high]) checkOperandType(reader, 'BETWEEN', each, ['S', 'N', 'B']);
    checkBounds(reader, low, high);
    return { kind: 'between', operand, low, high };
  }

  #takeIn(operand: Operand): Condition {
    const reader = this.#reader;
    reader.expect('(');
    const among = reader.takeList(() => this.#takeOperand());
    reader.expect(')');
    if (among.length <= AMONG_MAX) return { kind: 'in', operand, among };
    throw new ExpressionFault(
      `Invalid number of operands for operator or function; operator or function: IN, number of operands: ${among.length}`,
    );
  }
}

const needsPath = (name: string): string =>
  `Operator or function requires a document path; operator or function: ${name}`;
const misused = (name: string): string =>
  `The function is not allowed to be used this way in an expression; function: ${name}`;
