import { Code } from '../../protocol/codes.ts';
import { frameBytes } from '../../protocol/frame-size.ts';

const BRACES_BYTES = 2;
const COMMA_BYTES = 1;

/** Splits entries into parts of at most `bytesMax` bytes in a frame; a longer entry is a part of its own. At least one part. */
export function splitEntries(entries: ReadonlyMap<string, string>, bytesMax: number): ReadonlyMap<string, string>[] {
  let part = new Map<string, string>();
  let bytes = 0;
  const parts = [part];
  for (const [key, value] of entries) {
    const size = frameBytes({ [key]: value }) - BRACES_BYTES;
    if (part.size > 0 && bytes + COMMA_BYTES + size > bytesMax) {
      part = new Map();
      parts.push(part);
    }
    bytes = part.size > 0 ? bytes + COMMA_BYTES + size : size;
    part.set(key, value);
  }
  return parts;
}

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
