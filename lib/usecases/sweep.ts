import { endOfBucket } from '../domain/lease.ts';
import { DUE_SHARDS, type DueEntry, type DueRow } from '../store/room-store.ts';
import type { Deps } from './deps.ts';
import { eraseFromRoom } from './erase-from-room.ts';
import { eachOf } from './fan-out.ts';
import { lookAtConnection } from './look-at-connection.ts';
import { lookAtMember } from './look-at-member.ts';
import { lookAtRoom } from './look-at-room.ts';
import { watchOffline } from './watch-offline.ts';

const ROWS_IN_PAGE = 25;
const LOOKS_IN_FLIGHT = 32;
/** What was looked at is put down this often at least, so a run that dies leaves no more than this to be done again. */
const SLICE_MS = 5_000;
/** What could not be looked at is tried again, and holds up nobody meanwhile. */
const TRY_AGAIN_MS = 300_000;

/** What a run did. All but `lagMs` are counts. */
export interface SweepReport {
  readonly due: number;
  readonly revived: number;
  readonly closed: number;
  readonly kicked: number;
  readonly destroyed: number;
  readonly failed: number;
  /** Entries that cannot be read. */
  readonly poisoned: number;
  /** How late the oldest entry was looked at. */
  readonly lagMs: number;
  /** The time was up; the next run goes on with what is due. */
  readonly unfinished: boolean;
}

type Counts = { -readonly [K in keyof SweepReport]: SweepReport[K] };

/**
 * Looks at what is due, page by page, until there is no more or the time is up: the list itself is the cursor that the
 * next run goes on from. Nothing here decides anything by itself, so two runs at once, a lost or a doubled one do no harm.
 */
export async function sweep(deps: Deps, untilMs: number): Promise<SweepReport> {
  const counts: Counts = {
    ...{ due: 0, revived: 0, closed: 0, kicked: 0, destroyed: 0, failed: 0, poisoned: 0, lagMs: 0 },
    unfinished: false,
  };
  const shards = Array.from({ length: DUE_SHARDS }, (_, shard) => sweepShard(deps, shard, untilMs, counts));
  // A shard that cannot be read must not cut short the others.
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
    deps.onFault('look for members who are offline for long', fault);
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
 * Begins no look after `stopMs`. What must be looked at again is armed before the rows go, so a run that dies loses
 * nothing. False = some entries were not looked at; they are still in the list.
 */
async function sweepRows(deps: Deps, rows: readonly DueRow[], stopMs: number, counts: Counts): Promise<boolean> {
  const again = new Map<number, DueEntry[]>();
  const armLater = (entry: DueEntry, atMs: number) => {
    const bucket = endOfBucket(Math.max(atMs, deps.now() + 1));
    again.set(bucket, [...(again.get(bucket) ?? []), entry]);
  };
  const left = new Map(rows.flatMap((row) => row.entries).map((entry) => [nameOf(entry), entry]));
  counts.lagMs = Math.max(counts.lagMs, ...rows.map((row) => deps.now() - row.dueAtMs));
  await eachOf([...left], LOOKS_IN_FLIGHT, async ([name, entry]) => {
    if (deps.now() >= stopMs) return;
    left.delete(name);
    counts.due += 1;
    try {
      await look(deps, entry, counts, armLater);
    } catch (fault) {
      counts.failed += 1;
      deps.onFault(`look at a ${entry.kind} that is due`, fault);
      armLater(entry, deps.now() + TRY_AGAIN_MS);
    }
  });
  for (const [atMs, ofBucket] of again) await deps.store.arm(atMs, ofBucket);
  await eachOf(rows, LOOKS_IN_FLIGHT, (row) => putDown(deps, row, left, counts));
  return left.size === 0;
}

const nameOf = (entry: DueEntry): string => JSON.stringify(entry);

/** The row goes; what is left of it is due as before, in a row of its own. */
async function putDown(deps: Deps, row: DueRow, left: ReadonlyMap<string, DueEntry>, counts: Counts): Promise<void> {
  const rest = row.entries.filter((entry) => left.has(nameOf(entry)));
  if (rest.length > 0) {
    if (rest.length === row.entries.length) return;
    await deps.store.arm(row.dueAtMs, rest);
  }
  counts.poisoned += row.poisoned;
  await disarm(deps, row);
}

async function look(
  deps: Deps,
  entry: DueEntry,
  counts: Counts,
  armLater: (entry: DueEntry, atMs: number) => void,
): Promise<void> {
  if (entry.kind === 'connection') {
    const { nextAtMs, did, members = [], kicked = 0 } = await lookAtConnection(deps, entry);
    for (const member of members) armLater(member.entry, member.atMs);
    if (nextAtMs !== undefined) armLater(entry, nextAtMs);
    if (did !== undefined) counts[did] += 1;
    counts.kicked += kicked;
    return;
  }
  if (entry.kind === 'erasure') return eraseFromRoom(deps, entry.room, entry.userId);
  const seen = entry.kind === 'room' ? lookAtRoom(deps, entry.room) : lookAtMember(deps, entry.room, entry.userId);
  const { nextAtMs, did } = await seen;
  if (nextAtMs !== undefined) armLater(entry, nextAtMs);
  if (did !== undefined) counts[did] += 1;
}

/** What cannot be read is told and goes too: rows that stay would fill the page in the end, and hold up all others. */
async function disarm(deps: Deps, row: DueRow): Promise<void> {
  if (row.poisoned > 0) {
    deps.onFault(
      `read the due row ${row.shard}/${row.place}`,
      new Error(`entries that cannot be read: ${row.poisoned}`),
    );
  }
  await deps.store.disarm(row);
}
