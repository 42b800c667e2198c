import type { ProjectFile } from './architecture.ts';
import { proseOf } from './architecture-prose.ts';

const RULE_ID = /\b(?:KICK-[A-Z0-9]+|I-[A-Z]\d+|LEAVE|BLOCK|ALLOWLIST|DESTROY)\b/g;
const CASES = /\bcases? (\d+)((?:(?:, | and |, and )\d+)*)/gi;
/** A row that defines: the id, or the number of a case, alone in the first cell. */
const DEFINITION = /^\| (KICK-[A-Z0-9]+|I-[A-Z]\d+|LEAVE|BLOCK|ALLOWLIST|DESTROY|\d+) \|/gm;

/** Rule ids and numbered cases that a page defines, the latter as `case 15`. */
export const definedIn = (page: string): ReadonlySet<string> =>
  new Set([...page.matchAll(DEFINITION)].map(([, id = '']) => (/^\d/.test(id) ? `case ${id}` : id)));

/** Rule ids and cases that a text names. */
export function namedIn(text: string): ReadonlySet<string> {
  const ids = [...text.matchAll(RULE_ID)].map(([id]) => id);
  const cases = [...text.matchAll(CASES)].flatMap(([found]) => found.match(/\d+/g) ?? []);
  return new Set([...ids, ...cases.map((number) => `case ${number}`)]);
}

/** Ids that comments, sentences or test titles name and that no page defines, as `path:line id`. */
export const undefinedIds = (files: readonly ProjectFile[], defined: ReadonlySet<string>): string[] =>
  files
    .flatMap(proseOf)
    .flatMap(({ path, line, text }) =>
      [...namedIn(text)].filter((id) => !defined.has(id)).map((id) => `${path}:${line} ${id}`),
    );

/** Defined ids that no title of a test names. */
export function untestedIds(tests: readonly ProjectFile[], defined: ReadonlySet<string>): string[] {
  const titles = tests.flatMap(proseOf).filter(({ isTitle }) => isTitle);
  const named = new Set(titles.flatMap(({ text }) => [...namedIn(text)]));
  return [...defined].filter((id) => !named.has(id));
}
