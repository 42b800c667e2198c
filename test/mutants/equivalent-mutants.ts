/* Generated mutants that change nothing which anybody can observe, each with the reason. */

interface EquivalentMutant {
  /** How the mutant's name begins, without the line. */
  readonly of: string;
  readonly why: string;
}

export const equivalentMutants: readonly EquivalentMutant[] = [
  { of: 'lib/domain/logins.ts the bound one.sinceMs < other.sinceMs', why: 'equal times are compared by id before' },
];
