/*
 * `npm run simulate -- --seeds N --from S [--trace]`: runs N seeds from S on, on all cores, and reports what it saw. A seed
 * that breaks an invariant is shrunk and printed as a story, with the command that replays it; the exit code is 1 then.
 * `--trace` prints each step of the seed S alone.
 */

import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { bundleWorker } from '../support/worker-bundle.ts';
import { check } from './schedule/checks.ts';
import { play } from './schedule/play.ts';
import { shrink } from './schedule/shrink.ts';

interface Tally {
  seeds: number;
  steps: number;
  virtualMs: number;
  events: number;
  faults: Record<string, number>;
  operations: Record<string, number>;
  failed: { readonly seed: number; readonly invariant: string; readonly acts: number }[];
}

const emptyTally = (): Tally => ({
  ...{ seeds: 0, steps: 0, virtualMs: 0, events: 0 },
  ...{ faults: {}, operations: {}, failed: [] },
});

const REPORT_EVERY = 50;

async function runSeed(seed: number, tally: Tally): Promise<void> {
  const played = await play({ seed });
  tally.seeds += 1;
  tally.steps += played.steps;
  tally.virtualMs += played.virtualMs;
  tally.events += played.history.events.length;
  for (const [kind, count] of played.faults) tally.faults[kind] = (tally.faults[kind] ?? 0) + count;
  for (const event of played.history.events) {
    if (event.kind === 'call') tally.operations[event.op] = (tally.operations[event.op] ?? 0) + 1;
  }
  const [first] = check(played);
  if (first !== undefined) tally.failed.push({ seed, invariant: first.invariant, acts: played.acts.length });
}

/** One of several processes: every `step`-th seed. */
async function work(from: number, count: number, step: number): Promise<void> {
  let tally = emptyTally();
  for (let seed = from; seed < from + count * step; seed += step) {
    await runSeed(seed, tally);
    if (tally.seeds < REPORT_EVERY && seed + step < from + count * step) continue;
    process.send?.(tally);
    tally = emptyTally();
  }
}

function add(total: Tally, part: Tally): void {
  for (const name of ['seeds', 'steps', 'virtualMs', 'events'] as const) total[name] += part[name];
  for (const name of ['faults', 'operations'] as const) {
    for (const [kind, count] of Object.entries(part[name])) total[name][kind] = (total[name][kind] ?? 0) + count;
  }
  total.failed.push(...part.failed);
}

async function tellStory(seed: number, acts: number, invariant: string): Promise<void> {
  const { without, violations } = await shrink(seed, acts, invariant);
  const { history, acts: plan } = await play({ seed, without });
  console.log(`\nseed ${seed} breaks ${[...new Set(violations.map((one) => one.invariant))].join(', ')}`);
  for (const [index, act] of plan.entries())
    if (!without.has(index)) console.log(`  ${act.afterMs} ms later ${act.name}`);
  for (const { sentence, events } of violations) {
    console.log(`  ${sentence}`);
    for (const index of events) console.log(`    ${index} ${JSON.stringify(history.events[index])}`);
  }
  console.log(`  replay: npm run simulate -- --seeds 1 --from ${seed} --trace`);
}

async function lead(seeds: number, from: number): Promise<number> {
  const [total, startedMs, processes] = [emptyTally(), performance.now(), Math.min(seeds, availableParallelism())];
  let shownMs = 0;
  const show = () => {
    shownMs = performance.now();
    const perSec = (total.seeds / (shownMs - startedMs)) * 1000;
    console.log(`${total.seeds} of ${seeds} seeds, ${perSec.toFixed(1)} a second, ${total.failed.length} failed`);
  };
  const bundle = bundleWorker(import.meta.filename);
  const workers = Array.from({ length: processes }, (_, index) => {
    const count = Math.floor(seeds / processes) + (index < seeds % processes ? 1 : 0);
    const worker = fork(bundle.file, ['--worker', `${from + index}`, `${count}`, `${processes}`]);
    worker.on('message', (part) => {
      add(total, part as Tally);
      for (const { seed, invariant } of (part as Tally).failed) console.log(`seed ${seed} breaks ${invariant}`);
      if (performance.now() - shownMs > 10_000) show();
    });
    return new Promise<number>((resolve) => worker.on('exit', (code) => resolve(code ?? 1)));
  });
  const codes = await Promise.all(workers).finally(bundle.remove);
  show();
  const realMs = performance.now() - startedMs;
  const speedUp = Math.round(total.virtualMs / realMs);
  console.log(
    `${total.steps} steps, ${total.events} events, ${Math.round(total.virtualMs / 3_600_000)} h of virtual time, ${speedUp} × real time`,
  );
  console.log('operations', total.operations);
  console.log('faults', total.faults);
  for (const { seed, acts, invariant } of total.failed.slice(0, 5)) await tellStory(seed, acts, invariant);
  if (total.seeds !== seeds) console.error(`unable to run all seeds; ${seeds - total.seeds} are missing`);
  return total.failed.length > 0 || total.seeds !== seeds || codes.some((code) => code !== 0) ? 1 : 0;
}

async function trace(seed: number): Promise<void> {
  const played = await play({ seed, isTraced: true });
  console.log(played.trace.join('\n'));
  for (const [index, event] of played.history.events.entries()) console.log(index, JSON.stringify(event));
  for (const { invariant, sentence } of check(played)) console.log(invariant, sentence);
}

const [mode, ...numbers] = process.argv.slice(2);
if (mode === '--worker') {
  const [from = 1, count = 0, step = 1] = numbers.map(Number);
  await work(from, count, step);
} else {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1000' },
      from: { type: 'string', default: '1' },
      trace: { type: 'boolean' },
    },
  });
  const [seeds, from] = [Number(values.seeds), Number(values.from)];
  if (!Number.isSafeInteger(seeds) || !Number.isSafeInteger(from) || seeds < 1 || from < 0) {
    console.error(
      'unable to simulate; --seeds and --from take whole numbers: npm run simulate -- --seeds 1000 --from 1',
    );
    process.exitCode = 2;
  } else if (values.trace === true) await trace(from);
  else process.exitCode = await lead(seeds, from);
}
