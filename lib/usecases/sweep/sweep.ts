import { inParallel } from '../../domain/in-parallel.ts';
import type { Connection, ConnectionTimer, Timer, TimerRow } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import { eraseFromRoom } from '../steps/erase-from-room.ts';
import { type NextChecks, nextChecksOf } from './next-checks.ts';
import { connectionName, sweepAlive } from './sweep-alive.ts';
import { sweepConnection } from './sweep-connection.ts';
import { type SweepResult, sweepMember } from './sweep-member.ts';
import { sweepPresence } from './sweep-presence.ts';
import { sweepDestroyedRoom, sweepRoom } from './sweep-room.ts';
import { watchOffline } from './watch-offline.ts';

const ROWS_IN_PAGE = 25;
const CHECKS_IN_FLIGHT = 32;
const SHARDS_IN_FLIGHT = 4;
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
  /** How late the oldest timer is that was found. */
  readonly lagMs: number;
  /** The time was up; the next run continues with the timers that are still due. */
  readonly unfinished: boolean;
}

type Counts = { -readonly [K in keyof SweepReport]: SweepReport[K] };

/** Runs that share the shards: this one sweeps those whose number leaves `part` when divided by `parts`. */
export interface SweepPart {
  /** From 0. */
  readonly part: number;
  readonly parts: number;
}

const WHOLE: SweepPart = { part: 0, parts: 1 };

/**
 * Checks the due timers, page by page, until none is left or the time is up: the due list itself is the checkpoint that
 * the next run continues from. A timer decides nothing, so runs that overlap, or one that is lost or doubled, do no
 * harm.
 */
export async function sweep(deps: Deps, untilMs: number, { part, parts }: SweepPart = WHOLE): Promise<SweepReport> {
  const counts: Counts = {
    ...{ due: 0, alive: 0, closed: 0, evicted: 0, destroyed: 0, failed: 0, unreadable: 0, lagMs: 0 },
    unfinished: false,
  };
  const shardCount = await countShards(deps, counts);
  const shards = Array.from({ length: shardCount }, (_, shard) => shard).filter((shard) => shard % parts === part);
  await Promise.all([sweepShards(deps, shards, untilMs, counts), part === 0 && walk(deps, untilMs, counts)]);
  return counts;
}

/** Also those of a former deployment that had more: their timers are due like all others. */
async function countShards(deps: Deps, counts: Counts): Promise<number> {
  try {
    return Math.max(deps.settings.sweepShards, await deps.store.mostShards());
  } catch (fault) {
    counts.failed += 1;
    deps.onFault('find out how many shards there were', fault);
    return deps.settings.sweepShards;
  }
}

/** The shards in turn, page by page, so that none waits until one is empty. */
async function sweepShards(deps: Deps, shards: readonly number[], untilMs: number, counts: Counts): Promise<void> {
  const waiting = [...shards];
  const work = async () => {
    for (let shard = waiting.shift(); shard !== undefined; shard = waiting.shift()) {
      try {
        if ((await sweepPage(deps, shard, untilMs, counts)) === 'more') waiting.push(shard);
      } catch (fault) {
        // A shard that cannot be read must not stop the others, nor cost the report of what they had.
        counts.failed += 1;
        deps.onFault(`sweep shard ${shard}`, fault);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(SHARDS_IN_FLIGHT, shards.length) }, work));
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

async function sweepPage(deps: Deps, shard: number, untilMs: number, counts: Counts): Promise<'more' | 'done'> {
  const rows = await deps.store.dueRows(shard, deps.now(), ROWS_IN_PAGE);
  counts.lagMs = Math.max(counts.lagMs, ...rows.map((row) => deps.now() - row.dueAtMs));
  if (rows.length === 0) return 'done';
  if (deps.now() >= untilMs) {
    counts.unfinished = true;
    return 'done';
  }
  const stopMs = Math.min(untilMs, deps.now() + SLICE_MS);
  const isDone = await sweepRows(deps, rows, stopMs, counts);
  return isDone && rows.length < ROWS_IN_PAGE ? 'done' : 'more';
}

/**
 * Begins no check after `stopMs`. The next checks are armed before the rows are deleted, so a run that dies loses
 * nothing. false = some timers were not checked; they are still in the list.
 */
async function sweepRows(deps: Deps, rows: readonly TimerRow[], stopMs: number, counts: Counts): Promise<boolean> {
  const left = new Map(rows.flatMap((row) => row.timers).map((timer) => [nameOf(timer), timer]));
  const nextChecks = nextChecksOf(deps);
  const { alive, seen } = await sweepAlive(deps, left, stopMs, nextChecks);
  counts.due += alive;
  counts.alive += alive;
  await inParallel([...left], CHECKS_IN_FLIGHT, async ([name, timer]) => {
    if (deps.now() >= stopMs) return;
    left.delete(name);
    counts.due += 1;
    try {
      const rest = await checkTimer(deps, timer, { stopMs, counts, nextChecks, seen });
      if (rest !== undefined) left.set(name, rest);
    } catch (fault) {
      counts.failed += 1;
      deps.onFault(`check a due timer of kind ${timer.kind}`, fault);
      nextChecks.arm(timer, deps.now() + TRY_AGAIN_MS);
    }
  });
  await nextChecks.write();
  await inParallel(rows, CHECKS_IN_FLIGHT, (row) => rewriteRow(deps, row, left, counts));
  return left.size === 0;
}

const nameOf = (timer: Timer): string => JSON.stringify(timer);

/** Deletes the row; the timers that are left move to a new row for the same time. */
async function rewriteRow(deps: Deps, row: TimerRow, left: ReadonlyMap<string, Timer>, counts: Counts): Promise<void> {
  const rest = row.timers.flatMap((timer) => left.get(nameOf(timer)) ?? []);
  if (rest.length > 0) {
    // Compared by name: two rows may have the same timer. Armed again it would be this row, which is then deleted.
    if (rest.map(nameOf).join() === row.timers.map(nameOf).join()) return;
    await deps.store.arm(row.dueAtMs, rest);
  }
  counts.unreadable += row.unreadable;
  await disarm(deps, row);
}

/** What the checks of one slice share. */
interface Slice {
  readonly stopMs: number;
  readonly counts: Counts;
  readonly nextChecks: NextChecks;
  /** Rows of connections that were just read, eventually consistent. */
  readonly seen: ReadonlyMap<string, Connection>;
}

/** Returns what is left of the timer when the time is up. */
async function checkTimer(deps: Deps, timer: Timer, slice: Slice): Promise<Timer | undefined> {
  if (timer.kind === 'connection') return checkRooms(deps, timer, slice);
  const { counts, nextChecks } = slice;
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
    case 'presence':
      return sweepPresence(deps, timer.userId);
  }
}

async function checkRooms(
  deps: Deps,
  timer: ConnectionTimer,
  { stopMs, counts, nextChecks, seen }: Slice,
): Promise<Timer | undefined> {
  const result = await sweepConnection(deps, timer, stopMs, seen.get(connectionName(timer)));
  const { nextAtMs = result.hasFailed ? deps.now() + TRY_AGAIN_MS : undefined, did } = result;
  const { userId, connectionId } = timer;
  const whole = { kind: 'connection', userId, connectionId } as const;
  for (const next of result.timers ?? []) nextChecks.arm(next.timer, next.atMs);
  if (nextAtMs !== undefined) nextChecks.arm({ ...whole, afterRoom: result.afterRoom }, nextAtMs);
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
