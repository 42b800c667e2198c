/* Lets tests, random schedules and crashes loose on one mutant, the quickest first. */

import { type ChildProcess, fork, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { type Mutant, ROOT } from './mutant.ts';

/** Returns what has found the mutant; undefined = nothing has. */
type Stage = () => Promise<string | undefined>;

export interface KillOptions {
  /** Takes files of this mutant alone. */
  readonly folder: string;
  readonly seeds: number;
}

/** @throws Error where the product no longer has what the mutant takes out. */
export async function kill(mutant: Mutant, { folder, seeds }: KillOptions): Promise<string | undefined> {
  const text = mutant.text();
  const textFile = join(folder, 'mutant.ts.txt');
  writeFileSync(textFile, text);
  const hunter = join(folder, 'hunt.mjs');
  const tests = (paths: readonly string[]) => runTests(mutant, textFile, paths);
  const stages: readonly Stage[] = [
    () => tests(quickTestsOf(mutant)),
    async () => {
      await bundle(mutant, text, hunter);
      return hunt(hunter, ['seeds', `${seeds}`]);
    },
    () => hunt(hunter, ['crashes']),
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
    if (found !== undefined) throw new Error(`unable to judge mutants; without any, this fails: ${found}`);
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

/** A mutant that makes the product go on for ever is found too; without one, tests end in a fraction of this. */
const TESTS_END_AFTER_MS = 5 * 60_000;
const HUNT_ENDS_AFTER_MS = 20 * 60_000;

function endInTime(child: ChildProcess, endAfterMs: number): void {
  const timer = setTimeout(() => child.kill('SIGKILL'), endAfterMs);
  child.once('exit', () => clearTimeout(timer));
}

function hunt(hunter: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    let found: string | undefined;
    // A bundle needs no loader of this process.
    const child = fork(hunter, args, { execArgv: [] });
    endInTime(child, HUNT_ENDS_AFTER_MS);
    child.on('message', (message) => {
      found = String(message);
    });
    // A process that fails has found something too: with the product as it is none does.
    child.on('exit', (code) => resolve(found ?? (code === 0 ? undefined : `the simulation ends with ${code}`)));
  });
}

async function runTests({ path }: Mutant, textFile: string, paths: readonly string[]): Promise<string | undefined> {
  if (paths.length === 0) return undefined;
  const config = join(import.meta.dirname, 'vitest.config.ts');
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [vitest, 'run', '--config', config, '--root', ROOT, ...paths], {
      cwd: ROOT,
      env: { ...process.env, MUTANT_PATH: join(ROOT, path), MUTANT_TEXT: textFile, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    endInTime(child, TESTS_END_AFTER_MS);
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString();
      });
    }
    child.on('exit', (code) => {
      const failed = /FAIL {2}(.*)/.exec(output)?.[1];
      resolve(code === 0 ? undefined : `the test ${failed ?? `run ends with ${code}`}`);
    });
  });
}
