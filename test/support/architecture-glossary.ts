import type { ProjectFile } from './architecture.ts';

/** One row of the glossary. */
export interface Term {
  readonly word: string;
  /** Its names in code. */
  readonly names: readonly string[];
}

const ROW = /^\| ([^|]+) \| [^|]+ \|([^|]*)\|[^|]*\|[^|]*\|$/gm;

/** The terms of the page, without the head of the table. */
export const termsIn = (page: string): readonly Term[] =>
  [...page.matchAll(ROW)]
    .map(([, word = '', names = '']) => ({
      word,
      names: [...names.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
    }))
    .filter(({ word }) => word !== 'word' && !word.startsWith('---'));

/** Names of the glossary that no file has as a whole word. */
export function namesNotInCode(terms: readonly Term[], files: readonly ProjectFile[]): string[] {
  const words = new Set(files.flatMap(({ text }) => text.match(/[A-Za-z_$][\w$]*/g) ?? []));
  return terms.flatMap(({ names }) => names).filter((name) => !words.has(name));
}
