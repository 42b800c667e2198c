/*
 * `npm run fuzz -- --parser 10000000 --forms 1000000 --frames 100000 --sockets 100000 [--seed S] [--from I]`: so many
 * inputs of each kind, with progress and what became of them. An input is named by the seed and its index; one that breaks
 * a property is made smaller and printed with the command that replays it, and the exit code is 1 then.
 */

import { parseArgs } from 'node:util';
import { type Kind, kinds } from './kinds.ts';
import { shrinkText } from './shrink-text.ts';

interface Run {
  readonly seed: number;
  readonly from: number;
  readonly count: number;
}

const REPORT_EVERY_MS = 10_000;

function readOptions(args: readonly string[]) {
  const names = [...Object.keys(kinds), 'seed', 'from'];
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string', default: '0' } as const]));
  const { values } = parseArgs({ args: [...args], options });
  const wholeOf = (name: string): number => {
    const text = String(values[name]);
    if (!/^\d{1,9}$/.test(text)) throw new Error(`unable to use --${name} ${text}; it must be a whole number`);
    return Number(text);
  };
  return { wholeOf };
}

/** Whether all inputs of the kind hold. */
async function play(name: string, kind: Kind, { seed, from, count }: Run): Promise<boolean> {
  const totals = new Map<string, number>();
  const startedAtMs = performance.now();
  let reportedAtMs = startedAtMs;
  const report = (done: number) => {
    const seconds = (performance.now() - startedAtMs) / 1000;
    const sorted = [...totals].sort(([, one], [, other]) => other - one).map(([what, times]) => `${what} ${times}`);
    console.log(`${name}: ${done} of ${count} in ${seconds.toFixed(0)} s; ${sorted.join(', ')}`);
  };
  const { check, inputAt, close } = await kind(seed);
  try {
    for (let index = from; index < from + count; index += 1) {
      const input = inputAt(index);
      try {
        const verdict = check(input);
        const known = typeof verdict === 'string' ? verdict : await verdict;
        totals.set(known, (totals.get(known) ?? 0) + 1);
      } catch (fault) {
        const small = await shrinkText(input, check);
        console.error(`${name}: input ${index} of the seed ${seed}: ${fault instanceof Error ? fault.stack : fault}`);
        console.error(`${name}: made smaller: ${JSON.stringify(small)}`);
        console.error(`replay: npm run fuzz -- --${name} 1 --seed ${seed} --from ${index}`);
        return false;
      }
      if (performance.now() - reportedAtMs > REPORT_EVERY_MS) {
        reportedAtMs = performance.now();
        report(index - from + 1);
      }
    }
    report(count);
    return true;
  } finally {
    await close?.();
  }
}

const { wholeOf } = readOptions(process.argv.slice(2));
for (const [name, kind] of Object.entries(kinds)) {
  const run = { seed: wholeOf('seed'), from: wholeOf('from'), count: wholeOf(name) };
  if (run.count > 0 && !(await play(name, kind, run))) process.exitCode = 1;
}
