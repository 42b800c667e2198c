import { describe, expect, it } from 'vitest';
import { type DatedSet, StoreFault } from '../../lib/store/room-store.ts';
import type { StoreUnderTest } from '../support/emulators.ts';
import { interposedStore } from './interposed-store.ts';
import { fresh, user } from './rows.ts';

/** The contract of every engine for sets that are read by time. */
export function describeDatedSets(use: () => StoreUnderTest): void {
  describe('a set that is read by time', () => {
    const newSet = (): DatedSet => `blacklist#${user(fresh('ann'))}`;
    const read = async (set: DatedSet) =>
      (await use().store.readDatedSet(set)).map(({ item, sinceMs }) => `${item} ${sinceMs}`);
    const add = (set: DatedSet, items: readonly string[], limit: number, nowMs: number) =>
      use().store.addToDatedSet(set, items, limit, nowMs);

    it('has the newest item first, items of one time by name, and keeps the time of a repeated item', async () => {
      const set = newSet();
      expect(await read(set)).toEqual([]);
      expect(await add(set, ['b', 'constructor', 'a', 'a'], 9, 5)).toBe('added');
      expect(await add(set, ['a', 'c'], 9, 7)).toBe('added');
      expect(await read(set)).toEqual(['c 7', 'a 5', 'b 5', 'constructor 5']);
      expect(await add(set, [], 9, 8)).toBe('added');
      expect(await read(newSet())).toEqual([]);
    });

    it('takes all items or none, up to its limit, and an item that it has counts once', async () => {
      const set = newSet();
      expect(await add(set, ['a'], 0, 1)).toBe('full');
      expect(await add(set, ['a', 'b'], 2, 1)).toBe('added');
      expect(await add(set, ['b', 'c'], 2, 2)).toBe('full');
      expect(await add(set, ['c', 'd'], 3, 2)).toBe('full');
      expect(await read(set)).toEqual(['a 1', 'b 1']);
      expect(await add(set, ['b', 'c'], 3, 2)).toBe('added');
      expect(await add(set, ['c'], 1, 3)).toBe('added');
    });

    it('loses what is removed, if anything, and all items when it is deleted', async () => {
      const set = newSet();
      const { store } = use();
      await store.removeFromDatedSet(set, ['a']);
      await store.deleteSet(set);
      await add(set, ['a', 'b', 'c'], 9, 1);
      await store.removeFromDatedSet(set, ['c', 'x', 'a', 'c']);
      await store.removeFromDatedSet(set, []);
      expect(await read(set)).toEqual(['b 1']);
      await store.removeFromDatedSet(set, ['b']);
      expect(await add(set, ['d'], 1, 2)).toBe('added');
      await store.deleteSet(set);
      expect(await read(set)).toEqual([]);
      expect(await add(set, ['e'], 1, 3)).toBe('added');
      expect(await read(set)).toEqual(['e 3']);
    });

    it('never exceeds its limit under races, and holds each item once', async () => {
      const set = newSet();
      const race = Array.from({ length: 20 }, (_, index) => add(set, ['all', `u${index}`], 6, index));
      expect((await Promise.all(race)).filter((outcome) => outcome === 'added')).toHaveLength(5);
      const names = (await read(set)).map((text) => text.split(' ')[0]);
      expect([names.length, new Set(names).size]).toEqual([6, 6]);
    });

    // The requests of an addition to an existing set: 0 the read, 1 the write.
    it('notices items that are added or removed between its read and its write', async () => {
      const set = newSet();
      await add(set, ['w', 'x'], 9, 1);
      const fill = () => add(set, ['y'], 3, 2);
      expect(await interposedStore(use(), { 1: fill }).addToDatedSet(set, ['z'], 3, 3)).toBe('full');
      const takeOut = () => use().store.removeFromDatedSet(set, ['x']);
      expect(await interposedStore(use(), { 1: takeOut }).addToDatedSet(set, ['x', 'z'], 4, 4)).toBe('added');
      expect(await read(set)).toEqual(['x 4', 'z 4', 'y 2', 'w 1']);
    });

    it('recognises its own write after a lost answer, and gives up where the set keeps changing', async () => {
      const set = newSet();
      await add(set, ['a'], 9, 1);
      expect(await interposedStore(use(), { 1: 'lost' }).addToDatedSet(set, ['b'], 2, 2)).toBe('added');
      await interposedStore(use(), { 0: 'lost' }).removeFromDatedSet(set, ['b']);
      expect(await read(set)).toEqual(['a 1']);
      const takeOut = () => use().store.removeFromDatedSet(set, ['a']);
      const putBack = () => add(set, ['a'], 9, 1);
      const events = Object.fromEntries(Array.from({ length: 30 }, (_, at) => [at, at % 2 === 0 ? putBack : takeOut]));
      await expect(interposedStore(use(), events).addToDatedSet(set, ['a', 'z'], 9, 3)).rejects.toThrow(StoreFault);
    });
  });
}
