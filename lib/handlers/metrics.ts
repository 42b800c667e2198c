import type { SweepReport } from '../usecases/sweep.ts';

const UNITS: Readonly<Record<keyof SweepReport, 'Count' | 'Milliseconds'>> = {
  due: 'Count',
  revived: 'Count',
  closed: 'Count',
  kicked: 'Count',
  destroyed: 'Count',
  failed: 'Count',
  poisoned: 'Count',
  lagMs: 'Milliseconds',
  unfinished: 'Count',
};

const METRICS = Object.entries(UNITS).map(([Name, Unit]) => ({ Name, Unit }));

/**
 * What a run of the sweep did, as metrics: CloudWatch takes them from a line of the log that is written in its embedded
 * metric format, so they need no call and no grant.
 */
export function metricsTo(write: (line: string) => void, now: () => number): (report: SweepReport) => void {
  return (report) => {
    const CloudWatchMetrics = [{ Namespace: 'Doorman', Dimensions: [['service']], Metrics: METRICS }];
    const values = { ...report, unfinished: Number(report.unfinished) };
    write(JSON.stringify({ _aws: { Timestamp: now(), CloudWatchMetrics }, service: 'doorman', ...values }));
  };
}
