/*
 * `npm run mutants -- [--seeds N] [--only part-of-a-name]`: takes one guard after another out of the product (a condition,
 * a read, a bound), and runs random schedules of the simulation against it until one breaks an invariant. A mutant that
 * survives N seeds is listed, and the exit code is 1.
 */

import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { type Mutant, mutants } from './mutant-list.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** Bundles the simulation with the mutant in the place of the product's own text. */
async function bundle({ path, find, replace }: Mutant, outfile: string): Promise<void> {
  const file = join(ROOT, path);
  const text = readFileSync(file, 'utf8');
  if (!text.includes(find)) throw new Error(`unable to make the mutant; ${path} has no ${find}`);
  await build({
    entryPoints: [join(import.meta.dirname, 'mutant-run.ts')],
    ...({ bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'error' } as const),
    outfile,
    plugins: [
      {
        name: 'mutant',
        setup: ({ onLoad }) => {
          onLoad({ filter: /\.ts$/ }, ({ path: loaded }) =>
            loaded === file ? { contents: text.replace(find, () => replace), loader: 'ts' } : undefined,
          );
        },
      },
    ],
  });
}

/** The first seed that finds it, and how; undefined = it survives. */
function run(outfile: string, seeds: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    let found: string | undefined;
    const child = fork(outfile, [`${seeds}`]);
    child.on('message', (message) => {
      found = String(message);
    });
    // A process that fails has found something too: the product as it is does not.
    child.on('exit', (code) => resolve(found ?? (code === 0 ? undefined : `it ends with ${code}`)));
  });
}

const { values } = parseArgs({ options: { seeds: { type: 'string', default: '4000' }, only: { type: 'string' } } });
const chosen = mutants.filter(({ what }) => values.only === undefined || what.includes(values.only));
// Beside the project's packages, which the bundles import.
const folder = mkdtempSync(join(ROOT, 'node_modules', '.mutants-'));
const survivors: string[] = [];
const waiting = chosen.entries();
async function work(): Promise<void> {
  for (const [index, mutant] of waiting) {
    const outfile = join(folder, `mutant-${index}.mjs`);
    await bundle(mutant, outfile);
    const found = await run(outfile, Number(values.seeds));
    if (found === undefined) survivors.push(mutant.what);
    console.log(
      `${found === undefined ? 'SURVIVES' : 'killed'}  ${mutant.what}${found === undefined ? '' : `: ${found}`}`,
    );
  }
}
try {
  await Promise.all(Array.from({ length: availableParallelism() }, work));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(`${chosen.length - survivors.length} of ${chosen.length} mutants killed`);
process.exitCode = survivors.length === 0 ? 0 : 1;
