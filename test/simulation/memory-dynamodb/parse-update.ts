import { wrongType } from './condition-checks.ts';
import { ExpressionFault } from './errors.ts';
import { ExpressionReader } from './expression-reader.ts';
import type { Parsed, Path, Source, Update } from './expressions.ts';
import { checkPaths } from './path-checks.ts';
import { typeOf, type Value, type ValueType } from './values.ts';

type Section = 'SET' | 'REMOVE' | 'ADD' | 'DELETE';
const SECTIONS: readonly Section[] = ['SET', 'REMOVE', 'ADD', 'DELETE'];
const ADDABLE: readonly ValueType[] = ['N', 'SS', 'NS', 'BS'];
const DELETABLE: readonly ValueType[] = ['SS', 'NS', 'BS'];

export function parseUpdate(text: string): Parsed<Update> {
  const reader = new ExpressionReader(text);
  const update = new UpdateParser(reader).take();
  const paths = [
    ...update.set.map(({ path }) => path),
    ...update.remove,
    ...update.add.map(({ path }) => path),
    ...update.delete.map(({ path }) => path),
  ];
  if (paths.length > 1) reader.check((placeholders) => checkPaths(paths, placeholders));
  return reader.finish(update);
}

class UpdateParser {
  readonly #reader: ExpressionReader;

  constructor(reader: ExpressionReader) {
    this.#reader = reader;
  }

  take(): Update {
    const reader = this.#reader;
    const update: { -readonly [Name in keyof Update]: Update[Name] } = { set: [], remove: [], add: [], delete: [] };
    const seen = new Set<Section>();
    do {
      const section = SECTIONS.find((each) => reader.takeIf(each));
      if (section === undefined) throw reader.fault();
      if (seen.has(section)) {
        throw new ExpressionFault(`The "${section}" section can only be used once in an update expression;`);
      }
      seen.add(section);
      if (section === 'SET') update.set = reader.takeList(() => this.#takeSet());
      if (section === 'REMOVE') update.remove = reader.takeList(() => reader.takePath());
      if (section === 'ADD') update.add = reader.takeList(() => this.#takeChange(section, ADDABLE));
      if (section === 'DELETE') update.delete = reader.takeList(() => this.#takeChange(section, DELETABLE));
    } while (reader.token !== '');
    return update;
  }

  #takeSet(): Update['set'][number] {
    const path = this.#reader.takePath();
    this.#reader.expect('=');
    return { path, source: this.#takeSource() };
  }

  #takeChange(section: Section, types: readonly ValueType[]): { path: Path; value: string } {
    const reader = this.#reader;
    const path = reader.takePath();
    const value = reader.takeValue();
    reader.check(({ values }) => {
      const type = typeOf(values[value] as Value);
      if (!types.includes(type)) throw wrongType(section, type);
    });
    return { path, value };
  }

  #takeSource(): Source {
    const reader = this.#reader;
    const left = this.#takeTerm();
    if (reader.token !== '+' && reader.token !== '-') return left;
    const kind = reader.take() as '+' | '-';
    reader.countOperator();
    const right = this.#takeTerm();
    for (const each of [left, right]) this.#checkType(kind, each, 'N');
    return { kind, left, right };
  }

  #takeTerm(): Source {
    const reader = this.#reader;
    if (reader.token.startsWith(':')) return { kind: 'value', value: reader.takeValue() };
    if (reader.tokenAfter !== '(') return { kind: 'path', path: reader.takePath() };
    return this.#takeCall();
  }

  #takeCall(): Source {
    const reader = this.#reader;
    const name = reader.take();
    if (name !== 'if_not_exists' && name !== 'list_append') {
      throw new ExpressionFault(`Invalid function name; function: ${name}`);
    }
    reader.countOperator();
    reader.expect('(');
    const [first, second, ...more] = reader.takeList(() => this.#takeTerm());
    reader.expect(')');
    if (first === undefined || second === undefined || more.length > 0) {
      const count = (first === undefined ? 0 : 1) + (second === undefined ? 0 : 1) + more.length;
      throw new ExpressionFault(
        `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${count}`,
      );
    }
    if (name === 'list_append') {
      for (const each of [first, second]) this.#checkType(name, each, 'L');
      return { kind: name, head: first, tail: second };
    }
    if (first.kind === 'path') return { kind: name, path: first.path, otherwise: second };
    throw new ExpressionFault(`Operator or function requires a document path; operator or function: ${name}`);
  }

  #checkType(operator: string, source: Source, wanted: ValueType): void {
    if (source.kind !== 'value') return;
    this.#reader.check(({ values }) => {
      const type = typeOf(values[source.value] as Value);
      if (type !== wanted) throw wrongType(operator, type);
    });
  }
}
