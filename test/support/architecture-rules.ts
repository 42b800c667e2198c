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

/** A row of the table of rules in CONTRIBUTING.md. */
export interface RuleRow {
  readonly id: string;
  /** The files of all cells. */
  readonly files: readonly string[];
  /** Those of the last cell. */
  readonly tests: readonly string[];
}

/** The rows whose first cell is a rule's id and nothing else. */
export const ruleRows = (page: string): readonly RuleRow[] =>
  [...page.matchAll(/^\| (KICK-[A-Z0-9]+|LEAVE|BLOCK|ALLOWLIST|DESTROY) \|(.*)\|$/gm)].map(
    ([, id = '', rest = '']) => ({
      id,
      files: pathsIn(rest),
      tests: pathsIn(rest.split('|').at(-1) ?? ''),
    }),
  );

const pathsIn = (text: string): readonly string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);

/** What is wrong with the table: a rule without a row, a file that is not there, a test without the id in a title. */
export function wrongRows(rows: readonly RuleRow[], rules: readonly string[], files: readonly ProjectFile[]): string[] {
  const missing = rules.filter((id) => !rows.some((row) => row.id === id && row.tests.length > 0));
  const at = new Map(files.map((file) => [file.path, file]));
  const wrong = rows.flatMap(({ id, files: named, tests }) => [
    ...named.filter((path) => !at.has(path)).map((path) => `${id}: ${path} does not exist`),
    ...tests
      .flatMap((path) => at.get(path) ?? [])
      .filter((file) => untestedIds([file], new Set([id])).length > 0)
      .map(({ path }) => `${id}: no title in ${path} has the id`),
  ]);
  return [...missing.map((id) => `${id}: has no row with a test`), ...wrong];
}
