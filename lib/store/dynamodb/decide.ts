import { StoreFault } from '../room-store.ts';
import type { Table } from './table.ts';
import { REFUSED } from './write-outcome.ts';

const MOST_ATTEMPTS = 10;

/**
 * Repeats an attempt that reads, decides and writes, with pauses, as long as its write is refused: what it had read has
 * changed by then.
 */
export async function decide<T>(
  table: Pick<Table, 'pause'>,
  unableTo: string,
  attempt: () => Promise<T | typeof REFUSED>,
): Promise<T> {
  for (let count = 1; count <= MOST_ATTEMPTS; count += 1) {
    const outcome = await attempt();
    if (outcome !== REFUSED) return outcome;
    if (count < MOST_ATTEMPTS) await table.pause(count);
  }
  throw new StoreFault(`unable to ${unableTo}; it kept changing`);
}
