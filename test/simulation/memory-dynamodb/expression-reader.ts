import { ExpressionFault } from './errors.ts';
import type { Check, Parsed, Path } from './expressions.ts';
import { isReserved } from './reserved-words.ts';

const TEXT_BYTES_MAX = 4096;
const OPERATORS_MAX = 300;
const TOKEN = /\s*(#\w+|:\w+|[A-Za-z_]\w*|\d+|<>|<=|>=|[=<>()[\]+\-,.])/y;

/** Reads an expression token by token, and notes what its whole parse must know. */
export class ExpressionReader {
  readonly #tokens: readonly string[];
  #next = 0;
  #operators = 0;
  readonly #names = new Set<string>();
  readonly #values = new Set<string>();
  readonly #heads = new Set<string>();
  readonly #nestedHeads = new Set<string>();
  readonly #checks: Check[] = [];

  constructor(text: string) {
    if (text === '') throw new ExpressionFault('The expression can not be empty;');
    if (Buffer.byteLength(text) > TEXT_BYTES_MAX) {
      throw new ExpressionFault(
        `Expression size has exceeded the maximum allowed size; expression size: ${Buffer.byteLength(text)}`,
      );
    }
    this.#tokens = tokensOf(text);
  }

  /** Empty at the end. */
  get token(): string {
    return this.#tokens[this.#next] ?? '';
  }

  /** The token after this one. */
  get tokenAfter(): string {
    return this.#tokens[this.#next + 1] ?? '';
  }

  isAt(word: string): boolean {
    return this.token.toUpperCase() === word;
  }

  take(): string {
    const { token } = this;
    this.#next += 1;
    return token;
  }

  /** Takes the word if it is next; words are in any case. */
  takeIf(word: string): boolean {
    if (!this.isAt(word)) return false;
    this.#next += 1;
    return true;
  }

  expect(word: string): void {
    if (!this.takeIf(word)) throw this.fault();
  }

  fault(): ExpressionFault {
    const near = this.#tokens.slice(Math.max(0, this.#next - 1), this.#next + 2).join(' ');
    return new ExpressionFault(`Syntax error; token: "${this.token || '<EOF>'}", near: "${near}"`);
  }

  countOperator(): void {
    this.#operators += 1;
    if (this.#operators > OPERATORS_MAX) {
      throw new ExpressionFault(
        `The expression contains too many operators or functions; maximum operator count: ${OPERATORS_MAX}`,
      );
    }
  }

  check(check: Check): void {
    this.#checks.push(check);
  }

  takeValue(): string {
    if (!this.token.startsWith(':')) throw this.fault();
    this.#values.add(this.token);
    return this.take();
  }

  takePath(): Path {
    const head = this.#takeName();
    const path: (string | number)[] = [head];
    while (this.isAt('.') || this.isAt('[')) path.push(this.take() === '.' ? this.#takeName() : this.#takeIndex());
    this.#heads.add(head);
    if (path.length > 1) this.#nestedHeads.add(head);
    return path;
  }

  /** A list with commas between. */
  takeList<T>(takeOne: () => T): T[] {
    const list = [takeOne()];
    while (this.takeIf(',')) list.push(takeOne());
    return list;
  }

  finish<T>(tree: T): Parsed<T> {
    if (this.token !== '') throw this.fault();
    return {
      tree,
      names: this.#names,
      values: this.#values,
      heads: this.#heads,
      nestedHeads: this.#nestedHeads,
      checks: this.#checks,
    };
  }

  #takeName(): string {
    const { token } = this;
    if (!/^[#A-Za-z_]/.test(token)) throw this.fault();
    if (token.startsWith('#')) this.#names.add(token);
    else if (isReserved(token)) {
      throw new ExpressionFault(`Attribute name is a reserved keyword; reserved keyword: ${token}`);
    }
    return this.take();
  }

  #takeIndex(): number {
    if (!/^\d/.test(this.token)) throw this.fault();
    const index = Number(this.take());
    this.expect(']');
    return index;
  }
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  for (let end = 0; end < text.trimEnd().length; end = TOKEN.lastIndex) {
    TOKEN.lastIndex = end;
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) throw new ExpressionFault(`Syntax error; token: "${text.slice(end).trim().slice(0, 10)}"`);
    tokens.push(token);
  }
  return tokens;
}
