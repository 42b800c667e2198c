import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BUCKET_MS, endOfBucket, LEASE_MS } from '../lib/domain/lease.ts';
import { startEmulator } from '../lib/local/dynamodb/emulator.ts';
import type { Timer } from '../lib/store/room-store.ts';
import type { Deps } from '../lib/usecases/deps.ts';
import { type SweepReport, sweep } from '../lib/usecases/sweep/sweep.ts';
import { combine, type Units } from '../test/support/units-meter.ts';
import { documentSection, toTable } from './document-section.ts';
import { connectionAt, fillTable, roomAt, userAt } from './filled-table.ts';
import { measuredDeps } from './measured-deps.ts';
import { readsUsd, writesUsd } from './prices.ts';

const ROOM_MEMBERS = 1000;
const NOW_MS = endOfBucket(1_800_000_000_000);
const JOINED_AT_MS = NOW_MS - 1_800_000;
const ROOMS_DUE_AT_MS = NOW_MS + 1_800_000;
const RUNS_IN_MONTH = 2 * 60 * 24 * 30;
const TOLERANCE = 0.05;
const SIZES = [1_000, 100_000, 1_000_000];
const FEW = 100;
const MANY = 1000;
/** How many are due, one bucket after another. Those of a number are the same members in every table. */
const DUES = [0, FEW, MANY];

interface Run {
  readonly members: number;
  readonly due: number;
  readonly units: Units;
  readonly closes: number;
}

/** Many are due together, a few before them, and all others after them; the smallest table has no more than the many. */
function leaseBucket(index: number): number {
  if (index < MANY) return DUES.indexOf(MANY);
  if (index < MANY + FEW) return DUES.indexOf(FEW);
  return DUES.length + (index % Math.floor(LEASE_MS / BUCKET_MS - DUES.length + 1));
}

const leaseUntilMs = (index: number) => NOW_MS + leaseBucket(index) * BUCKET_MS;

/** The due list of a system that has run for a while: timers that one sweep checked are armed again together. */
async function armAll(deps: Deps, members: number, rooms: number): Promise<void> {
  const buckets = new Map<number, Timer[]>();
  for (let index = 0; index < members; index += 1) {
    const atMs = leaseUntilMs(index);
    const entries = buckets.get(atMs) ?? [];
    entries.push({ kind: 'connection', userId: userAt(index), connectionId: connectionAt(index) });
    buckets.set(atMs, entries);
  }
  for (const [atMs, entries] of buckets) await deps.store.arm(atMs, entries);
  const ofRooms = Array.from({ length: rooms }, (_, index) => ({ kind: 'room' as const, room: roomAt(index) }));
  await deps.store.arm(ROOMS_DUE_AT_MS, ofRooms);
}

/** Sweeps of one table: one for each of `DUES` that it has members for. */
async function measure(folder: string, members: number): Promise<readonly Run[]> {
  const rooms = Math.ceil(members / ROOM_MEMBERS);
  const startedMs = performance.now();
  const isDueHere = (index: number) => (leaseBucket(index) < DUES.length ? leaseUntilMs(index) : undefined);
  await fillTable(folder, { rooms, members, leaseUntilMs: isDueHere, joinedAtMs: JOINED_AT_MS });
  const emulator = await startEmulator({ engine: 'dynoxide', dataDir: folder });
  try {
    const clock = { nowMs: NOW_MS };
    let closes = 0;
    const push = {
      close: async () => {
        closes += 1;
      },
    };
    const { deps, meter } = measuredDeps({
      endpoint: emulator.endpoint,
      now: () => clock.nowMs,
      randomId: () => '',
      settings: { realTimeKickOut: true },
      push,
    });
    // The service has been on for a while: the walk that follows its being switched on is over.
    await sweep(deps, Number.POSITIVE_INFINITY);
    await armAll(deps, members, rooms);
    const filledS = ((performance.now() - startedMs) / 1000).toFixed(0);
    console.log(`${members} members: filled in ${filledS} s`);
    const runs: Run[] = [];
    for (const [bucket, due] of DUES.entries()) {
      if (due === FEW && members < MANY + FEW) continue;
      clock.nowMs = NOW_MS + bucket * BUCKET_MS;
      closes = 0;
      meter.take();
      checkReport(await sweep(deps, Number.POSITIVE_INFINITY), due);
      runs.push({ members, due, units: meter.take(), closes });
    }
    return runs;
  } finally {
    await emulator.close();
  }
}

function checkReport(report: SweepReport, due: number): void {
  if (report.due === due && report.closed === due && report.evicted === due && report.failed === 0) return;
  throw new Error(`unable to accept the figures; of ${due} due the sweep says ${JSON.stringify(report)}`);
}

/** A due timer costs the same in every table; the others cost nothing. */
function check(runs: readonly Run[]): void {
  for (const due of DUES) {
    const costs = new Set(runs.filter((run) => run.due === due).map(({ units }) => JSON.stringify(units)));
    if (costs.size !== 1) throw new Error(`unable to accept the figures; ${due} due cost ${[...costs].join(' or ')}`);
  }
  const ofEach = (due: number) => {
    const [none, some] = [0, due].map((count) => runs.find((run) => run.due === count)?.units);
    if (none === undefined || some === undefined) throw new Error(`unable to compare; nothing was measured of ${due}`);
    return combine(some, none, (one, other) => (one - other) / due);
  };
  const [few, many] = [ofEach(FEW), ofEach(MANY)];
  for (const name of ['writeUnits', 'readUnits'] as const) {
    const ratio = many[name] / few[name];
    console.log(`${name} of each due: ${few[name]} with ${FEW}, ${many[name]} with ${MANY}`);
    if (Math.abs(ratio - 1) > TOLERANCE) throw new Error(`unable to accept the figures; ${name} are not linear`);
  }
}

function describe(runs: readonly Run[]): string {
  const columns = ['members', 'due', 'queries', 'other reads', 'read units', 'writes', 'write units', 'sockets closed'];
  const rows = runs.map(({ members, due, units, closes }) => {
    const { queries, reads, readUnits, writes, writeUnits } = units;
    const cells = [due, queries, reads - queries, readUnits, writes, writeUnits, closes];
    return [members.toLocaleString('en'), ...cells.map((cell) => cell.toLocaleString('en'))];
  });
  const idle = runs.find((run) => run.due === 0)?.units;
  if (idle === undefined) throw new Error('unable to describe the figures; there are none with nothing due');
  const monthUsd = (RUNS_IN_MONTH * (readsUsd(idle.readUnits) + writesUsd(idle.writeUnits))).toFixed(3);
  return `${toTable(columns, rows)}\n\nTwo runs a minute with nothing due: $${monthUsd} a month in the table, at any size.`;
}

async function main(args: readonly string[]): Promise<void> {
  const { positionals } = parseArgs({ args: [...args], allowPositionals: true });
  const sizes = positionals.length === 0 ? SIZES : positionals.map(Number);
  const work = join(import.meta.dirname, '..', '.doorman');
  const runs: Run[] = [];
  for (const members of sizes) {
    await mkdir(work, { recursive: true });
    const folder = await mkdtemp(join(work, 'sweep-'));
    try {
      runs.push(...(await measure(folder, members)));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  const text = describe(runs);
  console.log(text);
  check(runs);
  if (sizes === SIZES) await documentSection('data-model.md', 'sweep', text);
}

await main(process.argv.slice(2));
