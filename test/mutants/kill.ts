/* Lets tests, random schedules and crashes loose on one mutant, the quickest first. */

import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Kill, Killer } from './killers.ts';
import { type Mutant, ROOT } from './mutant.ts';

/** Returns what has found the mutant; undefined = nothing has. */
type Stage = () => Promise<Kill | undefined>;

export interface KillOptions {
  /** Takes files of this mutant alone. */
  readonly folder: string;
  readonly seeds: number;
  /** What found it last time: it is tried first. */
  readonly known: Killer | undefined;
}

/** @throws Error where the product no longer has what the mutant takes out. */
export async function kill(mutant: Mutant, { folder, seeds, known }: KillOptions): Promise<Kill | undefined> {
  const text = mutant.text();
  const textFile = join(folder, 'mutant.ts.txt');
  writeFileSync(textFile, text);
  const hunter = join(folder, 'hunt.mjs');
  const tests = (paths: readonly string[]) => runTests(mutant, textFile, paths);
  const hunted = async (...args: readonly string[]) => {
    if (!existsSync(hunter)) await bundle(mutant, text, hunter);
    return hunt(hunter, args);
  };
  const again: Stage = async () => {
    if (known === undefined) return undefined;
    if ('test' in known) return tests([known.test]);
    return 'seed' in known ? hunted('seed', `${known.seed}`) : hunted('scenario', known.scenario);
  };
  const stages: readonly Stage[] = [
    again,
    () => tests(quickTestsOf(mutant)),
    () => hunted('seeds', `${seeds}`),
    () => hunted('crashes'),
    () => tests(['test/usecases']),
  ];
  for (const stage of stages) {
    const found = await stage();
    if (found !== undefined) return found;
  }
  return undefined;
}

/** @throws Error where the tests fail without any mutant: then they would kill each one. */
export async function checkHealthy(folder: string): Promise<void> {
  const textFile = join(folder, 'healthy.ts.txt');
  for (const [, paths, path] of OWN_TESTS) {
    const text = readFileSync(join(ROOT, path), 'utf8');
    writeFileSync(textFile, text);
    const found = await runTests({ path, what: 'none', text: () => text }, textFile, paths);
    if (found !== undefined) throw new Error(`unable to judge mutants; without any, this fails: ${found.found}`);
  }
}

/** Those of the delivery take long, and find only what is wrong there. */
function quickTestsOf({ path, what }: Mutant): readonly string[] {
  const tests = OWN_TESTS.find(([start]) => path.startsWith(start))?.[1] ?? [];
  return path.startsWith('lib/usecases/') && !what.startsWith('delivery') ? [] : tests;
}

/** Quick tests of a folder, and a file in it. */
const OWN_TESTS = [
  ['lib/domain/', ['test/domain'], 'lib/domain/member.ts'],
  ['lib/store/', ['test/store/memory.test.ts'], 'lib/store/dynamodb/members.ts'],
  ['lib/usecases/', ['test/usecases/delivery'], 'lib/usecases/deliver-messages.ts'],
] as const;

/** Bundles the simulation with the mutant in the place of the product's own text. */
async function bundle({ path }: Mutant, text: string, outfile: string): Promise<void> {
  const file = join(ROOT, path);
  await build({
    entryPoints: [join(import.meta.dirname, 'hunt.ts')],
    ...({ bundle: true, platform: 'node', format: 'esm', packages: 'external', logLevel: 'error' } as const),
    outfile,
    plugins: [
      {
        name: 'mutant',
        setup: ({ onLoad }) => {
          onLoad({ filter: /\.ts$/ }, ({ path: loaded }) =>
            loaded === file ? { contents: text, loader: 'ts' } : undefined,
          );
        },
      },
    ],
  });
}

/**
 * A mutant that makes the product go on for ever is found too. Without one, tests and hunts need a fraction of this. It is
 * time of the processor, so that a busy machine, where everything takes longer, finds no mutant.
 */
const TESTS_MOST_CPU_SEC = 300;
const HUNT_MOST_CPU_SEC = 1200;

/** Runs Node. The limit holds for each process that this leads to. */
function runNode(args: readonly string[], mostCpuSec: number, stdio: StdioOptions, env = process.env): ChildProcess {
  const limited = ['-c', `ulimit -t ${mostCpuSec} && exec "$0" "$@"`, process.execPath, ...args];
  return spawn('sh', limited, { cwd: ROOT, env, stdio });
}

const endOf = (code: number | null, signal: string | null): string =>
  signal === null ? `ends with ${code}` : `is ended by ${signal}`;

function hunt(hunter: string, args: readonly string[]): Promise<Kill | undefined> {
  return new Promise((resolve) => {
    let found: Kill | undefined;
    const child = runNode([hunter, ...args], HUNT_MOST_CPU_SEC, ['ignore', 'inherit', 'inherit', 'ipc']);
    child.on('message', (message) => {
      found = message as Kill;
    });
    // A process that fails has found something too: with the product as it is none does.
    child.on('exit', (code, signal) => {
      const failed = { killer: undefined, found: `the simulation ${endOf(code, signal)}` };
      resolve(found ?? (code === 0 ? undefined : failed));
    });
  });
}

async function runTests({ path }: Mutant, textFile: string, paths: readonly string[]): Promise<Kill | undefined> {
  if (paths.length === 0) return undefined;
  const config = join(import.meta.dirname, 'vitest.config.ts');
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  return new Promise((resolve) => {
    const env = { ...process.env, MUTANT_PATH: join(ROOT, path), MUTANT_TEXT: textFile, NO_COLOR: '1' };
    const args = [vitest, 'run', '--config', config, '--root', ROOT, ...paths];
    const child = runNode(args, TESTS_MOST_CPU_SEC, ['ignore', 'pipe', 'pipe'], env);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    child.on('exit', (code, signal) => {
      const failed = /FAIL {2}(.*)/.exec(output)?.[1];
      const [test] = failed?.split(' > ') ?? [];
      const found = `the test ${failed ?? `run ${endOf(code, signal)}`}`;
      resolve(code === 0 ? undefined : { killer: test === undefined ? undefined : { test }, found });
    });
  });
}
