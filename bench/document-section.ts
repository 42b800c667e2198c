import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceSection } from '../bin/docs/replace-section.ts';

const docs = join(import.meta.dirname, '..', 'docs');

/** A Markdown table. */
export function toTable(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(columns), line(columns.map((_, index) => (index === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** Replaces what stands between `<!-- name:begin -->` and `<!-- name:end -->` in a file of docs. */
export async function documentSection(file: string, name: string, text: string): Promise<void> {
  const path = join(docs, file);
  await writeFile(path, replaceSection(await readFile(path, 'utf8'), name, text));
}
