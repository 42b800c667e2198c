import { counterTo, type Incident } from './metrics.ts';

/**
 * Writes a line of metrics to the log as it is. Lambda would wrap what `console.log` writes into JSON of its own, in which
 * CloudWatch finds no metrics.
 */
export function writeLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Counts incidents as metrics of the deployment; a Lambda that belongs to none counts nothing. */
export function wireIncidents(): (name: Incident) => void {
  const { DEPLOYMENT: deployment } = process.env;
  return deployment === undefined ? () => undefined : counterTo(writeLine, Date.now, deployment);
}
