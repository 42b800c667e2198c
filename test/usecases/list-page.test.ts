import { expect, test } from 'vitest';
import type { AppList } from '../../lib/store/room-store.ts';
import { type ListQuery, listPage } from '../../lib/usecases/steps/list-page.ts';
import { readUnitsOf } from '../store/interposed-store.ts';
import { useStore } from '../support/emulators.ts';
import { servedValue } from '../support/outcome.ts';
import { createWorld, type World } from '../support/world.ts';

const store = useStore('dynoxide');
const list: AppList = 'muted-rooms';
const all = async (item: string) => item;

const nameOf = (index: number) => `n${String(index).padStart(5, '0')}`;
const names = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => nameOf(from + index));
const put = (world: World, items: readonly string[]) =>
  world.deps.store.addToList(
    list,
    items.map((item) => ({ item, untilMs: 0 })),
  );
const takeOut = (world: World, items: readonly string[]) => world.deps.store.removeFromList(list, items);

/** A world in which nobody has asked for a page of this list lately. */
async function worldWith(items: readonly string[]): Promise<World> {
  const world = createWorld(store());
  const { deps } = world;
  for (;;) {
    const old = await deps.store.readList(list, { afterItem: '', limit: 1000 }, 0);
    if (old.length === 0) break;
    await takeOut(
      world,
      old.map(({ item }) => item),
    );
  }
  world.pass(301_000);
  await put(world, items);
  return world;
}

const page = (world: World, number: number, size: number, change: Partial<ListQuery> = {}) =>
  listPage(world.deps, { list, size, page: number, ...change }, ({ item }) => all(item));

/** The loop of an app: page after page until one is empty. */
async function loop(world: World, size: number, between: (number: number) => Promise<void>): Promise<string[]> {
  const seen: string[] = [];
  for (let number = 1; ; number += 1) {
    const found = servedValue(await page(world, number, size));
    if (found.length === 0) return seen;
    seen.push(...found);
    await between(number);
  }
}

test.each([1, 2, 7, 10, 50, 100])('a loop until an empty page sees each item once, in pages of %i', async (size) => {
  const world = await worldWith(names(0, 50));
  expect(await loop(world, size, async () => {})).toEqual(names(0, 50));
});

test('a loop that removes what it has seen misses nothing, and sees nothing twice', async () => {
  const world = await worldWith(names(0, 50));
  let seen = 0;
  const loopSeen = await loop(world, 7, async () => {
    await takeOut(world, names(seen, Math.min(seen + 7, 50)));
    seen += 7;
  });
  expect(loopSeen).toEqual(names(0, 50));
});

test('a loop sees each item once that is there all the time, whatever is added and removed before it', async () => {
  const world = await worldWith(names(10, 60));
  const seen = await loop(world, 10, async (number) => {
    await put(world, [`a${number}`, `b${number}`]);
    if (number === 2) await takeOut(world, names(10, 25));
    // The very item after which the next page begins.
    if (number === 3) await takeOut(world, [nameOf(39)]);
  });
  expect(seen).toEqual(names(10, 60));
});

test('a page is found by counting where the one before it was not asked for', async () => {
  const world = await worldWith(names(0, 50));
  expect(await page(world, 3, 10)).toEqual(names(20, 30));
  expect(await page(world, 6, 10)).toEqual([]);
  expect(await page(world, 900, 10)).toEqual([]);
  // Remembered for five minutes, then counted again.
  await takeOut(world, names(0, 10));
  expect(await page(world, 4, 10)).toEqual(names(30, 40));
  world.pass(301_000);
  expect(await page(world, 4, 10)).toEqual(names(40, 50));
});

test('a page that is too far on is refused unless the one before it was asked for', async () => {
  const world = await worldWith(names(0, 3));
  expect(await page(world, 10_001, 1)).toEqual([]);
  expect(await page(world, 10_002, 1)).toEqual([]);
  world.pass(301_000);
  expect(await page(world, 10_002, 1)).toMatchObject({ reason: 'page-too-far' });
  expect(await page(world, 12, 1000)).toMatchObject({ reason: 'page-too-far' });
});

test('in the other order, and up to an item', async () => {
  const world = await worldWith(names(0, 20));
  const descending = { order: 'descending' } as const;
  expect(await page(world, 1, 8, descending)).toEqual(names(12, 20).toReversed());
  expect(await page(world, 1, 8)).toEqual(names(0, 8));
  // Each order has pages of its own.
  expect(await page(world, 2, 8, descending)).toEqual(names(4, 12).toReversed());
  expect(await page(world, 2, 8)).toEqual(names(8, 16));
  expect(await page(world, 1, 8, { beforeItem: nameOf(5) })).toEqual(names(0, 5));
});

test('what should not be listed is skipped, and is no part of a page', async () => {
  const world = await worldWith(names(0, 230));
  const isOdd = async ({ item }: { readonly item: string }) => (Number(item.slice(1)) % 2 === 1 ? item : undefined);
  const odd = names(0, 230).filter((_, index) => index % 2 === 1);
  const found: string[] = [];
  for (let number = 1; number <= 17; number += 1) {
    found.push(...servedValue(await listPage(world.deps, { list, page: number, size: 7 }, isOdd)));
  }
  expect(found).toEqual(odd);
});

test('without a page number the first items are read, and nothing is remembered', async () => {
  const world = await worldWith(names(0, 5));
  expect(await listPage(world.deps, { list, size: 3 }, ({ item }) => all(item))).toEqual(names(0, 3));
  expect(await world.deps.store.startOfPage({ list, order: 'ascending', size: 3, page: 2 })).toBeUndefined();
});

test('a page costs the same wherever it is in a long list', async () => {
  const world = await worldWith(names(0, 3000));
  const unitsOf = async (number: number) =>
    readUnitsOf(store(), (counted) =>
      listPage({ ...world.deps, store: counted }, { list, page: number, size: 50 }, ({ item }) => all(item)),
    );
  const [first, second] = [await unitsOf(1), await unitsOf(2)];
  for (let number = 3; number < 60; number += 1) await page(world, number, 50);
  const last = await unitsOf(60);
  expect(last).toBeLessThanOrEqual(second);
  expect(last).toBeLessThanOrEqual(first + 1);
});
