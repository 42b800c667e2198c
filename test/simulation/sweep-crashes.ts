/*
 * `npm run crash-sweep -- [--seed S] [--only part-of-a-name] [--every N] [--pairs]`: runs each scenario once for each call
 * that leaves a process and each way in which that call can fail or its Lambda can die there, on all cores. `--every N`
 * takes each N-th error only; crashes are always whole. `--pairs` kills at two calls, in the scenarios with few of them.
 * The exit code is 1 where an invariant was broken.
 */

import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { scenarios } from './crash-sweep/scenarios.ts';
import { addTotals, emptyTotals, type SweepOptions, sweepScenario, type Totals } from './crash-sweep/sweep-scenario.ts';

const options = {
  seed: { type: 'string', default: '1' },
  every: { type: 'string', default: '1' },
  only: { type: 'string', default: '' },
  pairs: { type: 'boolean', default: false },
  worker: { type: 'string' },
  help: { type: 'boolean', default: false },
} as const;
const { values } = parseArgs({ options });
const sweepOptions: SweepOptions = { seed: Number(values.seed), every: Number(values.every), pairs: values.pairs };
const chosen = scenarios.filter(({ name }) => name.includes(values.only));

/** One of several processes: every `step`-th scenario. */
async function work(first: number, step: number): Promise<void> {
  for (let index = first; index < chosen.length; index += step) {
    const scenario = chosen[index];
    if (scenario !== undefined) process.send?.([scenario.name, await sweepScenario(scenario, sweepOptions)]);
  }
}

async function lead(): Promise<boolean> {
  const total = emptyTotals();
  let done = 0;
  const processes = Math.min(chosen.length, availableParallelism());
  const codes = await Promise.all(
    Array.from({ length: processes }, (_, index) => {
      const worker = fork(import.meta.filename, [...process.argv.slice(2), '--worker', `${index}/${processes}`]);
      worker.on('message', (message) => {
        const [name, part] = message as [string, Totals];
        addTotals(total, part);
        done += 1;
        console.log(
          `${done} of ${chosen.length} ${name}: ${part.points} calls, ${part.crashes} crash runs, ${part.errors} error runs`,
        );
        for (const story of part.broken) console.log(`  BROKEN ${story}`);
      });
      return new Promise<number>((resolve) => worker.on('exit', (code) => resolve(code ?? 1)));
    }),
  );
  const { points, crashes, errors, pairs, broken, byError } = total;
  console.log(
    `${chosen.length} scenarios, ${points} calls: ${crashes} crash runs, ${errors} error runs, ${pairs} pairs`,
  );
  console.log(`${Object.keys(byError).length} kinds of error`, byError);
  console.log(`${broken.length} runs broke an invariant`);
  return broken.length === 0 && codes.every((code) => code === 0) && done === chosen.length;
}

const isWhole = (value: number) => Number.isSafeInteger(value) && value > 0;

if (values.worker !== undefined) {
  const [first = 0, step = 1] = values.worker.split('/').map(Number);
  await work(first, step);
} else if (values.help || !isWhole(sweepOptions.seed) || !isWhole(sweepOptions.every) || chosen.length === 0) {
  console.error('npm run crash-sweep -- [--seed S] [--only part-of-a-name] [--every N] [--pairs]');
  process.exitCode = values.help ? 0 : 2;
} else process.exitCode = (await lead()) ? 0 : 1;
