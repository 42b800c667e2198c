import type { SweepReport } from '../usecases/sweep/sweep.ts';

type Unit = 'Count' | 'Milliseconds';

/** Where a line of the log goes, and the clock: ms since 1970. */
type Write = (line: string) => void;
type Now = () => number;

const SWEEP_UNITS: Readonly<Record<keyof SweepReport, Unit>> = {
  due: 'Count',
  alive: 'Count',
  closed: 'Count',
  evicted: 'Count',
  destroyed: 'Count',
  failed: 'Count',
  unreadable: 'Count',
  lagMs: 'Milliseconds',
  unfinished: 'Count',
};

/** The stack in whose name the metrics are: several can share an account and a Region. */
type Deployment = string;

/** What a run of the sweep did, as metrics. */
export function metricsTo(write: Write, now: Now, deployment: Deployment): (report: SweepReport) => void {
  return (report) =>
    write(metricsLine(now(), deployment, SWEEP_UNITS, { ...report, unfinished: Number(report.unfinished) }));
}

/** Counts what must not happen, each time as 1. */
export function counterTo(write: Write, now: Now, deployment: Deployment): (name: 'secretUnusable') => void {
  return (name) => write(metricsLine(now(), deployment, { [name]: 'Count' }, { [name]: 1 }));
}

/**
 * CloudWatch takes metrics from a line of the log that is written in its embedded metric format, so they need no call and
 * no grant.
 */
function metricsLine(
  atMs: number,
  deployment: Deployment,
  units: Readonly<Record<string, Unit>>,
  values: Readonly<Record<string, number>>,
): string {
  const Metrics = Object.entries(units).map(([Name, Unit]) => ({ Name, Unit }));
  const CloudWatchMetrics = [{ Namespace: 'Doorman', Dimensions: [['deployment']], Metrics }];
  return JSON.stringify({ _aws: { Timestamp: atMs, CloudWatchMetrics }, deployment, ...values });
}
