import { describe, expect, it } from 'vitest';
import type { Entry, EntryIndex } from '../../lib/domain/entries.ts';
import type { RoomId } from '../../lib/protocol/ids.ts';
import { entriesPartition } from '../../lib/store/dynamodb/keys.ts';
import { StoreFault } from '../../lib/store/room-store.ts';
import type { StoreUnderTest } from '../support/emulators.ts';
import { type Event, interposedStore, sortKeysIn } from './interposed-store.ts';
import { fresh, user } from './rows.ts';

const entry = (change: Partial<Entry> = {}): Entry => ({
  version: fresh('v'),
  userId: user('ann'),
  autoDelete: false,
  setAtMs: 5,
  ...change,
});

/** The next index, with some keys set (to a new version) and some removed. */
const changed = (before: EntryIndex, set: readonly string[], removed: readonly string[] = []): EntryIndex => ({
  ...before,
  revision: before.revision + 1,
  entries: Object.fromEntries([
    ...Object.entries(before.entries).filter(([key]) => !removed.includes(key)),
    ...set.map((key) => [key, entry()] as const),
  ]),
});

const valuesOf = (keys: readonly string[], text = 'value of') => new Map(keys.map((key) => [key, `${text} ${key}`]));

/** The contract of every engine for the entries of a room. */
export function describeEntries(use: () => StoreUnderTest): void {
  const newIndex = () => use().store.getEntryIndex(fresh('room') as RoomId, 'e1');
  const indexNow = ({ roomId, roomEpoch }: EntryIndex) => use().store.getEntryIndex(roomId, roomEpoch);
  const rowsOf = ({ roomId: room, roomEpoch }: EntryIndex) => sortKeysIn(use(), entriesPartition(room, roomEpoch));
  const put = async (before: EntryIndex, set: readonly string[], removed: readonly string[] = []) => {
    const next = changed(before, set, removed);
    expect(await use().store.putEntryIndex(next, before, valuesOf(set))).toBe('put');
    return next;
  };
  const valueRow = (index: EntryIndex, key: string) => `${key}#${index.entries[key]?.version}`;

  describe("a room's entries", () => {
    it('are none at first, and are read as put', async () => {
      const none = await newIndex();
      expect(none).toEqual({ roomId: none.roomId, roomEpoch: 'e1', revision: 0, entries: {} });
      const keys = ['score', 'constructor', '__proto__', 'toString', '+=-_', 'k'.repeat(128)];
      const next = changed(none, keys);
      const odd = { ...next.entries, mood: entry({ userId: user('constructor'), autoDelete: true, setAtMs: 9 }) };
      const index = { ...next, entries: odd };
      expect(await use().store.putEntryIndex(index, none, valuesOf([...keys, 'mood']))).toBe('put');
      expect(await indexNow(none)).toEqual(index);
      const values = await use().store.entryValues(index, [...keys, 'mood', 'mood', 'no-such', 'valueOf']);
      expect(values).toEqual(valuesOf([...keys, 'mood']));
      expect(await use().store.entryValues(index, [])).toEqual(new Map());
    });

    it('keep the values that a change does not name, and lose those that it replaces or removes', async () => {
      const first = await put(await newIndex(), ['a', 'b', 'c']);
      const second = await put(first, ['b', 'd'], ['c']);
      expect(await indexNow(first)).toEqual(second);
      expect(await use().store.entryValues(second, ['a', 'b', 'c', 'd'])).toEqual(valuesOf(['a', 'b', 'd']));
      expect([...(await use().store.entryValues(first, ['a', 'b', 'c'])).keys()]).toEqual(['a']);
      expect(new Set(await rowsOf(first))).toEqual(
        new Set(['INDEX', ...['a', 'b', 'd'].map((key) => valueRow(second, key))]),
      );
    });

    it('have one winner among 20 racing changes, first or later, and no trace of the others', async () => {
      let before = await newIndex();
      for (const round of ['first', 'later']) {
        const nexts = Array.from({ length: 20 }, () => changed(before, ['a', 'b']));
        const race = nexts.map((next, index) =>
          use().store.putEntryIndex(next, before, valuesOf(['a', 'b'], `${round} ${index}`)),
        );
        const outcomes = await Promise.all(race);
        expect(outcomes.filter((outcome) => outcome === 'put')).toHaveLength(1);
        const won = outcomes.indexOf('put');
        before = await indexNow(before);
        expect(before).toEqual(nexts[won]);
        const values = await use().store.entryValues(before, ['a', 'b']);
        expect(values).toEqual(valuesOf(['a', 'b'], `${round} ${won}`));
        expect(await rowsOf(before)).toHaveLength(3);
      }
    });

    it('have one winner among identical changes', async () => {
      const before = await put(await newIndex(), ['a', 'b']);
      const next = changed(before, [], ['a']);
      const race = Array.from({ length: 10 }, () => use().store.putEntryIndex(next, before, new Map()));
      expect((await Promise.all(race)).filter((outcome) => outcome === 'put')).toHaveLength(1);
    });

    it('take no change of an older or missing index', async () => {
      const none = await newIndex();
      const first = await put(none, ['a']);
      const second = await put(first, ['b']);
      expect(await use().store.putEntryIndex(changed(first, ['c']), first, valuesOf(['c']))).toBe('conflict');
      expect(await use().store.putEntryIndex(changed(none, ['c']), none, valuesOf(['c']))).toBe('conflict');
      const absent = { ...none, revision: 3 };
      const elsewhere = { ...absent, room: fresh('room') as RoomId };
      expect(await use().store.putEntryIndex(changed(elsewhere, []), elsewhere, new Map())).toBe('conflict');
      expect(await indexNow(none)).toEqual(second);
      expect(await rowsOf(none)).toHaveLength(3);
    });

    it('belong to one room epoch: a late change of an earlier epoch touches nothing', async () => {
      const late = await newIndex();
      const now = await put(await use().store.getEntryIndex(late.roomId, 'e2'), ['a']);
      expect(await use().store.putEntryIndex(changed(late, ['a', 'b']), late, valuesOf(['a', 'b'], 'late'))).toBe(
        'put',
      );
      await use().store.removeEntries(late.roomId, 'e1');
      expect(await indexNow(now)).toEqual(now);
      expect(await use().store.entryValues(now, ['a'])).toEqual(valuesOf(['a']));
    });
  });

  describe('the maximum of entries', () => {
    const most = async () => {
      const none = await newIndex();
      const keys = Array.from({ length: 110 }, (_, index) => `${index}-`.padEnd(128, 'k'));
      const entries = keys.map((key) => [key, entry({ version: key, userId: user('u'.repeat(64)), setAtMs: 1.8e12 })]);
      const next: EntryIndex = { ...none, revision: 1, entries: Object.fromEntries(entries) };
      // Together more than one page of the table.
      const values = new Map(keys.map((key) => [key, '語'.repeat(4096)]));
      expect(await use().store.putEntryIndex(next, none, values)).toBe('put');
      return { next, keys, values };
    };

    it('fit into one index, far below the limit of a row, and are read and changed as one', async () => {
      const { next, keys, values } = await most();
      expect(await indexNow(next)).toEqual(next);
      expect(Buffer.byteLength(JSON.stringify(next))).toBeLessThan(100 * 1024);
      expect(await use().store.entryValues(next, keys)).toEqual(values);
      const last = await put(next, [], keys);
      expect(await rowsOf(last)).toEqual(['INDEX']);
    });

    it('are removed with the room, and so are values that no index names', async () => {
      const { next } = await most();
      const kept = await put(await use().store.getEntryIndex(next.roomId, 'e2'), ['a']);
      const crashed = interposedStore(use(), { 2: 'denied' });
      const change = crashed.putEntryIndex(changed(next, ['x', 'y']), next, valuesOf(['x', 'y']));
      await expect(change).rejects.toThrow(StoreFault);
      expect(await indexNow(next)).toEqual(next);
      await use().store.removeEntries(next.roomId, 'e1');
      expect(await rowsOf(next)).toEqual([]);
      expect((await indexNow(next)).revision).toBe(0);
      await use().store.removeEntries(next.roomId, 'e1');
      expect(await indexNow(kept)).toEqual(kept);
      expect(await rowsOf(kept)).toHaveLength(2);
    });
  });

  describe('a change of entries under faults', () => {
    // Its requests: 0 the value, 1 the index, then what the answer requires.
    const changeWith = (before: EntryIndex, next: EntryIndex, events: Readonly<Record<number, Event>>) =>
      interposedStore(use(), events).putEntryIndex(next, before, valuesOf(['a'], 'mine'));

    it('writes no index before its values', async () => {
      const before = await put(await newIndex(), ['a']);
      const next = changed(before, ['a']);
      const seen: unknown[] = [];
      const readNow = async () => {
        const now = await indexNow(before);
        seen.push(now, await use().store.entryValues(now, ['a']), await use().store.entryValues(next, ['a']));
      };
      expect(await changeWith(before, next, { 1: readNow, 2: readNow })).toBe('put');
      const [old, mine] = [valuesOf(['a']), valuesOf(['a'], 'mine')];
      expect(seen).toEqual([before, old, mine, next, mine, mine]);
    });

    it('recognises itself after a lost answer, also under a later change', async () => {
      const before = await put(await newIndex(), ['a', 'b']);
      const next = changed(before, ['a'], ['b']);
      expect(await changeWith(before, next, { 1: 'lost' })).toBe('put');
      expect(await use().store.entryValues(next, ['a'])).toEqual(valuesOf(['a'], 'mine'));
      const mine = changed(next, ['a']);
      const other = async () => put(mine, ['c']);
      expect(await changeWith(next, mine, { 1: 'lost', 2: other })).toBe('put');
      const now = await indexNow(next);
      expect(new Set(Object.keys(now.entries))).toEqual(new Set(['a', 'c']));
      expect(await use().store.entryValues(now, ['a'])).toEqual(valuesOf(['a'], 'mine'));
      expect(await rowsOf(now)).toHaveLength(3);
    });

    it('is a conflict when it never arrived and another came first', async () => {
      const before = await put(await newIndex(), ['a', 'b']);
      const other = async () => put(before, ['a']);
      expect(await changeWith(before, changed(before, ['a'], ['b']), { 1: 'dropped', 2: other })).toBe('conflict');
      const now = await indexNow(before);
      expect(now.revision).toBe(2);
      expect(await use().store.entryValues(now, ['a', 'b'])).toEqual(valuesOf(['a', 'b']));
    });

    it('succeeds even if it cannot delete old values', async () => {
      const before = await put(await newIndex(), ['a']);
      const next = changed(before, ['a']);
      expect(await changeWith(before, next, { 2: 'denied' })).toBe('put');
      expect(await indexNow(before)).toEqual(next);
      expect(await rowsOf(next)).toHaveLength(3);
    });
  });
}
