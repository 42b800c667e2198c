/* Runs one scenario with each failure at each of its calls. Clock and chance: those of the runs. */

import { check } from '../schedule/checks.ts';
import { FAILURES } from '../schedule/service-errors.ts';
import { type Point, type PointFate, runScenario } from './run-scenario.ts';
import type { Scenario } from './scenario.ts';

export interface SweepOptions {
  readonly seed: number;
  /** Each so many-th error run is made; 1 = all. */
  readonly every: number;
  /** Also two crashes in one run, where the scenario has at most `PAIRED_MAX` calls. */
  readonly pairs: boolean;
}

export interface Totals {
  points: number;
  crashes: number;
  errors: number;
  pairs: number;
  /** How many runs had the error. */
  byError: Record<string, number>;
  /** What each run that broke an invariant was, and what it broke. */
  broken: string[];
}

export const emptyTotals = (): Totals => ({ points: 0, crashes: 0, errors: 0, pairs: 0, byError: {}, broken: [] });

export function addTotals(total: Totals, part: Totals): void {
  for (const name of ['points', 'crashes', 'errors', 'pairs'] as const) total[name] += part[name];
  for (const [error, count] of Object.entries(part.byError)) total.byError[error] = (total.byError[error] ?? 0) + count;
  total.broken.push(...part.broken);
}

const CRASHES = ['killed-before', 'killed-after'] as const;
const PAIRED_MAX = 24;
/** An eventually consistent read may be this many writes behind. */
const STALE_WRITES = 3;

export async function sweepScenario(scenario: Scenario, options: SweepOptions): Promise<Totals> {
  const totals = emptyTotals();
  const run = async (fates: ReadonlyMap<number, PointFate>): Promise<readonly Point[]> => {
    const played = await runScenario(scenario, options.seed, fates);
    const [first] = check(played);
    if (first !== undefined) totals.broken.push(storyOf(scenario, fates, played.points, first));
    return played.points;
  };
  const points = await run(new Map());
  if (points.length === 0) throw new Error(`unable to sweep '${scenario.name}'; it makes no call`);
  totals.points = points.length;
  for (const [index, point] of points.entries()) {
    for (const fate of CRASHES) await run(new Map([[index, fate]]));
    totals.crashes += CRASHES.length;
    await sweepErrors(index, point, options.every, totals, run);
  }
  if (options.pairs && points.length <= PAIRED_MAX) totals.pairs = await sweepPairs(points.length, run);
  return totals;
}

type RunWith = (fates: ReadonlyMap<number, PointFate>) => Promise<unknown>;

async function sweepErrors(index: number, { kind }: Point, every: number, totals: Totals, run: RunWith): Promise<void> {
  const stale = kind === 'read' ? [{ stale: STALE_WRITES }] : [];
  for (const [which, fate] of [...FAILURES[kind], ...stale].entries()) {
    if ((index + which) % every !== 0) continue;
    await run(new Map<number, PointFate>([[index, fate]]));
    totals.errors += 1;
    const error = nameOf(fate);
    totals.byError[error] = (totals.byError[error] ?? 0) + 1;
  }
}

async function sweepPairs(points: number, run: RunWith): Promise<number> {
  let runs = 0;
  for (let one = 0; one < points; one += 1) {
    for (let other = one + 1; other < points; other += 1) {
      for (const [first, second] of [
        ['killed-before', 'killed-before'],
        ['killed-before', 'killed-after'],
        ['killed-after', 'killed-before'],
        ['killed-after', 'killed-after'],
      ] as const) {
        await run(
          new Map([
            [one, first],
            [other, second],
          ]),
        );
        runs += 1;
      }
    }
  }
  return runs;
}

function nameOf(fate: PointFate): string {
  if (typeof fate === 'string') return fate;
  return 'stale' in fate ? 'stale read' : `${fate.error}${fate.isApplied ? ', applied' : ''}`;
}

function storyOf(
  { name }: Scenario,
  fates: ReadonlyMap<number, PointFate>,
  points: readonly Point[],
  { invariant, sentence }: { readonly invariant: string; readonly sentence: string },
): string {
  const what = [...fates].map(([index, fate]) => `${nameOf(fate)} at call ${index} (${points[index]?.label})`);
  return `${name}: ${what.join(' and ') || 'no failure'}: ${invariant} ${sentence}`;
}
