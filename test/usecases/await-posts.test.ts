import { expect, test } from 'vitest';
import type { Deps } from '../../lib/usecases/deps.ts';
import { awaitPosts, postsInSlice } from '../../lib/usecases/steps/await-posts.ts';
import { worldSettings } from '../support/world.ts';

/** A budget that one test fills, with a clock that only its pauses move. */
function budgetOf(postsPerSecond: number, nowMs: number) {
  const taken = new Map<number, number>();
  const clock = { nowMs };
  const takePosts = async (atMs: number, posts: number, limit: number) => {
    const second = Math.floor(atMs / 1000);
    const sum = (taken.get(second) ?? 0) + posts;
    if (sum > limit) return false;
    taken.set(second, sum);
    return true;
  };
  const deps = {
    store: { takePosts },
    settings: { ...worldSettings, postsPerSecond },
    now: () => clock.nowMs,
    random: () => 0.5,
    sleep: async (pauseMs: number) => {
      clock.nowMs += pauseMs;
    },
  } as unknown as Deps;
  return { deps, taken, clock };
}

const yes = async () => true;

test('a round that may not go on takes nothing', async () => {
  const { deps, taken } = budgetOf(1_000, 0);
  expect(await awaitPosts(deps, 800, yes)).toBe(true);
  expect(await awaitPosts(deps, 800, async () => false)).toBe(false);
  expect([...taken]).toEqual([[0, 800]]);
});

test('large rounds wait for a second that has posts left', async () => {
  const { deps, taken, clock } = budgetOf(2_500, 10_400);
  for (let round = 0; round < 5; round += 1) expect(await awaitPosts(deps, 1_000, yes)).toBe(true);
  expect([...taken]).toEqual([
    [10, 2_000],
    [11, 2_000],
    [12, 1_000],
  ]);
  expect(clock.nowMs).toBe(12_050);
});

test('small rounds take theirs without asking, if the budget is not small itself', async () => {
  const { deps, taken } = budgetOf(8_000, 0);
  await awaitPosts(deps, 128, yes);
  expect(taken.size).toBe(0);
  await awaitPosts(deps, 129, yes);
  expect([...taken.values()]).toEqual([129]);
  const small = budgetOf(100, 0);
  await awaitPosts(small.deps, 9, yes);
  expect([...small.taken.values()]).toEqual([9]);
});

test('a slice has no more posts than a second', () => {
  expect(postsInSlice(budgetOf(100, 0).deps, 1_000)).toBe(80);
  expect(postsInSlice(budgetOf(1, 0).deps, 1_000)).toBe(1);
  expect(postsInSlice(budgetOf(8_000, 0).deps, 1_000)).toBe(1_000);
});
