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

const chartOf = 'CPU of the Lambdas for one message';

/** Writes the chart and the tables of docs/bench.md; a part that did not run keeps its figures. */
export async function writeDocuments(
  machine: Machine,
  cases: readonly Case[],
  servers: readonly MeasuredServer[],
): Promise<void> {
  if (cases.length > 0) {
    await writeFile(join(docs, 'bench.svg'), cpuChart(cases));
    const sections = [`![${chartOf}](bench.svg)`, machineTable(machine), ...cases.map(caseTable)];
    await documentSection('bench.md', 'rooms', sections.join('\n\n'));
  }
  if (servers.length > 0) {
    await documentSection('bench.md', 'sockets', `${machineTable(machine)}\n\n${socketsTable(servers)}`);
  }
}

function machineTable({ node, cpu, cores, load, rounds, latencyMs }: Machine): string {
  const [before, after] = load.map((value) => value.toFixed(1));
  return toTable(
    ['processor', 'cores', 'Node', 'load before, after', 'rounds', 'post, ms'],
    [[cpu, cores, node, `${before}, ${after}`, rounds, latencyMs]],
  );
}
