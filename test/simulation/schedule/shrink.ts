/*
 * Models nothing: it leaves out acts of a failing run for as long as it still fails. Clock and chance: the run's own.
 */

import type { Violation } from '../../support/checker/violation.ts';
import { check } from './checks.ts';
import { play } from './play.ts';

export interface Shrunk {
  /** Which acts of the plan are not needed. */
  readonly without: ReadonlySet<number>;
  readonly violations: readonly Violation[];
}

/** Violations of a run; a run that throws has broken I-L3. */
export async function violationsOf(seed: number, without: ReadonlySet<number>): Promise<readonly Violation[]> {
  return check(await play({ seed, without }));
}

/** Leaves out halves, quarters and so on, and last each act alone: what is left fails with the same invariant. */
export async function shrink(seed: number, acts: number, invariant: string): Promise<Shrunk> {
  let without: ReadonlySet<number> = new Set();
  let violations = await violationsOf(seed, without);
  for (let size = Math.ceil(acts / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < acts; from += size) {
      const more = new Set([...without, ...Array.from({ length: size }, (_, index) => from + index)]);
      const left = await violationsOf(seed, more);
      if (!left.some((one) => one.invariant === invariant)) continue;
      [without, violations] = [more, left];
    }
  }
  return { without, violations };
}
