import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const docs = join(import.meta.dirname, '..', 'docs');

/** A Markdown table. */
export function toTable(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** Replaces what stands between `<!-- name:begin -->` and `<!-- name:end -->` in a file of docs. */
export async function replaceSection(file: string, name: string, text: string): Promise<void> {
  const path = join(docs, file);
  const before = await readFile(path, 'utf8');
  const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`];
  const from = before.indexOf(begin);
  const to = before.indexOf(end);
  if (from < 0 || to < from) throw new Error(`unable to write the figures; docs/${file} has no section ${name}`);
  await writeFile(path, `${before.slice(0, from + begin.length)}\n${text}\n${before.slice(to)}`);
}
