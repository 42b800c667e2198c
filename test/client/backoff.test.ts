import { describe, expect, it } from 'vitest';
import { backoffDelaysMs } from '../../lib/client/connection/backoff.ts';

const first = (count: number, chance: number) => {
  const delaysMs = backoffDelaysMs(() => chance);
  return Array.from({ length: count }, () => delaysMs.next().value);
};

describe('the backoff', () => {
  it('doubles its ceiling from 500 ms to 15 s', () => {
    expect(first(8, 0.9999999)).toEqual([499, 999, 1999, 3999, 7999, 14999, 14999, 14999]);
  });

  it('spreads over the whole range', () => {
    expect(first(3, 0)).toEqual([0, 0, 0]);
    expect(first(3, 0.5)).toEqual([250, 500, 1000]);
  });
});
