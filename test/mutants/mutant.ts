import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT: string = join(import.meta.dirname, '..', '..');

/** A guard that is taken out of the product: a file with another text. */
export interface Mutant {
  readonly what: string;
  readonly path: string;
  /** @throws Error where the product no longer has what the mutant takes out. */
  readonly text: () => string;
}

/** `find` in a file is replaced, once. */
export const mutant = (what: string, path: string, find: string, replace: string): Mutant => ({
  what,
  path,
  text: () => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    if (!text.includes(find)) throw new Error(`unable to make the mutant '${what}'; ${path} has no ${find}`);
    return text.replace(find, () => replace);
  },
});
