import { expect, it } from 'vitest';
import { decide } from '../../lib/store/dynamodb/decide.ts';
import { REFUSED } from '../../lib/store/dynamodb/write-outcome.ts';
import { StoreFault } from '../../lib/store/room-store.ts';

/** Attempts of which the first are refused, and what happens in which order. */
function createAttempts(refusals: number) {
  const did: string[] = [];
  let left = refusals;
  const pause = async (count: number) => {
    did.push(`pause ${count}`);
  };
  const attempt = async () => {
    did.push('attempt');
    left -= 1;
    return left < 0 ? 'added' : REFUSED;
  };
  return { did, table: { pause }, attempt };
}

it('attempts until a write is not refused, with a pause before each attempt but the first', async () => {
  const { did, table, attempt } = createAttempts(2);
  expect(await decide(table, 'add to a set', attempt)).toBe('added');
  expect(did).toEqual(['attempt', 'pause 1', 'attempt', 'pause 2', 'attempt']);
});

it('gives up after ten attempts, without a pause after the last', async () => {
  const { did, table, attempt } = createAttempts(10);
  const work = decide(table, 'add to a set', attempt);
  await expect(work).rejects.toThrow(StoreFault);
  await expect(work).rejects.toThrow('unable to add to a set; it kept changing');
  expect(did.filter((step) => step === 'attempt')).toHaveLength(10);
  expect(did.at(-1)).toBe('attempt');
});
