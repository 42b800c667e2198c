/* Runs seeds, or crashes in each scenario, until one breaks an invariant; for `mutants.ts`. */

import { scenarios } from '../simulation/crash-sweep/scenarios.ts';
import { sweepScenario } from '../simulation/crash-sweep/sweep-scenario.ts';
import { check } from '../simulation/schedule/checks.ts';
import { play } from '../simulation/schedule/play.ts';

const [what, number] = process.argv.slice(2);

async function findInSeeds(seeds: number): Promise<string | undefined> {
  for (let seed = 1; seed <= seeds; seed += 1) {
    const [first] = check(await play({ seed }));
    if (first !== undefined) return `${first.invariant} by seed ${seed}`;
  }
  return undefined;
}

async function findInScenarios(): Promise<string | undefined> {
  for (const scenario of scenarios) {
    const { broken } = await sweepScenario(scenario, { seed: 1, every: Number.MAX_SAFE_INTEGER, pairs: false });
    if (broken[0] !== undefined) return broken[0];
  }
  return undefined;
}

/** A mutant may throw where the product does not, which is a find too. */
async function find(): Promise<string | undefined> {
  try {
    return what === 'seeds' ? await findInSeeds(Number(number)) : await findInScenarios();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const found = await find();
if (found !== undefined) await new Promise((resolve) => process.send?.(found, undefined, undefined, resolve));
process.disconnect();
