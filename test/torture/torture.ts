/*
 * `npm run torture -- --minutes N [--seed S]`: the whole local stack on real sockets and processes, with clients and an app
 * server, while much of it is made to fail; see `--help`.
 */

import { parseArgs } from 'node:util';
import { FAULT_KINDS } from './fault-kinds.ts';
import { emptyTally, type RunOptions, runPart, type Tally } from './run.ts';
import { openStage, type Stage } from './stage.ts';

const HELP = `npm run torture -- --minutes N [--seed S] [--storm-sec S]

Runs the whole stack on this machine: gateway, the bundles of the Lambdas in processes, the DynamoDB emulator on its file.
15 devices of 12 users in 3 rooms and an app server act about 20 times a second, while Lambdas are killed and stopped,
sockets are cut, half-open or stalled, $disconnect is lost, doubled or late, the table restarts, throttles, refuses and
loses answers, posts fail, clocks are skewed, sweeps are lost or doubled and batches of the stream are repeated.
After each storm the faults stop, and everything must come right: rows and sockets agree, each member has every message,
and the checker of test/support/checker finds nothing in the history.

  --minutes N     how long (default 10)
  --seed S        what users do and what fails, not when (default: by the clock)
  --storm-sec S   how long faults last before each quiet window (default 60)
  --log           also prints the log of the functions
  --help          this text

Exit code 1: something did not come right; its story is printed. Ctrl-C ends the run and all its processes.`;

const PROGRESS_MS = 10_000;
const WINDOWS = 4;

interface Options {
  readonly minutes: number;
  readonly seed: number;
  readonly stormMs: number;
  readonly isLogged: boolean;
}

function readOptions(args: readonly string[]): Options | 'help' {
  const text = (byDefault: string) => ({ type: 'string', default: byDefault }) as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: text('10'),
      seed: text(`${Date.now() % 1_000_000}`),
      'storm-sec': text('60'),
      log: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const whole = (name: 'minutes' | 'seed' | 'storm-sec'): number => {
    if (/^\d{1,9}$/.test(values[name])) return Number(values[name]);
    throw new Error(`unable to use --${name} ${values[name]}; it must be a whole number`);
  };
  const [minutes, seed, stormMs] = [whole('minutes'), whole('seed'), whole('storm-sec') * 1000];
  return { minutes, seed, stormMs, isLogged: values.log };
}

const describeFaults = ({ faults }: Tally): string =>
  FAULT_KINDS.map((kind) => `${kind} ${faults.get(kind) ?? 0}`).join(', ');

const sum = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((all, one) => all + one, 0);

const listed = (counts: ReadonlyMap<string, number>): string =>
  [...counts].map(([name, count]) => `${name} ${count}`).join(', ');

function tellEnd(tally: Tally, seconds: string, { seed }: Options): void {
  console.log(`\n${seconds} s, ${tally.acts} acts, ${tally.quiet} quiet windows`);
  console.log(`checked: ${sum(tally.calls)} calls, ${sum(tally.writes)} writes, ${tally.events} events in all`);
  for (const counts of [tally.calls, tally.writes]) console.log(`  ${listed(counts)}`);
  for (const kind of FAULT_KINDS) console.log(`  ${kind.padEnd(20)} ${tally.faults.get(kind) ?? 0}`);
  console.log(`${tally.stories.length} violations`);
  for (const { invariant, sentence } of tally.stories) console.log(`  ${invariant}: ${sentence}`);
  if (tally.stories.length > 0) console.log(`again: npm run torture -- --minutes 10 --seed ${seed}`);
}

async function play(stage: Stage, options: Options, signal: AbortSignal, tally: Tally): Promise<void> {
  const { seed, stormMs } = options;
  const run: RunOptions = { stage, signal, seed, windows: WINDOWS, storm: { ms: stormMs }, tell: console.log };
  for (let part = 1; !signal.aborted; part += 1) await runPart(part, run, tally);
}

async function main(options: Options): Promise<number> {
  const ended = new AbortController();
  const interrupted = new AbortController();
  process.on('SIGINT', () => interrupted.abort());
  process.on('SIGTERM', () => interrupted.abort());
  const startedMs = performance.now();
  const seconds = () => ((performance.now() - startedMs) / 1000).toFixed(0);
  console.log(`seed ${options.seed}, ${options.minutes} min, faults for ${options.stormMs / 1000} s at a time`);
  const log = (line: string) => options.isLogged && console.error(line);
  const stage = await openStage({ random: Math.random, log });
  const tally = emptyTally(stage.faults.counts);
  const progress = setInterval(() => {
    console.log(`${seconds()} s: ${tally.acts} acts, ${tally.stories.length} violations; ${describeFaults(tally)}`);
  }, PROGRESS_MS);
  const timer = setTimeout(() => ended.abort(), options.minutes * 60_000);
  try {
    await play(stage, options, AbortSignal.any([ended.signal, interrupted.signal]), tally);
  } finally {
    clearInterval(progress);
    clearTimeout(timer);
    await stage.close();
  }
  tellEnd(tally, seconds(), options);
  return tally.stories.length > 0 ? 1 : 0;
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') console.log(HELP);
  else process.exit(await main(options));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
