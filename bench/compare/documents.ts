import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { documentSection, toTable } from '../document-section.ts';
import { cpuChart } from './chart.ts';
import type { Case } from './measure.ts';
import { caseTable } from './report.ts';
import { type MeasuredServer, socketsTable } from './sockets/measure-sockets.ts';

/** On what the figures were taken. */
export interface Machine {
  readonly node: string;
  readonly cpu: string;
  readonly cores: number;
  /** Processes that wanted to run in the last minute, before and after. */
  readonly load: readonly [before: number, after: number];
  readonly rounds: number;
  readonly latencyMs: number;
}

const docs = join(import.meta.dirname, '..', '..', 'docs');

/** Writes the tables and the chart of docs/bench.md. */
export async function writeDocuments(
  machine: Machine,
  cases: readonly Case[],
  servers: readonly MeasuredServer[],
): Promise<void> {
  await writeFile(join(docs, 'bench.svg'), cpuChart(cases));
  const { node, cpu, cores, load, rounds, latencyMs } = machine;
  const [before, after] = load.map((value) => value.toFixed(1));
  const facts = toTable(
    ['rounds', 'post, ms', 'Node', 'processor', 'cores', 'load before, after'],
    [[rounds, latencyMs, node, cpu, cores, `${before}, ${after}`]],
  );
  await documentSection('bench.md', 'rooms', [facts, ...cases.map(caseTable)].join('\n\n'));
  await documentSection('bench.md', 'sockets', socketsTable(servers));
}
