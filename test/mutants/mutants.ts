/*
 * `npm run mutants -- [--seeds N] [--only part-of-a-name] [--from N] [--list]`: takes one guard after another out of the
 * product (a condition, a read, a bound, a check after a write), and runs what noticed it last time (`killers.json`), the
 * tests beside it, random schedules, the crash sweep and the tests of the use cases until one of them notices. A mutant
 * that nothing notices is listed, and the exit code is 1.
 */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { equivalentMutants } from './equivalent-mutants.ts';
import { generatedMutants } from './generated-mutants.ts';
import { checkHealthy, kill } from './kill.ts';
import { Killers } from './killers.ts';
import { ROOT } from './mutant.ts';
import { namedMutants } from './named-mutants.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '600' },
    only: { type: 'string', default: '' },
    from: { type: 'string', default: '1' },
    list: { type: 'boolean', default: false },
  },
});
const seeds = Number(values.seeds);
const from = Number(values.from);
const all = [...namedMutants, ...generatedMutants()].filter(({ what }) => what.includes(values.only));
const isEquivalent = ({ what }: { readonly what: string }) =>
  equivalentMutants.some(({ of }) => what.replace(/:\d+/, '').startsWith(of));
const chosen = all.filter((mutant) => !isEquivalent(mutant)).slice(from - 1);

async function run(): Promise<number> {
  // Beside the project's packages, which the bundles import.
  const folder = mkdtempSync(join(ROOT, 'node_modules', '.mutants-'));
  const survivors: string[] = [];
  const killers = new Killers();
  const waiting = chosen.entries();
  const work = async () => {
    for (const [index, mutant] of waiting) {
      const own = join(folder, `${index}`);
      mkdirSync(own);
      const killed = await kill(mutant, { folder: own, seeds, known: killers.of(mutant) });
      if (killed === undefined) survivors.push(mutant.what);
      else killers.note(mutant, killed.killer);
      console.log(killed === undefined ? `SURVIVES  ${mutant.what}` : `killed  ${mutant.what}: ${killed.found}`);
    }
  };
  try {
    await checkHealthy(folder);
    await Promise.all(Array.from({ length: availableParallelism() }, work));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  console.log(`${chosen.length - survivors.length} of ${chosen.length} mutants killed`);
  for (const { of, why } of equivalentMutants) console.log(`left out  ${of}: ${why}`);
  return survivors.length === 0 ? 0 : 1;
}

if (![seeds, from].every((count) => Number.isSafeInteger(count) && count > 0) || chosen.length === 0) {
  console.error('npm run mutants -- [--seeds 600] [--only part-of-a-name] [--from N] [--list]');
  process.exitCode = 2;
} else if (values.list) for (const { what } of chosen) console.log(what);
else process.exitCode = await run();
