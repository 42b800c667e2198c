import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureAck } from './ack.ts';
import { measureBusy } from './busy.ts';
import { measureDue } from './due.ts';
import { measureFrames } from './frames.ts';
import type { Part, Progress } from './report.ts';
import { textOf } from './report.ts';
import { measureSenders } from './senders.ts';
import { measureUnits } from './units-by-size.ts';

const startedMs = performance.now();
const work = join(import.meta.dirname, '..', '..', '.doorman');

const progress: Progress = (line) => {
  const seconds = (performance.now() - startedMs) / 1000;
  console.error(`${seconds.toFixed(0).padStart(4)} s  ${line}`);
};

/** By their names on the command line. `sizeMax`: rooms with more connections are left out. */
const parts: Readonly<Record<string, (progress: Progress, sizeMax: number) => Promise<Part>>> = {
  ack: measureAck,
  busy: measureBusy,
  frames: measureFrames,
  units: measureUnits,
  senders: measureSenders,
  due: measureDue,
};

const usage = `npm run rooms -- [--only ${Object.keys(parts).join(',')}] [--size-max 100000]`;

function readOptions(args: readonly string[]): { readonly only: readonly string[]; readonly sizeMax: number } {
  const text = (value: string) => ({ type: 'string', default: value }) as const;
  const options = { only: text(Object.keys(parts).join(',')), 'size-max': text('100000') };
  const { values } = parseArgs({ args: [...args], options });
  const only = values.only.split(',');
  const wrong = only.find((name) => !Object.hasOwn(parts, name));
  if (wrong !== undefined) throw new Error(`unable to run ${wrong}; there is no such part`);
  const sizeMax = Number(values['size-max']);
  if (!Number.isInteger(sizeMax) || sizeMax < 10) throw new Error('unable to use --size-max; it must be 10 or more');
  return { only, sizeMax };
}

/** A part that fails does not end the others. */
async function partOf(name: string, sizeMax: number): Promise<Part | undefined> {
  try {
    return await parts[name]?.(progress, sizeMax);
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
    return undefined;
  }
}

async function main({ only, sizeMax }: ReturnType<typeof readOptions>): Promise<void> {
  const [loadBefore = 0] = loadavg();
  const found: Record<string, Part> = {};
  for (const name of only) {
    const part = await partOf(name, sizeMax);
    if (part === undefined) continue;
    found[name] = part;
    console.log(`\n${textOf(part)}\n`);
  }
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    load: [loadBefore, loadavg()[0]],
  };
  const file = join(work, 'rooms.json');
  await mkdir(work, { recursive: true });
  await writeFile(file, `${JSON.stringify({ machine, parts: found }, undefined, 1)}\n`);
  progress(`all figures are in ${file}`);
}

let options: ReturnType<typeof readOptions>;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exit(2);
}
await main(options);
