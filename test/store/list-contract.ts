import { beforeEach, describe, expect, it } from 'vitest';
import { type AppList, type AppSet, type ListRange, type PageOfList, StoreFault } from '../../lib/store/room-store.ts';
import type { StoreUnderTest } from '../support/emulators.ts';
import { interposedStore } from './interposed-store.ts';
import { fresh, user } from './rows.ts';

const HOUR_MS = 3600 * 1000;

/** The contract of every engine for an app's lists and sets. */
export function describeLists(use: () => StoreUnderTest): void {
  describe('a list', () => {
    const list: AppList = 'muted-users';
    const read = (afterItem = '', limit = 1000) => use().store.readList(list, { afterItem, limit }, use().clock.nowMs);
    const add = (...items: (readonly [string, number])[]) =>
      use().store.addToList(
        list,
        items.map(([item, untilMs]) => ({ item, untilMs })),
      );
    beforeEach(async () => {
      const items = await use().store.readList(list, { afterItem: '', limit: 10_000 }, 0);
      await use().store.removeFromList(
        list,
        items.map(({ item }) => item),
      );
      expect(await read()).toEqual([]);
    });

    it('is read in the order of its items, after one, and up to a limit', async () => {
      const names = Array.from({ length: 60 }, (_, index) => `u${`${index}`.padStart(2, '0')}`);
      await add(...names.toReversed().map((name) => [name, 0] as const));
      const items = names.map((item) => ({ item, untilMs: 0 }));
      expect(await read()).toEqual(items);
      expect(await read('', 7)).toEqual(items.slice(0, 7));
      expect(await read('u06', 2)).toEqual(items.slice(7, 9));
      expect(await read('u061')).toEqual(items.slice(7));
      expect(await read('u59')).toEqual([]);
      expect(await read('', 0)).toEqual([]);
      expect(await use().store.readList('blocked-users', { afterItem: '', limit: 10 }, 0)).toEqual([]);
    });

    it('is also read from its end, and up to an item', async () => {
      await add(['a', 0], ['b', 0], ['c', 0], ['d', 0]);
      const names = async (range: Partial<ListRange>) => {
        const found = await use().store.readList(list, { afterItem: '', limit: 10, ...range }, use().clock.nowMs);
        return found.map(({ item }) => item).join('');
      };
      expect(await names({ order: 'descending' })).toBe('dcba');
      expect(await names({ order: 'descending', limit: 2 })).toBe('dc');
      expect(await names({ order: 'descending', afterItem: 'c' })).toBe('ba');
      // The item that a page continues after may be gone.
      expect(await names({ order: 'descending', afterItem: 'bb' })).toBe('ba');
      expect(await names({ beforeItem: 'c' })).toBe('ab');
      expect(await names({ beforeItem: 'c', afterItem: 'a' })).toBe('b');
    });

    it('keeps where each of its pages begins, until that expires', async () => {
      const page: PageOfList = { list, order: 'ascending', size: 7, page: 2 };
      const start = (change: Partial<PageOfList> = {}) => use().store.startOfPage({ ...page, ...change });
      const { clock } = use();
      expect(await start()).toBeUndefined();
      await use().store.notePage(page, 'a', clock.nowMs + 5000);
      await use().store.notePage(page, 'constructor', clock.nowMs + 5000);
      await use().store.notePage({ ...page, page: 3 }, '', clock.nowMs + 5000);
      expect([await start(), await start({ page: 3 })]).toEqual(['constructor', '']);
      expect(await start({ size: 8 })).toBeUndefined();
      expect(await start({ order: 'descending' })).toBeUndefined();
      expect(await start({ list: 'rooms' })).toBeUndefined();
      clock.nowMs += 6000;
      expect(await start()).toBeUndefined();
    });

    it('loses the items that are removed, if it has them', async () => {
      await add(['a', 0], ['constructor', 0], ['c', 0]);
      await use().store.removeFromList(list, ['constructor', 'x', 'constructor']);
      expect(await read()).toEqual([
        { item: 'a', untilMs: 0 },
        { item: 'c', untilMs: 0 },
      ]);
      await add();
      await use().store.removeFromList(list, []);
      expect(await read()).toHaveLength(2);
    });

    it('leaves an item out once it ends; the last end that is set counts', async () => {
      const { clock } = use();
      const untilMs = clock.nowMs + 5000;
      await add(['a', untilMs], ['b', untilMs + 1], ['c', 0], ['d', 1]);
      await add(['c', untilMs + 2], ['d', 0]);
      clock.nowMs = untilMs;
      expect(await read()).toEqual([
        { item: 'b', untilMs: untilMs + 1 },
        { item: 'c', untilMs: untilMs + 2 },
        { item: 'd', untilMs: 0 },
      ]);
      clock.nowMs += 365 * 24 * HOUR_MS;
      expect(await read()).toEqual([{ item: 'd', untilMs: 0 }]);
    });

    it('takes the last of several ends of one item in a call', async () => {
      const slow = interposedStore(use(), { 0: () => read() });
      await slow.addToList(list, [
        { item: 'a', untilMs: 1 },
        { item: 'b', untilMs: 0 },
        { item: 'a', untilMs: 0 },
      ]);
      expect((await read()).map(({ item }) => item)).toEqual(['a', 'b']);
    });

    it('keeps an ended item a day longer for a reader whose clock is behind', async () => {
      const { clock } = use();
      const readAtMs = clock.nowMs;
      await add(['a', readAtMs + 1000]);
      const readBehind = () => use().store.readList(list, { afterItem: '', limit: 9 }, readAtMs);
      clock.nowMs += 23 * HOUR_MS;
      expect(await readBehind()).toHaveLength(1);
      clock.nowMs += 2 * HOUR_MS;
      expect(await readBehind()).toEqual([]);
    });

    it('is read past any number of ended items', async () => {
      const { nowMs } = use().clock;
      const over = Array.from({ length: 250 }, (_, index) => [`m${index}`, nowMs - 1] as const);
      await add(['a', 0], ...over, ['y', 0], ['z', 0]);
      expect((await read('', 2)).map(({ item }) => item)).toEqual(['a', 'y']);
      expect((await read('a')).map(({ item }) => item)).toEqual(['y', 'z']);
    });
  });

  describe('a set', () => {
    const newSet = (): AppSet => `tags#${user(fresh('ann'))}`;
    const newSetOf = async (...items: string[]) => {
      const set = newSet();
      expect(await use().store.addToSet(set, items, 100)).toBe('added');
      return set;
    };
    const read = (set: AppSet) => use().store.readSet(set);
    const add = (set: AppSet, items: readonly string[], limit: number) => use().store.addToSet(set, items, limit);

    it('takes all items or none, up to its limit, and an item that it has counts once', async () => {
      const set = newSet();
      expect(await read(set)).toEqual([]);
      expect(await add(set, ['a'], 0)).toBe('full');
      expect(await add(set, ['a', 'b', 'a'], 2)).toBe('added');
      expect(await add(set, ['b', 'a'], 2)).toBe('added');
      expect(await add(set, ['b', 'c'], 2)).toBe('full');
      expect(await add(set, ['c', 'd'], 3)).toBe('full');
      expect(await read(set)).toEqual(['a', 'b']);
      expect(await add(set, ['b', 'c'], 3)).toBe('added');
      expect(await add(set, ['c'], 1)).toBe('added');
      expect(await add(set, [], 1)).toBe('added');
      expect(await read(set)).toEqual(['a', 'b', 'c']);
      expect(await read(newSet())).toEqual([]);
    });

    it('reports which items it loses, and can be filled again', async () => {
      const set = await newSetOf('a', 'b', 'c');
      const { store } = use();
      expect(await store.removeFromSet(set, ['c', 'x', 'a', 'c'])).toEqual(['a', 'c']);
      expect(await store.removeFromSet(set, ['a'])).toEqual([]);
      expect(await store.removeFromSet(set, [])).toEqual([]);
      expect(await store.removeFromSet(set, ['b'])).toEqual(['b']);
      expect(await read(set)).toEqual([]);
      expect(await add(set, ['d'], 1)).toBe('added');
      expect(await read(set)).toEqual(['d']);
      expect(await store.removeFromSet(newSet(), ['a'])).toEqual([]);
    });

    it('takes any name, and 100 at once', async () => {
      const set = await newSetOf('__proto__', 'constructor', ':a #b.c[0]', '語');
      expect(await read(set)).toHaveLength(4);
      const many = Array.from({ length: 100 }, (_, index) => `name-${index}`);
      expect(await add(set, many, 104)).toBe('added');
      expect(await add(set, [...many, 'x'], 105)).toBe('added');
      expect(await use().store.removeFromSet(set, many)).toHaveLength(100);
      expect(await read(set)).toEqual([':a #b.c[0]', '__proto__', 'constructor', 'x', '語']);
    });

    it('never exceeds its limit under races', async () => {
      const set = newSet();
      const race = await Promise.all(Array.from({ length: 20 }, (_, index) => add(set, [`u${index}`], 5)));
      expect(race.filter((outcome) => outcome === 'added')).toHaveLength(5);
      expect(await read(set)).toHaveLength(5);
      const pairs = newSet();
      const share = await Promise.all(Array.from({ length: 20 }, (_, index) => add(pairs, ['all', `u${index}`], 6)));
      expect(share.filter((outcome) => outcome === 'added')).toHaveLength(5);
      expect(await read(pairs)).toHaveLength(6);
    });

    it('takes all racing additions below its limit', async () => {
      const set = newSet();
      const race = await Promise.all(Array.from({ length: 30 }, (_, index) => add(set, [`u${index}`], 100)));
      expect(race).toEqual(Array.from({ length: 30 }, () => 'added'));
      expect(await read(set)).toHaveLength(30);
    });

    it('reports each item to one of many callers that remove it', async () => {
      const names = ['a', 'b', 'c', 'd'];
      const set = await newSetOf(...names, 'e');
      const race = Array.from({ length: 10 }, (_, index) =>
        use().store.removeFromSet(set, [names[index % 4], names[(index + 1) % 4]].map(String)),
      );
      expect((await Promise.all(race)).flat().sort()).toEqual(names);
      expect(await read(set)).toEqual(['e']);
    });

    // The requests of both: 0 the read, 1 the write.
    it('adds an item that is removed between the read and the write', async () => {
      const set = await newSetOf('x');
      const takeOut = () => use().store.removeFromSet(set, ['x']);
      expect(await interposedStore(use(), { 1: takeOut }).addToSet(set, ['x', 'y'], 2)).toBe('added');
      expect(await read(set)).toEqual(['x', 'y']);
    });

    it('notices an item that is added between the read and the write', async () => {
      const set = await newSetOf('w');
      const fill = () => add(set, ['x'], 3);
      expect(await interposedStore(use(), { 1: fill }).addToSet(set, ['y', 'z'], 3)).toBe('full');
      expect(await interposedStore(use(), { 1: () => add(set, ['y'], 3) }).addToSet(set, ['z'], 3)).toBe('full');
      expect(await read(set)).toEqual(['w', 'x', 'y']);
    });

    it('gives up when another change comes between each read and its write', async () => {
      const set = await newSetOf('x', 'y');
      const takeOut = () => use().store.removeFromSet(set, ['x']);
      const putBack = () => add(set, ['x'], 9);
      const events = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [at, at % 2 === 0 ? putBack : takeOut]));
      await expect(interposedStore(use(), events).addToSet(set, ['x', 'z'], 9)).rejects.toThrow(StoreFault);
      await expect(interposedStore(use(), events).removeFromSet(set, ['x', 'y'])).rejects.toThrow(StoreFault);
    });

    it('recognises its own write after a lost answer', async () => {
      const set = newSet();
      expect(await interposedStore(use(), { 1: 'lost' }).addToSet(set, ['a', 'b'], 2)).toBe('added');
      expect(await interposedStore(use(), { 1: 'lost' }).removeFromSet(set, ['a', 'x'])).toEqual(['a']);
      const takeOut = () => use().store.removeFromSet(set, ['b']);
      expect(await interposedStore(use(), { 1: takeOut }).removeFromSet(set, ['b'])).toEqual([]);
      expect(await read(set)).toEqual([]);
    });
  });
}
