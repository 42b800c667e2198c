import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Mutant } from './mutant.ts';

/** What finds a mutant: a file of tests, the seed of a schedule, or a scenario of the crash sweep. */
export type Killer = { readonly test: string } | { readonly seed: number } | { readonly scenario: string };

/** What finds a mutant, and what it says. */
export interface Kill {
  /** undefined = the whole stage has to be repeated. */
  readonly killer: Killer | undefined;
  readonly found: string;
}

const PATH = join(import.meta.dirname, 'killers.json');

/** Without the line, which moves. */
const keyOf = ({ what }: Mutant): string => what.replace(/:\d+/, '');

/** What found each mutant last, in `killers.json`: it is tried first, and if it finds nothing, so is everything else. */
export class Killers {
  readonly #known: Map<string, Killer>;

  constructor() {
    const text = existsSync(PATH) ? readFileSync(PATH, 'utf8') : '{}';
    this.#known = new Map(Object.entries(JSON.parse(text) as Record<string, Killer>));
  }

  of(mutant: Mutant): Killer | undefined {
    return this.#known.get(keyOf(mutant));
  }

  /** Keeps it at once: a run takes long and may be ended. */
  note(mutant: Mutant, killer: Killer | undefined): void {
    if (killer === undefined) return;
    this.#known.set(keyOf(mutant), killer);
    const sorted = Object.fromEntries([...this.#known].sort(([a], [b]) => (a < b ? -1 : 1)));
    writeFileSync(PATH, `${JSON.stringify(sorted, null, 2)}\n`);
  }
}
