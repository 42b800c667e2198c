import { inParallel } from '../../domain/in-parallel.ts';
import { endOfBucket } from '../../domain/lease.ts';
import {
  type ConnectionKey,
  type ConnectionTimer,
  DUE_SHARDS,
  type Timer,
  type TimerRow,
} from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { eraseFromRoom } from '../steps/erase-from-room.ts';
import { sweepConnection } from './sweep-connection.ts';
import { sweepMember } from './sweep-member.ts';
import { sweepRoom } from './sweep-room.ts';
import { watchOffline } from './watch-offline.ts';

const ROWS_IN_PAGE = 25;
const CHECKS_IN_FLIGHT = 32;
/** What was checked is written this often at least, so a run that dies leaves no more than this to be done again. */
const SLICE_MS = 5_000;
/** What could not be checked is tried again, and holds up nothing else. */
const TRY_AGAIN_MS = 300_000;

/** What a run did. All but `lagMs` are counts. */
export interface SweepReport {
  readonly due: number;
  readonly alive: number;
  readonly closed: number;
  readonly evicted: number;
  readonly destroyed: number;
  readonly failed: number;
  /** Timers that cannot be read. */
  readonly unreadable: number;
  /** How late the oldest timer was checked. */
  readonly lagMs: number;
  /** The time was up; the next run goes on with what is due. */
  readonly unfinished: boolean;
}

type Counts = { -readonly [K in keyof SweepReport]: SweepReport[K] };

/**
 * Checks what is due, page by page, until there is no more or the time is up: the list itself is the checkpoint that the
 * next run goes on from. A timer decides nothing, so two runs at once, a lost or a doubled one do no harm.
 */
export async function sweep(deps: Deps, untilMs: number): Promise<SweepReport> {
  const counts: Counts = {
    ...{ due: 0, alive: 0, closed: 0, evicted: 0, destroyed: 0, failed: 0, unreadable: 0, lagMs: 0 },
    unfinished: false,
  };
  const shards = Array.from({ length: DUE_SHARDS }, (_, shard) => sweepShard(deps, shard, untilMs, counts));
  // A shard that cannot be read must not stop the others.
  for (const done of await Promise.allSettled([walk(deps, untilMs, counts), ...shards])) {
    if (done.status === 'rejected') throw done.reason;
  }
  return counts;
}

/**
 * It may take several runs, and fail in each, or be killed with them: what is due does not wait for it. With a third of
 * the time the runs of the two schedules seldom walk at once.
 */
async function walk(deps: Deps, untilMs: number, counts: Counts): Promise<void> {
  try {
    await watchOffline(deps, deps.now() + (untilMs - deps.now()) / 3);
  } catch (fault) {
    counts.failed += 1;
    deps.onFault('find members who are offline for long', fault);
  }
}

async function sweepShard(deps: Deps, shard: number, untilMs: number, counts: Counts): Promise<void> {
  for (;;) {
    const rows = await deps.store.dueRows(shard, deps.now(), ROWS_IN_PAGE);
    if (rows.length === 0) return;
    if (deps.now() >= untilMs) {
      counts.unfinished = true;
      return;
    }
    const stopMs = Math.min(untilMs, deps.now() + SLICE_MS);
    const isAll = await sweepRows(deps, rows, stopMs, counts);
    if (isAll && rows.length < ROWS_IN_PAGE) return;
  }
}

/**
 * Begins no check after `stopMs`. What must be checked again is armed before the rows are deleted, so a run that dies loses
 * nothing. false = some timers were not checked; they are still in the list.
 */
