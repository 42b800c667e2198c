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

/** The deployment whose metrics they are: several can share an account and a Region. */
type Deployment = string;

/** What a run of the sweep did, as metrics. */
export function metricsTo(write: Write, now: Now, deployment: Deployment): (report: SweepReport) => void {
  return (report) =>
    write(metricsLine(now(), deployment, SWEEP_UNITS, { ...report, unfinished: Number(report.unfinished) }));
}

/**
 * What happens now and then: a secret that cannot be used, a frame that could not be posted though its connection may be
 * open, a connection that a post has found to be gone, and any fault that was logged.
 */
export type Incident = 'secretUnusable' | 'failedPosts' | 'goneConnections' | 'faults';

/** Writes counts in one line; nothing where there are none. */
export function countsTo<Name extends string>(
  write: Write,
  now: Now,
  deployment: Deployment,
): (counts: Readonly<Partial<Record<Name, number>>>) => void {
  return (counts) => {
    const names = Object.keys(counts);
    if (names.length === 0) return;
    const units = Object.fromEntries(names.map((name) => [name, 'Count' as const]));
    write(metricsLine(now(), deployment, units, counts as Readonly<Record<string, number>>));
  };
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
