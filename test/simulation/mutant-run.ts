/* Runs seeds until one breaks an invariant; for `mutants.ts`. */

import { check } from './schedule/checks.ts';
import { play } from './schedule/play.ts';

const seeds = Number(process.argv[2]);

/** A mutant may throw where the product does not, which is a find too. */
async function findIn(seed: number): Promise<string | undefined> {
  try {
    const [first] = check(await play({ seed }));
    return first && `${first.invariant} by seed ${seed}`;
  } catch (error) {
    return `${error instanceof Error ? error.message : error} by seed ${seed}`;
  }
}

for (let seed = 1; seed <= seeds; seed += 1) {
  const found = await findIn(seed);
  if (found === undefined) continue;
  await new Promise((resolve) => process.send?.(found, undefined, undefined, resolve));
  break;
}
process.disconnect();
