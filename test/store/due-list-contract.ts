import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { ConnectionId, RoomId, UserId } from '../../lib/protocol/ids.ts';
import { duePartition, dueShardOf } from '../../lib/store/dynamodb/keys.ts';
import { DUE_SHARDS, type Timer, type TimerRow } from '../../lib/store/room-store.ts';
import type { StoreUnderTest } from '../support/emulators.ts';
import { mostAtOnce, readUnitsOf } from './interposed-store.ts';
import { connectionId, putRow, user } from './rows.ts';

const ann = user('ann');
const shard = dueShardOf(ann);
const connection = (name: string, userId: UserId = ann): Timer => ({
  kind: 'connection',
  userId,
  connectionId: connectionId(name),
});
const connections = (count: number): readonly Timer[] =>
  Array.from({ length: count }, (_, index) => connection(`c${index}`));
const member = (room: string, userId: UserId): Timer => ({ kind: 'member', room: room as RoomId, userId });
const numberedRooms = Array.from({ length: 100 }, (_, index) => `r${index}` as RoomId);
const room = (name: string): Timer => ({ kind: 'room', room: name as RoomId });
/** Each once, in a form that sets compare quickly. */
const textsOf = (entries: readonly Timer[]) =>
  new Set(
    entries.map((entry) => JSON.stringify(Object.entries(entry).sort(([one], [other]) => (one < other ? -1 : 1)))),
  );
const entriesOf = (rows: readonly TimerRow[]) => rows.flatMap(({ timers }) => timers);

