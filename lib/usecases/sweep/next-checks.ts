import { inParallel } from '../../domain/in-parallel.ts';
import { endOfBucket } from '../../domain/lease.ts';
import type { ConnectionKey, Timer } from '../../store/room-store.ts';
import type { Deps } from '../deps.ts';

const BUCKETS_IN_FLIGHT = 8;
const DELETIONS_IN_FLIGHT = 32;

/** What some checks leave to write. */
export interface NextChecks {
  readonly arm: (timer: Timer, atMs: number) => void;
  /** Connections that need no more checks: their rows are deleted after the timers of their rooms are armed. */
  readonly over: ConnectionKey[];
  readonly write: () => Promise<void>;
}

export function nextChecksOf(deps: Deps): NextChecks {
  /** By the time of the next check. */
  const timers = new Map<number, Timer[]>();
  const over: ConnectionKey[] = [];
  return {
    over,
    arm: (timer, atMs) => {
      const bucketMs = endOfBucket(Math.max(atMs, deps.now() + 1));
      const ofBucket = timers.get(bucketMs);
      if (ofBucket === undefined) timers.set(bucketMs, [timer]);
      else ofBucket.push(timer);
    },
    write: async () => {
      await inParallel([...timers], BUCKETS_IN_FLIGHT, ([atMs, ofBucket]) => deps.store.arm(atMs, ofBucket));
      await inParallel(over, DELETIONS_IN_FLIGHT, (key) => deps.store.removeConnection(key));
    },
  };
}
