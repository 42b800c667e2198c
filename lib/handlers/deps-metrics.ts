import { countsTo, type Incident } from './metrics.ts';

/**
 * Writes a line of metrics to the log as it is. Lambda would wrap what `console.log` writes into JSON of its own, in which
 * CloudWatch finds no metrics.
 */
export function writeLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Writes counts as metrics of the deployment; a Lambda that belongs to none writes nothing. */
export function wireCounts<Name extends string>(): (counts: Readonly<Partial<Record<Name, number>>>) => void {
  const { DEPLOYMENT: deployment } = process.env;
  return deployment === undefined ? () => undefined : countsTo<Name>(writeLine, Date.now, deployment);
}

/** Counts incidents, each as 1. */
export function wireIncidents(): (name: Incident) => void {
  const put = wireCounts<Incident>();
  return (name) => put({ [name]: 1 });
}
