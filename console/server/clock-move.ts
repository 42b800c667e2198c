import { parseObject } from './read-body.ts';

const AHEAD_MAX_MS = 3_600_000;

/** How far the page moves the clock ahead, and whether the sweep runs then. */
export interface ClockMove {
  readonly aheadMs: number;
  readonly sweep: boolean;
}

/** The move in a body; undefined if it is none. A clock never goes back. */
export function readMove(body: string): ClockMove | undefined {
  const { aheadMs, sweep } = parseObject(body);
  if (typeof aheadMs !== 'number' || typeof sweep !== 'boolean') return undefined;
  return aheadMs >= 0 && aheadMs <= AHEAD_MAX_MS ? { aheadMs, sweep } : undefined;
}
