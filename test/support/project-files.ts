import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProjectFile } from './architecture.ts';

/** The folder of the project. */
export const top = fileURLToPath(new URL('../..', import.meta.url));
const read = [
  ...['bin', 'functions', 'lib', 'console', 'test', 'examples', 'bench', 'docs'],
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'],
];

/** The project's own files whose path fits, with their text. */
export const projectFiles = (fits: RegExp): readonly ProjectFile[] =>
  read
    .flatMap(pathsIn)
    .filter((path) => fits.test(path))
    .map((path) => ({ path, text: readFileSync(join(top, path), 'utf8') }));

function pathsIn(entry: string): string[] {
  if (!existsSync(join(top, entry))) return [];
  if (statSync(join(top, entry)).isFile()) return [entry];
  return readdirSync(join(top, entry), { recursive: true, withFileTypes: true })
    .filter((found) => found.isFile())
    .map((found) => relative(top, join(found.parentPath, found.name)).split(sep).join('/'));
}
