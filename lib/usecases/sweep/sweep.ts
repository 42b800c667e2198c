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
import { type SweepResult, sweepMember } from './sweep-member.ts';
import { sweepDestroyedRoom, sweepRoom } from './sweep-room.ts';
import { watchOffline } from './watch-offline.ts';

const ROWS_IN_PAGE = 25;
const CHECKS_IN_FLIGHT = 32;
/** How often at least the results of checks are written: a run that dies leaves no more than this to do again. */
const SLICE_MS = 5_000;
/** How long until a failed check is tried again; it holds up no other check. */
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
  /** The time was up; the next run continues with the timers that are still due. */
  readonly unfinished: boolean;
}

type Counts = { -readonly [K in keyof SweepReport]: SweepReport[K] };

/**
 * Checks the due timers, page by page, until none is left or the time is up: the due list itself is the checkpoint that
 * the next run continues from. A timer decides nothing, so runs that overlap, or one that is lost or doubled, do no
 * harm.
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
 * The walk may take several runs and may fail in each, so the due timers do not wait for it. It gets a third of the
 * time, so that the runs of the two schedules seldom walk concurrently.
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
    const isDone = await sweepRows(deps, rows, stopMs, counts);
    if (isDone && rows.length < ROWS_IN_PAGE) return;
  }
}

/**
 * Begins no check after `stopMs`. The next checks are armed before the rows are deleted, so a run that dies loses
 * nothing. false = some timers were not checked; they are still in the list.
 */
async function sweepRows(deps: Deps, rows: readonly TimerRow[], stopMs: number, counts: Counts): Promise<boolean> {
  const left = new Map(rows.flatMap((row) => row.timers).map((timer) => [nameOf(timer), timer]));
  const nextChecks = nextChecksOf(deps);
  counts.lagMs = Math.max(counts.lagMs, ...rows.map((row) => deps.now() - row.dueAtMs));
  await inParallel([...left], CHECKS_IN_FLIGHT, async ([name, timer]) => {
    if (deps.now() >= stopMs) return;
    left.delete(name);
    counts.due += 1;
    try {
      const rest = await checkTimer(deps, timer, stopMs, counts, nextChecks);
      if (rest !== undefined) left.set(name, rest);
    } catch (fault) {
      counts.failed += 1;
      deps.onFault(`check a due timer of kind ${timer.kind}`, fault);
      nextChecks.arm(timer, deps.now() + TRY_AGAIN_MS);
    }
  });
  for (const [atMs, ofBucket] of nextChecks.timers) await deps.store.arm(atMs, ofBucket);
  await inParallel(nextChecks.over, CHECKS_IN_FLIGHT, (key) => deps.store.removeConnection(key));
  await inParallel(rows, CHECKS_IN_FLIGHT, (row) => rewriteRow(deps, row, left, counts));
  return left.size === 0;
}

const nameOf = (timer: Timer): string => JSON.stringify(timer);

/** What some checks leave to write. */
interface NextChecks {
  /** By the time of the next check. */
  readonly timers: ReadonlyMap<number, readonly Timer[]>;
  readonly arm: (timer: Timer, atMs: number) => void;
  /** Connections that need no more checks: their rows are deleted after the timers of their rooms are armed. */
  readonly over: ConnectionKey[];
}

function nextChecksOf(deps: Deps): NextChecks {
  const timers = new Map<number, Timer[]>();
  const arm = (timer: Timer, atMs: number) => {
    const bucket = endOfBucket(Math.max(atMs, deps.now() + 1));
    timers.set(bucket, [...(timers.get(bucket) ?? []), timer]);
  };
  return { timers, arm, over: [] };
}

/** Deletes the row; the timers that are left move to a new row for the same time. */
async function rewriteRow(deps: Deps, row: TimerRow, left: ReadonlyMap<string, Timer>, counts: Counts): Promise<void> {
  const rest = row.timers.flatMap((timer) => left.get(nameOf(timer)) ?? []);
  if (rest.length > 0) {
    if (rest.every((timer, index) => timer === row.timers[index]) && rest.length === row.timers.length) return;
    await deps.store.arm(row.dueAtMs, rest);
  }
  counts.unreadable += row.unreadable;
  await disarm(deps, row);
}

/** Returns what is left of the timer when the time is up. */
async function checkTimer(
  deps: Deps,
  timer: Timer,
  stopMs: number,
  counts: Counts,
  nextChecks: NextChecks,
): Promise<Timer | undefined> {
  if (timer.kind === 'connection') return checkRooms(deps, timer, stopMs, counts, nextChecks);
  const { nextAtMs, did } = await checkOne(deps, timer);
  if (nextAtMs !== undefined) nextChecks.arm(timer, nextAtMs);
  if (did !== undefined) counts[did] += 1;
  return undefined;
}

async function checkOne(deps: Deps, timer: Exclude<Timer, ConnectionTimer>): Promise<SweepResult> {
  switch (timer.kind) {
    case 'erasure':
      await eraseFromRoom(deps, timer.room, timer.userId);
      return {};
    case 'room':
      return sweepRoom(deps, timer.room);
    case 'destroyed-room':
      return sweepDestroyedRoom(deps, timer);
    case 'member':
      return sweepMember(deps, timer.room, timer.userId);
  }
}

async function checkRooms(
  deps: Deps,
  timer: ConnectionTimer,
  stopMs: number,
  counts: Counts,
  nextChecks: NextChecks,
): Promise<Timer | undefined> {
  const result = await sweepConnection(deps, timer, stopMs);
  const { nextAtMs = result.hasFailed ? deps.now() + TRY_AGAIN_MS : undefined, did } = result;
  const { userId, connectionId } = timer;
  const whole = { kind: 'connection', userId, connectionId } as const;
  for (const member of result.members ?? []) nextChecks.arm(member.timer, member.atMs);
  if (nextAtMs !== undefined) nextChecks.arm(whole, nextAtMs);
  if (result.isOver) nextChecks.over.push(whole);
  if (did !== undefined) counts[did] += 1;
  counts.evicted += result.evicted ?? 0;
  counts.failed += result.failed ?? 0;
  return result.rest;
}

/**
 * Reports and deletes unreadable timers too: if they stayed, they would fill the page in the end and hold up all
 * others.
 */
async function disarm(deps: Deps, row: TimerRow): Promise<void> {
  if (row.unreadable > 0) {
    deps.onFault(
      `read the timers of ${row.shard}/${row.sortKey}`,
      new Error(`timers that cannot be read: ${row.unreadable}`),
    );
  }
  await deps.store.disarm(row);
}
