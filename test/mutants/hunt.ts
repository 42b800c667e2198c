/* Runs seeds, or crashes in each scenario, until one breaks an invariant; for `mutants.ts`. */

import { scenarios } from '../simulation/crash-sweep/scenarios.ts';
import { sweepScenario } from '../simulation/crash-sweep/sweep-scenario.ts';
import { check } from '../simulation/schedule/checks.ts';
import { play } from '../simulation/schedule/play.ts';
import type { Kill } from './killers.ts';

/** `seeds 600` are the seeds to 600, `seed 7` is that one, `crashes` all scenarios, `scenario …` is that one. */
const [what = '', which = ''] = process.argv.slice(2);

async function inSeed(seed: number): Promise<string | undefined> {
  const [first] = check(await play({ seed }));
  return first && `${first.invariant} by seed ${seed}`;
}

async function inScenario(scenario: (typeof scenarios)[number]): Promise<string | undefined> {
  const { broken } = await sweepScenario(scenario, { seed: 1, every: Number.MAX_SAFE_INTEGER, pairs: false });
  return broken[0];
}

/** A mutant may throw where the product does not, which is a find too. */
async function findIn(run: () => Promise<string | undefined>): Promise<string | undefined> {
  try {
    return await run();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function hunt(): Promise<Kill | undefined> {
  if (what.startsWith('seed')) {
    const last = Number(which);
    for (let seed = what === 'seed' ? last : 1; seed <= last; seed += 1) {
      const found = await findIn(() => inSeed(seed));
      if (found !== undefined) return { killer: { seed }, found };
    }
    return undefined;
  }
  for (const scenario of scenarios) {
    if (what === 'scenario' && scenario.name !== which) continue;
    const found = await findIn(() => inScenario(scenario));
    if (found !== undefined) return { killer: { scenario: scenario.name }, found };
  }
  return undefined;
}

const kill = await hunt();
if (kill !== undefined) await new Promise((resolve) => process.send?.(kill, undefined, undefined, resolve));
process.disconnect();
