import { inParallel } from '../lib/domain/in-parallel.ts';
import { LEASE_MS } from '../lib/domain/lease.ts';
import type { Connection, Timer } from '../lib/store/room-store.ts';
import { sweep } from '../lib/usecases/sweep/sweep.ts';
import { documentSection, toTable } from './document-section.ts';
import { connectionAt, userAt } from './filled-table.ts';
import { measuredDeps, withTable } from './measured-deps.ts';
import { simulateLag } from './sweep-lag.ts';

const CONNECTIONS = 20_000;
const ROUNDS = 5;
const NOW_MS = 1_800_000_000_000;
/** What a run of the sweep has, and how many of the default size are one CPU. */
const RUN_SEC = 45;
const CPU_OF_512_MB = 512 / 1769;
/** `npm run idle-cost` counts 26,666 checks an hour for 1,000 idle users. */
const CHECKS_PER_USER_AND_MIN = 26_666 / 1000 / 60;
const SHARDS_IN_PART = 2;
const GOAL_USERS = 1_000_000;

const connection = (index: number): Connection => ({
  ...{ userId: userAt(index), connectionId: connectionAt(index), device: 'mobile', loginId: `run_${index}` },
  ...{ openedAtMs: NOW_MS - LEASE_MS, leaseUntilMs: NOW_MS + LEASE_MS, rooms: [] },
  tokenIssuedAtMs: NOW_MS - LEASE_MS,
});

/** CPU seconds of this process, that of the emulator not included. */
function cpuSec(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}

/** Checks per second of CPU, in each round of as many connections, all of them alive. */
const measure = (): Promise<readonly number[]> =>
  withTable(async (endpoint) => {
    const { deps } = measuredDeps({ endpoint, now: () => NOW_MS, randomId: () => '', settings: {}, push: {} });
    const all = Array.from({ length: CONNECTIONS }, (_, index) => connection(index));
    await inParallel(all, 32, (one) => deps.store.openConnection(one));
    const timers = all.map(({ userId, connectionId }): Timer => ({ kind: 'connection', userId, connectionId }));
    const rates: number[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      await deps.store.arm(NOW_MS - 1000, timers);
      const before = cpuSec();
      const { alive } = await sweep(deps, Number.POSITIVE_INFINITY);
      if (alive !== CONNECTIONS) throw new Error(`unable to accept the figures; ${alive} of ${CONNECTIONS} were alive`);
      // The first round warms up.
      if (round > 0) rates.push(CONNECTIONS / (cpuSec() - before));
      console.log(`round ${round}: ${Math.round(CONNECTIONS / (cpuSec() - before))} checks per CPU second`);
    }
    return rates.toSorted((one, other) => one - other);
  });

const whole = (count: number): string => Math.floor(count).toLocaleString('en');
const usersOf = (perSec: number, parts: number): number => (perSec * RUN_SEC * parts) / CHECKS_PER_USER_AND_MIN;

async function main(): Promise<void> {
  const rates = await measure();
  const [least, median, most] = [rates[0] ?? 0, rates[ROUNDS >> 1] ?? 0, rates.at(-1) ?? 0];
  const small = median * CPU_OF_512_MB;
  const rows = [2, 4, 8, 16, 32].map((shards) => {
    const parts = shards / SHARDS_IN_PART;
    return [`${shards}`, `${parts}`, whole(usersOf(small, parts)), whole(usersOf(median, parts))];
  });
  const columns = ['`sweepShards`', 'runs side by side', 'users at 512 MB', 'users at 1,769 MB'];
  const lagRows: string[][] = [];
  for (const load of [0.9, 2]) {
    const { firstLagMs, lastLagMs, alarmAfterMin, unfinished } = await simulateLag(load);
    const alarm = alarmAfterMin === 0 ? 'none' : `after ${alarmAfterMin} min`;
    lagRows.push([load, Math.round(firstLagMs / 1000), Math.round(lastLagMs / 1000), alarm, unfinished].map(String));
  }
  const needed = Math.ceil(GOAL_USERS / usersOf(median, 1)) * SHARDS_IN_PART;
  const text = `${whole(median)} checks of live connections per second of CPU (${whole(least)} to ${whole(most)} in ${ROUNDS} rounds of
${whole(CONNECTIONS)}), on this machine. A run begins checks for ${RUN_SEC} s; the other schedule's run is not counted, because both
may start at once. An idle user is checked ${CHECKS_PER_USER_AND_MIN.toFixed(2)} times a minute. So these are the users that two runs a minute carry:

${toTable(columns, rows)}

1,000,000 users need \`sweepShards\` = ${needed} at 1,769 MB.

With more users than that the sweep is late, the same for all, and not more and more: who is checked late is checked
more rarely. Simulated over two hours, by the load in parts of what the runs carry:

${toTable(['load', 'lag after 10 min, s', 'lag after 2 h, s', 'alarm', 'unfinished runs of 120'], lagRows)}`;
  console.log(text);
  await documentSection('data-model.md', 'sweep-rate', text);
}

await main();
