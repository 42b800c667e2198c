import type { Case, Column } from './reference-cases.ts';
import { casesOf } from './reference-cases.ts';
import type { Endpoint } from './reference-endpoint.ts';

const columns = ['success', 'unsigned', 'method', 'missing', 'at', 'beyond', 'limit', 'room', 'error'] as const;
type Cell = Column | 'unwritten';

/**
 * Which cases have passed, by path and column; `unwritten` counts refusals and calls on a missing room after
 * which nothing had changed.
 */
export class Coverage {
  readonly #counts = new Map<string, number>();

  passed({ endpoint, column, status }: Case): void {
    this.#add(endpoint.path, column);
    const isWriting = status === 200 && column !== 'room';
    if (!isWriting && endpoint.witness !== undefined) this.#add(endpoint.path, 'unwritten');
  }

  /** The required cells that are empty, as `path column`. */
  empty(table: readonly Endpoint[]): readonly string[] {
    return table.flatMap((endpoint) =>
      this.#needed(endpoint)
        .filter((column) => this.#count(endpoint.path, column) === 0)
        .map((column) => `${endpoint.path} ${column}`),
    );
  }

  /** The table as text. */
  print(table: readonly Endpoint[]): string {
    const cells: readonly Cell[] = [...columns, 'unwritten'];
    const row = (path: string, texts: readonly string[]): string =>
      path.padEnd(48) + texts.map((text) => text.padStart(10)).join('');
    const lines = table.map(({ path }) =>
      row(
        path,
        cells.map((cell) => `${this.#count(path, cell) || '.'}`),
      ),
    );
    const sums = cells.map((cell) => `${table.reduce((sum, { path }) => sum + this.#count(path, cell), 0)}`);
    return [row('path', cells), ...lines, row(`${table.length} paths`, sums)].join('\n');
  }

  #needed(endpoint: Endpoint): readonly Cell[] {
    const cases = casesOf(endpoint);
    const found = columns.filter((column) => cases.some((each) => each.column === column));
    return [...new Set<Cell>(['success', 'unsigned', 'method', ...found, ...unwrittenOf(endpoint)])];
  }

  #count(path: string, cell: Cell): number {
    return this.#counts.get(`${path} ${cell}`) ?? 0;
  }

  #add(path: string, cell: Cell): void {
    this.#counts.set(`${path} ${cell}`, this.#count(path, cell) + 1);
  }
}

const unwrittenOf = ({ witness }: Endpoint): readonly Cell[] => (witness === undefined ? [] : ['unwritten']);
