import { describe, expect, it } from 'vitest';
import { eachInParallel, inParallel } from '../../lib/domain/in-parallel.ts';

describe('work in parallel', () => {
  it('is done once for each item, with exactly the allowed number under way', async () => {
    const items = Array.from({ length: 50 }, (_, index) => index);
    const done: number[] = [];
    let atOnce = 0;
    let mostAtOnce = 0;
    await inParallel(items, 7, async (item) => {
      atOnce += 1;
      mostAtOnce = Math.max(mostAtOnce, atOnce);
      await Promise.resolve();
      done.push(item);
      atOnce -= 1;
    });
    expect(done.sort((one, other) => one - other)).toEqual(items);
    expect(mostAtOnce).toBe(7);
  });

  it('throws the first failure, and does nothing for an empty list', async () => {
    const fail = async (item: number) => {
      if (item === 3) throw new Error('three');
    };
    await expect(inParallel([1, 2, 3, 4], 2, fail)).rejects.toThrow('three');
    await inParallel([], 2, fail);
  });

  it('is done for each item, also after failures, of which it throws the first', async () => {
    const done: number[] = [];
    const work = eachInParallel([1, 2, 3, 4, 5], 2, async (item) => {
      if (item < 3) throw new Error(`unable to do ${item}`);
      done.push(item);
    });
    await expect(work).rejects.toThrow('unable to do 1');
    expect(done).toEqual([3, 4, 5]);
  });
});
