import { Code } from '../../protocol/codes.ts';

/** How one part of a batch ended. */
export interface PartOutcome {
  readonly keys: readonly string[];
  readonly code: number;
  /** The code of each key that was not changed. */
  readonly errors: Map<string, number>;
}

/** The outcome of the whole batch: that of its parts if they agree, else "done in part". */
export function joinOutcomes(outcomes: readonly PartOutcome[]): { code: number; errors: Map<string, number> } {
  const codes = new Set(outcomes.map(({ code }) => code));
  const [code = Code.OK] = codes;
  const errors = new Map(outcomes.flatMap((outcome) => [...outcome.errors]));
  if (codes.size < 2) return { code, errors };
  const undone = outcomes.filter((outcome) => outcome.code !== Code.OK && outcome.errors.size === 0);
  for (const { keys, code } of undone) for (const key of keys) errors.set(key, code);
  return { code: Code.ENTRIES_DONE_IN_PART, errors };
}
