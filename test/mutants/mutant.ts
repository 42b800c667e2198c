import { join } from 'node:path';

export const ROOT: string = join(import.meta.dirname, '..', '..');

/** A guard that is taken out of the product: a file with another text. */
export interface Mutant {
  readonly what: string;
  readonly path: string;
  /** @throws Error where the product no longer has what the mutant takes out. */
  readonly text: () => string;
}
