import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '../../lib/local/dynamodb/emulator.ts';
import { baselines } from './baselines.ts';
import { bundle } from './bundle.ts';
import type { Contender, RoomSize, Site } from './contender.ts';
import { type Machine, writeDocuments } from './documents.ts';
import { doorman, doormanWithoutOffline } from './doorman.ts';
import { type Case, measureRoom } from './measure.ts';
import { type BenchOptions, readOptions, usage } from './options.ts';
import { caseTable, summarize } from './report.ts';
import { type Sink, startSink } from './sink-handle.ts';
import { type MeasuredServer, measureSockets, socketsTable } from './sockets/measure-sockets.ts';

/** Ends a run that hangs, or a machine that is too busy to measure anything. */
const MOST_MS = 20 * 60_000;
const startedMs = performance.now();
const work = join(import.meta.dirname, '..', '..', '.doorman');
const closers: (() => Promise<unknown>)[] = [];

const progress = (line: string): void => {
  const seconds = (performance.now() - startedMs) / 1000;
  console.error(`${seconds.toFixed(0).padStart(4)} s  ${line}`);
};

async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).reverse()) await close();
}

async function startSite(latencyMs: number): Promise<Site> {
  await mkdir(work, { recursive: true });
  const folder = await mkdtemp(join(work, 'bench-'));
  closers.push(() => rm(folder, { recursive: true, force: true }));
  const emulator = await startEmulator({});
  closers.push(emulator.close);
  const sink: Sink = await startSink(await bundle(folder, 'compare/sink.ts'), latencyMs);
  closers.push(sink.close);
  const hostFile = await bundle(folder, 'compare/lambda-host.ts');
  return { sink, dynamodbEndpoint: emulator.endpoint, folder, hostFile };
}

function contendersFor({ only }: BenchOptions, { offline }: RoomSize): readonly Contender[] {
  const chosen = baselines.filter(({ key }) => only.includes(key));
  if (offline === 0) return [doorman, ...chosen];
  return [doorman, doormanWithoutOffline, ...chosen.filter(({ keepsOffline }) => keepsOffline)];
}

async function measureLambdas(options: BenchOptions): Promise<readonly Case[]> {
  const site = await startSite(options.latencyMs);
  const cases: Case[] = [];
  for (const size of options.sizes) {
    const measured = await measureRoom(site, size, contendersFor(options, size), { ...options, progress });
    for (const one of measured) console.log(`\n${caseTable(one)}\n`);
    cases.push(...measured);
  }
  return cases;
}

async function compareSockets({ rounds }: BenchOptions): Promise<readonly MeasuredServer[]> {
  const onStart = (close: () => Promise<void>) => void closers.push(close);
  const servers = await measureSockets({ rounds, progress, onStart });
  console.log(`\n${socketsTable(servers)}\n`);
  return servers;
}

async function main(options: BenchOptions): Promise<void> {
  const before = loadavg()[0] ?? 0;
  const cases = options.parts.includes('lambdas') ? await measureLambdas(options) : [];
  // What the first part has started would take its share of the machine from the second one.
  await closeAll();
  const servers = options.parts.includes('sockets') ? await compareSockets(options) : [];
  const { rounds, latencyMs } = options;
  const [processor] = cpus();
  const machine: Machine = {
    ...{ node: process.version, cpu: processor?.model ?? '', cores: cpus().length, rounds, latencyMs },
    load: [before, loadavg()[0] ?? 0],
  };
  const rooms = cases.map((one) => ({ ...one, summary: summarize(one) }));
  const file = join(work, 'bench.json');
  await mkdir(work, { recursive: true });
  await writeFile(file, `${JSON.stringify({ machine, rooms, servers }, undefined, 1)}\n`);
  progress(`all figures are in ${file}`);
  if (!options.isWhole) return;
  await writeDocuments(machine, cases, servers);
  progress('docs/bench.md has the new figures');
}

function endIn(ms: number, why: string): NodeJS.Timeout {
  return setTimeout(() => void end(1, why), ms);
}

async function end(code: number, why?: string): Promise<void> {
  if (why !== undefined) console.error(why);
  // What does not close must not keep the process.
  setTimeout(() => process.exit(code), 10_000).unref();
  await closeAll();
  process.exit(code);
}

let options: BenchOptions;
try {
  options = readOptions(
    process.argv.slice(2),
    baselines.map(({ key }) => key),
  );
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exit(2);
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end(1, `ended by ${signal}`));
const tooLate = endIn(MOST_MS, `unable to go on; the benchmark has run for ${MOST_MS / 60_000} minutes`);
try {
  await main(options);
  clearTimeout(tooLate);
  await end(0);
} catch (error) {
  await end(1, error instanceof Error ? (error.stack ?? error.message) : String(error));
}