/** What every engine must do with the due list. */
export function describeDueList(use: () => StoreUnderTest): void {
  let startMs = 0;
  const due = (atMs = startMs, limit = 1000, ofShard = shard) => use().store.dueRows(ofShard, atMs, limit);
  const dueAnywhere = async (atMs = startMs) => {
    const shards = Array.from({ length: DUE_SHARDS }, (_, ofShard) => due(atMs, 1000, ofShard));
    return (await Promise.all(shards)).flat();
  };

  const takeOffAll = async () => {
    startMs = use().clock.nowMs;
    for (const row of await dueAnywhere(2 * startMs)) await use().store.disarm(row);
  };

  describe('the due list', () => {
    beforeEach(takeOffAll);

    it('gives what is due from its very millisecond on, oldest first, until it is taken off', async () => {
      for (const laterMs of [2, 0, 9, 1]) await use().store.arm(startMs + laterMs, [connection(`c${laterMs}`)]);
      expect(await due(startMs - 1)).toEqual([]);
      expect(await due()).toEqual([
        { shard, sortKey: expect.any(String), dueAtMs: startMs, timers: [connection('c0')], unreadable: 0 },
      ]);
      const rows = await due(startMs + 8);
      expect(rows.map(({ dueAtMs }) => dueAtMs - startMs)).toEqual([0, 1, 2]);
      expect(entriesOf(rows)).toEqual(['c0', 'c1', 'c2'].map((name) => connection(name)));
      expect(await due(startMs + 8, 2)).toEqual(rows.slice(0, 2));
      for (const row of rows.slice(0, 2)) await use().store.disarm(row);
      for (const row of rows.slice(0, 2)) await use().store.disarm(row);
      expect(entriesOf(await due(startMs + 99))).toEqual([connection('c2'), connection('c9')]);
    });

    it('keeps what is of one user in one shard and one row, and a room by itself', async () => {
      const elsewhere = numberedRooms.find((name) => dueShardOf(name) !== shard) ?? expect.unreachable();
      const entries = [room(elsewhere), member('r2', ann), member('r1', ann), connection('/+=', ann), connection('c')];
      await use().store.arm(startMs, entries);
      const rows = await due();
      expect(rows).toHaveLength(1);
      expect(textsOf(entriesOf(rows))).toEqual(textsOf(entries.slice(1)));
      expect(entriesOf(await due(startMs, 9, dueShardOf(elsewhere)))).toEqual([room(elsewhere)]);
      expect(await dueAnywhere()).toHaveLength(2);
    });

    it('keeps how far a look at a connection has come', async () => {
      const parts = [
        {},
        { afterRoom: 'r1' as RoomId },
        { afterRoom: 'r1' as RoomId, hasFailed: true },
        { hasFailed: true },
      ];
      const entries = parts.map((part) => ({ ...connection('c'), ...part }) as Timer);
      await use().store.arm(startMs, entries);
      expect(textsOf(entriesOf(await due()))).toEqual(textsOf(entries));
      expect(entriesOf(await due())).toHaveLength(4);
    });

    it('keeps two users of one shard in one row', async () => {
      const names = Array.from({ length: 1000 }, (_, index) => user(`u${index}`));
      const [one = ann, other = ann, ...more] = names.filter((name) => dueShardOf(name) === shard);
      expect(more.length).toBeGreaterThan(10);
      const entries = [member('r1', one), member('r1', other)];
      await use().store.arm(startMs, entries);
      const rows = await due();
      expect(rows).toHaveLength(1);
      expect(textsOf(entriesOf(rows))).toEqual(textsOf(entries));
    });

    it.each([
      [0, 0],
      [1, 1],
      [100, 1],
      [101, 2],
      [250, 3],
    ])('keeps %i entries in %i rows', async (count, rowCount) => {
      await use().store.arm(startMs, connections(count));
      const rows = await due();
      expect(rows).toHaveLength(rowCount);
      expect(textsOf(entriesOf(rows))).toEqual(textsOf(connections(count)));
      expect(entriesOf(rows)).toHaveLength(count);
      for (const row of rows) expect(row.timers.length).toBeLessThanOrEqual(100);
    });

    it('has one of each row, however often and in whatever order the same is armed', async () => {
      const entries = [...connections(150), member('r1', ann)];
      const again = [...entries].reverse();
      await Promise.all([entries, again, [...again, ...entries]].map((some) => use().store.arm(startMs, some)));
      expect(entriesOf(await due())).toHaveLength(151);
      await use().store.arm(startMs + 1, entries);
      expect(entriesOf(await due(startMs + 1))).toHaveLength(302);
    });

    it('loses nothing where others arm as many entries at the same time, and the first or the last is the same', async () => {
      const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => connection(name)) as [Timer, Timer, Timer, Timer];
      await Promise.all([[a, b, d], [a, c, d], [a, c], [a]].map((some) => use().store.arm(startMs, some)));
      expect((await due()).map((row) => row.timers)).toHaveLength(4);
      expect(textsOf(entriesOf(await due()))).toEqual(textsOf([a, b, c, d]));
    });

    it('takes 4,000 entries at once, with 20 writes under way', async () => {
      const entries = Array.from({ length: 4000 }, (_, index) => member('r1', user(`u${index}`)));
      expect(await mostAtOnce(use(), (store) => store.arm(startMs, entries))).toBe(20);
      const found = entriesOf(await dueAnywhere());
      expect(found).toHaveLength(4000);
      expect(textsOf(found)).toEqual(textsOf(entries));
    });

    it('is read across the pages of DynamoDB, up to the limit', async () => {
      const userId = user('a'.repeat(64));
      const names = Array.from({ length: 6000 }, (_, index) => `${index}`.padStart(128, 'c') as ConnectionId);
      await use().store.arm(
        startMs,
        names.map((name) => connection(name, userId)),
      );
      const found = await due(startMs, 1000, dueShardOf(userId));
      expect(entriesOf(found)).toHaveLength(6000);
      expect(await due(startMs, 59, dueShardOf(userId))).toEqual(found.slice(0, 59));
    });

    it('is read for half of what a consistent read costs', async () => {
      const units = () => readUnitsOf(use(), (store) => store.dueRows(shard, startMs, 25));
      // dynalite takes nothing where nothing is found.
      expect(await units()).toBeLessThanOrEqual(0.5);
      await use().store.arm(startMs, [connection('c')]);
      expect(await units()).toBe(0.5);
    });

    it('waits 30 days for a sweep', async () => {
      const { clock, store } = use();
      onTestFinished(() => {
        clock.nowMs = startMs;
      });
      await store.arm(startMs, [connection('c')]);
      clock.nowMs = startMs + 30 * 24 * 3600 * 1000 - 1;
      expect(await due()).toHaveLength(1);
      clock.nowMs += 1;
      expect(await due()).toEqual([]);
    });
  });

  describe('a due row that cannot be read', () => {
    beforeEach(takeOffAll);

    const rowAt = (place: string, attributes: object) =>
      putRow(use(), { pk: duePartition(shard), sk: place, ...attributes });
    const place = (name: string) => `00${startMs}#${name}`;

    it.each<[string, number, object]>([
      ['nothing in it', 1, {}],
      ['no list', 1, { timers: 'connection#ann#c' }],
      ['an empty list', 1, { timers: [] }],
      ['a map', 1, { timers: { connection: 'c' } }],
      ['no text in the list', 4, { timers: [7, null, { kind: 'connection' }, ['connection#ann#c']] }],
      ['an unknown kind', 1, { timers: ['planet#ann#c'] }],
      ['too few words', 5, { timers: ['connection', 'connection#ann', 'member#ann', 'room', ''] }],
      [
        'too many words',
        5,
        {
          timers: [
            ...['connection#ann#c#r1#d', 'connection#ann#c#r1#failed#d', 'connection#ann#c#ä'],
            ...['member#ann#r1#e', 'room#r1#e'],
          ],
        },
      ],
      [
        'ids that are none',
        5,
        { timers: ['connection#ä#c', 'connection#ann#ä', 'member#ann#ä', 'member#ä#r', 'room#ä'] },
      ],
      ['a connection of nobody', 1, { connectionId: 'c' }],
    ])('has no entries, hides no other and can be taken off: %s', async (_what, unreadable, attributes) => {
      const { store } = use();
      await rowAt(place('!'), attributes);
      await store.arm(startMs, [connection('c')]);
      const [poison, ...others] = await due();
      expect(poison).toEqual({ shard, sortKey: place('!'), dueAtMs: startMs, timers: [], unreadable });
      expect(entriesOf(others)).toEqual([connection('c')]);
      if (poison !== undefined) await store.disarm(poison);
      expect(await due()).toEqual(others);
    });

    it('in part gives the rest, and says how many it has besides', async () => {
      await rowAt(place('mixed'), {
        timers: ['connection#ann#c', 'planet#mars', 'room#r1', 'member#ann#r2', 'erasure#ann#r3', 'erasure#ann', 7],
      });
      const [row] = await due();
      const erasure: Timer = { kind: 'erasure', room: 'r3' as RoomId, userId: ann };
      const timers = [connection('c'), room('r1'), member('r2', ann), erasure];
      expect(row).toMatchObject({ timers, unreadable: 3 });
      await use().store.arm(startMs + 1, [erasure]);
      expect(entriesOf(await due(startMs + 1)).at(-1)).toEqual(erasure);
    });

    it('whose place is none is due since ever', async () => {
      await rowAt('!', { timers: ['room#r1'] });
      expect(await due()).toEqual([{ shard, sortKey: '!', dueAtMs: 0, timers: [room('r1')], unreadable: 0 }]);
    });
  });
}
