import { describe, expect, it } from 'vitest';
import { type DatedSet, StoreFault } from '../../lib/store/room-store.ts';
import type { StoreUnderTest } from '../support/emulators.ts';
import { interposedStore } from './interposed-store.ts';
import { fresh, user } from './rows.ts';

/** What every engine must do with sets that are read by time. */
export function describeDatedSets(use: () => StoreUnderTest): void {
  describe('a set that is read by time', () => {
    const newSet = (): DatedSet => `blacklist#${user(fresh('ann'))}`;
    const read = async (set: DatedSet) =>
      (await use().store.readDatedSet(set)).map(({ item, sinceMs }) => `${item} ${sinceMs}`);
    const add = (set: DatedSet, entries: readonly string[], limit: number, nowMs: number) =>
      use().store.addToDatedSet(set, entries, limit, nowMs);

    it('has the newest first, those of one time by name, and what is in it keeps its time', async () => {
      const set = newSet();
      expect(await read(set)).toEqual([]);
      expect(await add(set, ['b', 'constructor', 'a', 'a'], 9, 5)).toBe('added');
      expect(await add(set, ['a', 'c'], 9, 7)).toBe('added');
      expect(await read(set)).toEqual(['c 7', 'a 5', 'b 5', 'constructor 5']);
      expect(await add(set, [], 9, 8)).toBe('added');
      expect(await read(newSet())).toEqual([]);
    });

    it('takes all or none, up to its limit, and what is in it takes no place', async () => {
      const set = newSet();
      expect(await add(set, ['a'], 0, 1)).toBe('full');
      expect(await add(set, ['a', 'b'], 2, 1)).toBe('added');
      expect(await add(set, ['b', 'c'], 2, 2)).toBe('full');
      expect(await add(set, ['c', 'd'], 3, 2)).toBe('full');
      expect(await read(set)).toEqual(['a 1', 'b 1']);
      expect(await add(set, ['b', 'c'], 3, 2)).toBe('added');
      expect(await add(set, ['c'], 1, 3)).toBe('added');
    });

    it('loses what is taken out, which may be nothing, and all of it when it goes', async () => {
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

    it('never holds more than its limit, however many race, and each entry once', async () => {
      const set = newSet();
      const race = Array.from({ length: 20 }, (_, index) => add(set, ['all', `u${index}`], 6, index));
      expect((await Promise.all(race)).filter((outcome) => outcome === 'added')).toHaveLength(5);
      const names = (await read(set)).map((text) => text.split(' ')[0]);
      expect([names.length, new Set(names).size]).toEqual([6, 6]);
    });

    // The requests of an addition to a set that is there: 0 the look, 1 the write.
    it('sees a place go, and what was taken out, between the look and the write', async () => {
      const set = newSet();
      await add(set, ['w', 'x'], 9, 1);
      const fill = () => add(set, ['y'], 3, 2);
      expect(await interposedStore(use(), { 1: fill }).addToDatedSet(set, ['z'], 3, 3)).toBe('full');
      const takeOut = () => use().store.removeFromDatedSet(set, ['x']);
      expect(await interposedStore(use(), { 1: takeOut }).addToDatedSet(set, ['x', 'z'], 4, 4)).toBe('added');
      expect(await read(set)).toEqual(['x 4', 'z 4', 'y 2', 'w 1']);
    });

    it('knows its own work after a lost answer, and is given up where it keeps changing', async () => {
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
