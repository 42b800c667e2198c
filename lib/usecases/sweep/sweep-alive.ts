import { inParallel } from '../../domain/in-parallel.ts';
import type { Connection, ConnectionKey, ConnectionTimer, Timer } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';
import type { NextChecks } from './next-checks.ts';

/** What one request to DynamoDB reads at most. */
const ROWS_IN_READ = 100;
const READS_IN_FLIGHT = 4;

/** What the check of many connections at once has found. */
export interface AliveResult {
  readonly alive: number;
  /** The rows that it has read, also of connections that may be over, by `connectionName`. */
  readonly seen: ReadonlyMap<string, Connection>;
}

/** Ids have no '#'. */
export const connectionName = ({ userId, connectionId }: ConnectionKey): string => `${userId}#${connectionId}`;

/**
 * Nearly all due connections have shown a sign of life since they were armed. So they are read many at once, eventually
 * consistent, and those whose lease lasts are armed again; a lease only grows, so an older row can only make one stay.
 * Takes them off `left`; the others are to be checked one by one. Begins no read after `stopMs`.
 */
export async function sweepAlive(
  deps: Deps,
  left: Map<string, Timer>,
  stopMs: number,
  nextChecks: NextChecks,
): Promise<AliveResult> {
  const seen = new Map<string, Connection>();
  let alive = 0;
  await inParallel(batchesOf(left), READS_IN_FLIGHT, async (batch) => {
    if (deps.now() >= stopMs) return;
    for (const connection of await readOrReport(
      deps,
      [...batch.values()].map(([, timer]) => timer),
    )) {
      const name = connectionName(connection);
      seen.set(name, connection);
      const [timerName, timer] = batch.get(name) ?? [];
      if (timerName === undefined || timer === undefined) continue;
      if (connection.closedAtMs !== undefined || deps.now() >= connection.leaseUntilMs) continue;
      left.delete(timerName);
      alive += 1;
      nextChecks.arm(timer, connection.leaseUntilMs);
    }
  });
  return { alive, seen };
}

type Batch = ReadonlyMap<string, readonly [string, ConnectionTimer]>;

/** Those that no check has begun, each once. */
function batchesOf(left: ReadonlyMap<string, Timer>): readonly Batch[] {
  const whole = [...left].flatMap(([name, timer]) =>
    timer.kind === 'connection' && timer.afterRoom === undefined && timer.hasFailed === undefined
      ? [[connectionName(timer), [name, timer]] as const]
      : [],
  );
  return Array.from(
    { length: Math.ceil(whole.length / ROWS_IN_READ) },
    (_, index) => new Map(whole.slice(index * ROWS_IN_READ, (index + 1) * ROWS_IN_READ)),
  );
}

/** One row that cannot be read must not hold up the others: each is then read by itself. */
async function readOrReport(deps: Deps, keys: readonly ConnectionKey[]): Promise<readonly Connection[]> {
  try {
    return await deps.store.getConnectionsEventually(keys);
  } catch (fault) {
    deps.onFault('read many connections', fault);
    return [];
  }
}