async function sweepRows(deps: Deps, rows: readonly TimerRow[], stopMs: number, counts: Counts): Promise<boolean> {
  const left = new Map(rows.flatMap((row) => row.timers).map((entry) => [nameOf(entry), entry]));
  const later = nextChecksOf(deps);
  counts.lagMs = Math.max(counts.lagMs, ...rows.map((row) => deps.now() - row.dueAtMs));
  await inParallel([...left], CHECKS_IN_FLIGHT, async ([name, entry]) => {
    if (deps.now() >= stopMs) return;
    left.delete(name);
    counts.due += 1;
    try {
      const rest = await checkTimer(deps, entry, stopMs, counts, later);
      if (rest !== undefined) left.set(name, rest);
    } catch (fault) {
      counts.failed += 1;
      deps.onFault(`check a ${entry.kind} that is due`, fault);
      later.arm(entry, deps.now() + TRY_AGAIN_MS);
    }
  });
  for (const [atMs, ofBucket] of later.entries) await deps.store.arm(atMs, ofBucket);
  await inParallel(later.over, CHECKS_IN_FLIGHT, (key) => deps.store.removeConnection(key));
  await inParallel(rows, CHECKS_IN_FLIGHT, (row) => rewriteRow(deps, row, left, counts));
  return left.size === 0;
}

const nameOf = (entry: Timer): string => JSON.stringify(entry);

/** What is written when some checks are done. */
interface NextChecks {
  /** By the time of the next check. */
  readonly entries: ReadonlyMap<number, readonly Timer[]>;
  readonly arm: (entry: Timer, atMs: number) => void;
  /** Connections that nothing more can come of: their rows are deleted after what came of them was armed. */
  readonly over: ConnectionKey[];
}

function nextChecksOf(deps: Deps): NextChecks {
  const entries = new Map<number, Timer[]>();
  const arm = (entry: Timer, atMs: number) => {
    const bucket = endOfBucket(Math.max(atMs, deps.now() + 1));
    entries.set(bucket, [...(entries.get(bucket) ?? []), entry]);
  };
  return { entries, arm, over: [] };
}

/** The row is deleted; what is left of it is due as before, in a row of its own. */
async function rewriteRow(deps: Deps, row: TimerRow, left: ReadonlyMap<string, Timer>, counts: Counts): Promise<void> {
  const rest = row.timers.flatMap((entry) => left.get(nameOf(entry)) ?? []);
  if (rest.length > 0) {
    if (rest.every((entry, index) => entry === row.timers[index]) && rest.length === row.timers.length) return;
    await deps.store.arm(row.dueAtMs, rest);
  }
  counts.unreadable += row.unreadable;
  await disarm(deps, row);
}

/** Returns what there was no time for. */
async function checkTimer(
  deps: Deps,
  entry: Timer,
  stopMs: number,
  counts: Counts,
  later: NextChecks,
): Promise<Timer | undefined> {
  if (entry.kind === 'connection') return checkRooms(deps, entry, stopMs, counts, later);
  if (entry.kind === 'erasure') {
    await eraseFromRoom(deps, entry.room, entry.userId);
    return undefined;
  }
  const seen = entry.kind === 'room' ? sweepRoom(deps, entry.room) : sweepMember(deps, entry.room, entry.userId);
  const { nextAtMs, did } = await seen;
  if (nextAtMs !== undefined) later.arm(entry, nextAtMs);
  if (did !== undefined) counts[did] += 1;
  return undefined;
}

async function checkRooms(
  deps: Deps,
  entry: ConnectionTimer,
  stopMs: number,
  counts: Counts,
  later: NextChecks,
): Promise<Timer | undefined> {
  const seen = await sweepConnection(deps, entry, stopMs);
  const { nextAtMs = seen.hasFailed ? deps.now() + TRY_AGAIN_MS : undefined, did } = seen;
  const { userId, connectionId } = entry;
  const whole = { kind: 'connection', userId, connectionId } as const;
  for (const member of seen.members ?? []) later.arm(member.entry, member.atMs);
  if (nextAtMs !== undefined) later.arm(whole, nextAtMs);
  if (seen.isOver) later.over.push(whole);
  if (did !== undefined) counts[did] += 1;
  counts.evicted += seen.evicted ?? 0;
  counts.failed += seen.failed ?? 0;
  return seen.rest;
}

/** What cannot be read is reported and deleted too: rows that stay would fill the page in the end, and hold up all others. */
async function disarm(deps: Deps, row: TimerRow): Promise<void> {
  if (row.unreadable > 0) {
    deps.onFault(
      `read the timers of ${row.shard}/${row.sortKey}`,
      new Error(`timers that cannot be read: ${row.unreadable}`),
    );
  }
  await deps.store.disarm(row);
}
