import { FactSocket } from './fact-socket.ts';
import { type Finding, type Measurement, type Site, verdict } from './site.ts';

interface Posted {
  readonly tookMs: readonly number[];
  /** How many posts failed, by status. */
  readonly failed: Readonly<Record<string, number | undefined>>;
}

async function postFromLambda(site: Site, count: number, everyMs: number): Promise<Posted> {
  const [asking, target] = [await FactSocket.open(site), await FactSocket.open(site)];
  const to = await target.connectionId();
  const { tookMs, failed } = (await asking.ask({ action: 'post', to, count, everyMs })) as unknown as Posted;
  asking.close();
  target.close();
  return { tookMs, failed };
}

/** The value that this share of the sorted values does not exceed (nearest rank). */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

const BURST = 200;

/** Whether the throttle of the stage (20 a second in this stack) also counts posts. */
export const stageThrottle: Measurement = {
  name: 'stage-throttle',
  assumption: 'the throttle of a stage does not count @connections calls, so fan-out has the quota of the account',
  expected: 'no 429 in 200 posts at once',
  source: 'lib/infra/socket-api.ts: 8,000 a second for the stage; a room of 1,000 members needs more posts than that',
  need: { messages: 210, connectionMinutes: 2, invocations: 8, invocationMs: 3_000, durationSec: 15 },
  run: async (site) => {
    const { tookMs, failed } = await postFromLambda(site, BURST, 0);
    const others = Object.entries(failed).map(([status, count]) => `${count} x ${status}`);
    const measured = [`${tookMs.length} of ${BURST} accepted`, ...others].join(', ');
    return { measured, verdict: verdict(failed['429'] === undefined && tookMs.length === BURST) };
  },
};

/** Posts one after another, with pauses that keep the rate below the throttle of the stage. */
export async function latencyOf(site: Site, count: number): Promise<Finding> {
  const { tookMs, failed } = await postFromLambda(site, count, 100);
  const [p50, p99] = [percentile(tookMs, 0.5), percentile(tookMs, 0.99)];
  const measured = `p50 ${p50} ms, p99 ${p99} ms of ${tookMs.length} posts, failed ${JSON.stringify(failed)}`;
  return { measured, verdict: verdict(p50 < 30) };
}

/** How long one post takes from within a Lambda of 512 MB. */
export const postLatency: Measurement = {
  name: 'post-latency',
  assumption: 'a post from a warm Lambda takes some ten milliseconds',
  expected: 'p50 below 30 ms',
  source: 'none: no document of AWS names a figure',
  need: { messages: 210, connectionMinutes: 2, invocations: 8, invocationMs: 26_000, durationSec: 35 },
  run: (site) => latencyOf(site, 180),
};

interface Billed {
  readonly billedMs?: readonly number[];
  readonly error?: string;
}

const BEATS = 50;
const LOG_DELAY_MS = 10_000;

/** What Lambda bills for a heartbeat, as the product's own Lambda serves it. */
export const heartbeatBilled: Measurement = {
  name: 'heartbeat-billed',
  assumption: 'a heartbeat is billed as a few milliseconds of a Lambda of 512 MB',
  expected: 'p50 of at most 15 ms',
  source: 'docs/data-model.md, what an idle user costs; bench/idle-cost.ts',
  need: { messages: 70, connectionMinutes: 3, invocations: 70, invocationMs: 20, durationSec: 120 },
  run: async (site) => {
    const socket = await FactSocket.open(site);
    for (let beats = 0; beats < BEATS; beats += 1) {
      socket.send({ action: 'beat' });
      await site.pause(200);
    }
    for (let reads = 0; reads < 8; reads += 1) {
      await site.pause(LOG_DELAY_MS);
      const { billedMs, error } = (await socket.ask({ action: 'billed' })) as Billed;
      if (error !== undefined) return { measured: `the log cannot be read; ${error}`, verdict: 'for information' };
      site.progress(`${billedMs?.length ?? 0} of ${BEATS} reports are in the log`);
      if (billedMs === undefined || billedMs.length < BEATS * 0.8) continue;
      socket.close();
      const p50 = percentile(billedMs, 0.5);
      const measured = `p50 ${p50} ms, p99 ${percentile(billedMs, 0.99)} ms of ${billedMs.length} warm heartbeats`;
      return { measured, verdict: verdict(p50 <= 15) };
    }
    return { measured: 'the log has no reports yet', verdict: 'for information' };
  },
};
