import { toTable } from '../document-section.ts';

/** What must be reached; `isReached` undefined = there is no goal for it. */
export interface Goal {
  readonly what: string;
  readonly value: number;
  readonly goal: string;
  readonly isReached: boolean;
}

/** What one part of the benchmark found. */
export interface Part {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
  readonly goals: readonly Goal[];
}

/** Shows what goes on. */
export type Progress = (line: string) => void;

/** A goal that is an upper bound. */
export const atMost = (what: string, value: number, most: number): Goal => ({
  ...{ what, value, goal: `<= ${most}` },
  isReached: value <= most,
});

/** Three significant digits, and none behind the point from 100 on. */
export const short = (value: number): number =>
  Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));

/** The table and the goals as text. */
export function textOf({ title, columns, rows, goals }: Part): string {
  const lines = goals.map(
    ({ what, value, goal, isReached }) => `${isReached ? 'reached' : 'MISSED '}  ${what}: ${short(value)} (${goal})`,
  );
  return [`## ${title}`, toTable(columns, rows), lines.join('\n')].filter((text) => text !== '').join('\n\n');
}
