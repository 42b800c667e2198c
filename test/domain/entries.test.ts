import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  autoDeletedKeys,
  type Entry,
  type EntryIndex,
  emptyIndex,
  removeEntries,
  setEntries,
} from '../../lib/domain/entries.ts';
import type { RoomId, UserId } from '../../lib/protocol/ids.ts';

const user = (name: string) => name as UserId;
const entry = (userId: string, change: Partial<Entry> = {}): Entry => ({
  version: 'v1',
  userId: user(userId),
  autoDelete: false,
  setAtMs: 5,
  ...change,
});
const indexOf = (entries: Readonly<Record<string, Entry>>): EntryIndex => ({
  ...emptyIndex('room' as RoomId, 'e1'),
  revision: 3,
  entries,
});
const index = indexOf({ mine: entry('ann'), theirs: entry('bob') });
const next = entry('ann', { version: 'v2' });

describe('setting entries', () => {
  test('adds and replaces with one new revision of the index', () => {
    const change = setEntries(
      index,
      new Map([
        ['mine', next],
        ['new', next],
      ]),
      false,
      3,
    );
    expect(change).toEqual({
      index: { ...index, revision: 4, entries: { ...index.entries, mine: next, new: next } },
      done: ['mine', 'new'],
      faults: {},
    });
  });

  test('leaves an entry of another user unless it may overwrite', () => {
    expect(setEntries(index, new Map([['theirs', next]]), false, 9)).toEqual({
      done: [],
      faults: { theirs: 'entry-of-another-user' },
    });
    expect(setEntries(index, new Map([['theirs', next]]), true, 9).index?.entries.theirs).toEqual(next);
  });

  test('takes no new key beyond the limit, and still replaces', () => {
    const change = setEntries(index, new Map(['a', 'mine', 'b'].map((key) => [key, next])), false, 3);
    expect(change).toMatchObject({ done: ['a', 'mine'], faults: { b: 'too-many-entries' } });
    expect(new Set(Object.keys(change.index?.entries ?? {}))).toEqual(new Set(['a', 'mine', 'theirs']));
  });
});

describe('removing entries', () => {
  test('removes each key once with one new revision of the index', () => {
    expect(removeEntries(index, ['mine', 'mine'], 'ann', false)).toEqual({
      index: { ...index, revision: 4, entries: { theirs: index.entries.theirs } },
      done: ['mine'],
      faults: {},
    });
  });

  test('leaves an entry of another user unless it is forced, and reports a missing one', () => {
    const faults = { theirs: 'entry-of-another-user', none: 'no-such-entry' };
    expect(removeEntries(index, ['theirs', 'none'], 'ann', false)).toEqual({ done: [], faults });
    expect(removeEntries(index, ['theirs'], 'ann', true)).toMatchObject({ done: ['theirs'], faults: {} });
  });
});

test('the end of a membership removes the entries of the user that are set to autoDelete', () => {
  const goes = { autoDelete: true };
  const entries = { a: entry('ann', goes), b: entry('bob', goes), c: entry('ann'), d: entry('ann', goes) };
  expect(autoDeletedKeys(indexOf(entries), user('ann'))).toEqual(['a', 'd']);
  expect(autoDeletedKeys(indexOf(entries), user('eve'))).toEqual([]);
});

test.each(['constructor', 'toString', '__proto__'])('a key called %s is a key like any other', (key) => {
  expect(removeEntries(indexOf({}), [key], 'ann', false).faults).toEqual(Object.fromEntries([[key, 'no-such-entry']]));
  const { index: after = index } = setEntries(indexOf({}), new Map([[key, next]]), false, 1);
  expect(Object.entries(after.entries)).toEqual([[key, next]]);
  expect(removeEntries(after, [key], 'ann', false)).toMatchObject({ done: [key], index: { entries: {} } });
});

test('any sets and removals keep the limit and the entries of others, and each key is done or has a fault', () => {
  const key = fc.constantFrom(...'abcdefgh', '__proto__', 'constructor');
  const step = fc.record({
    sets: fc.boolean(),
    userId: fc.constantFrom('ann', 'bob').map(user),
    keys: fc.uniqueArray(key, { minLength: 1 }),
    forced: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(step), fc.integer({ min: 1, max: 6 }), (steps, limit) => {
      let now = indexOf({});
      for (const { sets, userId, keys, forced } of steps) {
        const values = new Map(keys.map((one) => [one, entry(userId, { version: `v${now.revision + 1}` })]));
        const change = sets ? setEntries(now, values, forced, limit) : removeEntries(now, keys, userId, forced);
        const after = change.index ?? now;
        expect([...change.done, ...Object.keys(change.faults)].sort((one, other) => (one < other ? -1 : 1))).toEqual(
          [...keys].sort((one, other) => (one < other ? -1 : 1)),
        );
        expect(after.revision).toBe(now.revision + (change.done.length > 0 ? 1 : 0));
        expect(Object.keys(after.entries).length).toBeLessThanOrEqual(limit);
        const untouched = Object.entries(now.entries).filter(([one]) => !change.done.includes(one));
        expect(Object.entries(after.entries)).toEqual(expect.arrayContaining(untouched));
        for (const [one, before] of Object.entries(now.entries)) {
          if (!forced && before.userId !== userId) expect(change.done).not.toContain(one);
        }
        for (const one of change.done) expect(Object.hasOwn(after.entries, one)).toBe(sets);
        now = after;
      }
    }),
  );
});
