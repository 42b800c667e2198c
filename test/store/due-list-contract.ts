import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { ConnectionId, RoomId, UserId } from '../../lib/protocol/ids.ts';
import { duePartition, dueShardOf as shardOfMany } from '../../lib/store/dynamodb/keys.ts';
import { FEWEST_SHARDS, type Timer, type TimerRow } from '../../lib/store/room-store.ts';
import type { StoreUnderTest } from '../support/emulators.ts';
import { mostAtOnce, readUnitsOf, storeOfShards } from './interposed-store.ts';
import { connectionId, putRow, user } from './rows.ts';

const ann = user('ann');
/** The stores under test have the fewest shards. */
const dueShardOf = (id: UserId | RoomId) => shardOfMany(id, FEWEST_SHARDS);
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
/** Each timer once, as text, which sets compare quickly. */
const textsOf = (timers: readonly Timer[]) =>
  new Set(
    timers.map((timer) => JSON.stringify(Object.entries(timer).sort(([one], [other]) => (one < other ? -1 : 1)))),
  );
const timersOf = (rows: readonly TimerRow[]) => rows.flatMap(({ timers }) => timers);

/** The contract of every engine for the due list. */
export function describeDueList(use: () => StoreUnderTest): void {
  let startMs = 0;
  const due = (atMs = startMs, limit = 1000, ofShard = shard) => use().store.dueRows(ofShard, atMs, limit);
  const dueAnywhere = async (atMs = startMs) => {
    const shards = Array.from({ length: FEWEST_SHARDS }, (_, ofShard) => due(atMs, 1000, ofShard));
    return (await Promise.all(shards)).flat();
  };

  const disarmAll = async () => {
    startMs = use().clock.nowMs;
    for (const row of await dueAnywhere(2 * startMs)) await use().store.disarm(row);
  };

  describe('the due list', () => {
    beforeEach(disarmAll);

    it('gives timers from their exact millisecond on, oldest first, until they are disarmed', async () => {
      for (const laterMs of [2, 0, 9, 1]) await use().store.arm(startMs + laterMs, [connection(`c${laterMs}`)]);
      expect(await due(startMs - 1)).toEqual([]);
      expect(await due()).toEqual([
        { shard, sortKey: expect.any(String), dueAtMs: startMs, timers: [connection('c0')], unreadable: 0 },
      ]);
      const rows = await due(startMs + 8);
      expect(rows.map(({ dueAtMs }) => dueAtMs - startMs)).toEqual([0, 1, 2]);
      expect(timersOf(rows)).toEqual(['c0', 'c1', 'c2'].map((name) => connection(name)));
      expect(await due(startMs + 8, 2)).toEqual(rows.slice(0, 2));
      for (const row of rows.slice(0, 2)) await use().store.disarm(row);
      for (const row of rows.slice(0, 2)) await use().store.disarm(row);
      expect(timersOf(await due(startMs + 99))).toEqual([connection('c2'), connection('c9')]);
    });

    it("keeps the timers of one user in one shard and one row, and a room's timer apart", async () => {
      const elsewhere = numberedRooms.find((name) => dueShardOf(name) !== shard) ?? expect.unreachable();
      const timers = [room(elsewhere), member('r2', ann), member('r1', ann), connection('/+=', ann), connection('c')];
      await use().store.arm(startMs, timers);
      const rows = await due();
      expect(rows).toHaveLength(1);
      expect(textsOf(timersOf(rows))).toEqual(textsOf(timers.slice(1)));
      expect(timersOf(await due(startMs, 9, dueShardOf(elsewhere)))).toEqual([room(elsewhere)]);
      expect(await dueAnywhere()).toHaveLength(2);
    });

    it('keeps the epoch of a room whose rows must be gone', async () => {
      const destroyed = (epoch: string): Timer => ({ kind: 'destroyed-room', room: 'r1' as RoomId, epoch });
      await use().store.arm(startMs, [destroyed('e1'), destroyed('e2'), room('r1')]);
      const found = timersOf(await due(startMs, 9, dueShardOf('r1' as RoomId)));
      expect(textsOf(found)).toEqual(textsOf([destroyed('e1'), destroyed('e2'), room('r1')]));
    });

    it('keeps a check of a user, in the shard of their connections', async () => {
      const presence: Timer = { kind: 'presence', userId: ann };
      await use().store.arm(startMs, [presence, connection('c'), presence]);
      expect(timersOf(await due())).toHaveLength(2);
      expect(textsOf(timersOf(await due()))).toEqual(textsOf([presence, connection('c')]));
    });

    it("keeps the checkpoint of a connection's check", async () => {
      const parts = [
        {},
        { afterRoom: 'r1' as RoomId },
        { afterRoom: 'r1' as RoomId, hasFailed: true },
        { hasFailed: true },
      ];
      const timers = parts.map((part) => ({ ...connection('c'), ...part }) as Timer);
      await use().store.arm(startMs, timers);
      expect(textsOf(timersOf(await due()))).toEqual(textsOf(timers));
      expect(timersOf(await due())).toHaveLength(4);
    });

    it('keeps two users of one shard in one row', async () => {
      const names = Array.from({ length: 1000 }, (_, index) => user(`u${index}`));
      const [one = ann, other = ann, ...more] = names.filter((name) => dueShardOf(name) === shard);
      expect(more.length).toBeGreaterThan(10);
      const timers = [member('r1', one), member('r1', other)];
      await use().store.arm(startMs, timers);
      const rows = await due();
      expect(rows).toHaveLength(1);
      expect(textsOf(timersOf(rows))).toEqual(textsOf(timers));
    });

    it.each([
      [0, 0],
      [1, 1],
      [100, 1],
      [101, 2],
      [250, 3],
    ])('keeps %i timers in %i rows', async (count, rowCount) => {
      await use().store.arm(startMs, connections(count));
      const rows = await due();
      expect(rows).toHaveLength(rowCount);
      expect(textsOf(timersOf(rows))).toEqual(textsOf(connections(count)));
      expect(timersOf(rows)).toHaveLength(count);
      for (const row of rows) expect(row.timers.length).toBeLessThanOrEqual(100);
    });

    it('writes each row once, although the same timers are armed repeatedly and in any order', async () => {
      const timers = [...connections(150), member('r1', ann)];
      const again = [...timers].reverse();
      await Promise.all([timers, again, [...again, ...timers]].map((some) => use().store.arm(startMs, some)));
      expect(timersOf(await due())).toHaveLength(151);
      await use().store.arm(startMs + 1, timers);
      expect(timersOf(await due(startMs + 1))).toHaveLength(302);
    });

    it('loses nothing where others concurrently arm as many timers with the same first or last one', async () => {
      const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => connection(name)) as [Timer, Timer, Timer, Timer];
      await Promise.all([[a, b, d], [a, c, d], [a, c], [a]].map((some) => use().store.arm(startMs, some)));
      expect((await due()).map((row) => row.timers)).toHaveLength(4);
      expect(textsOf(timersOf(await due()))).toEqual(textsOf([a, b, c, d]));
    });

    it('takes 4,000 timers at once, with 20 writes under way', async () => {
      const timers = Array.from({ length: 4000 }, (_, index) => member('r1', user(`u${index}`)));
      expect(await mostAtOnce(use(), (store) => store.arm(startMs, timers))).toBe(20);
      const found = timersOf(await dueAnywhere());
      expect(found).toHaveLength(4000);
      expect(textsOf(found)).toEqual(textsOf(timers));
    });

    it("is read across DynamoDB's pages, up to the limit", async () => {
      const userId = user('a'.repeat(64));
      const names = Array.from({ length: 6000 }, (_, index) => `${index}`.padStart(128, 'c') as ConnectionId);
      await use().store.arm(
        startMs,
        names.map((name) => connection(name, userId)),
      );
      const found = await due(startMs, 1000, dueShardOf(userId));
      expect(timersOf(found)).toHaveLength(6000);
      expect(await due(startMs, 59, dueShardOf(userId))).toEqual(found.slice(0, 59));
    });

    it('knows the most shards that any deployment has armed timers in; two need no note', async () => {
      const { store } = use();
      const before = await store.mostShards();
      expect(before).toBeGreaterThanOrEqual(2);
      await store.arm(startMs, [connection('c')]);
      expect(await store.mostShards()).toBe(before);
      const [more, fewer] = [before + 7, before + 3].map((shards) => storeOfShards(use(), shards));
      await more?.arm(startMs, []);
      expect(await store.mostShards()).toBe(before);
      await more?.arm(startMs, [connection('c')]);
      expect(await store.mostShards()).toBe(before + 7);
      await fewer?.arm(startMs, [connection('c')]);
      expect(await store.mostShards()).toBe(before + 7);
      expect(await readUnitsOf(use(), (metered) => metered.mostShards())).toBe(0.5);
    });

    it('finds each timer in one of the shards, whatever their number was when it was armed', async () => {
      const { store } = use();
      const users = Array.from({ length: 60 }, (_, index) => user(`user-${index}`));
      for (const shards of [2, 5, 16])
        await storeOfShards(use(), shards).arm(
          startMs,
          users.map((userId) => connection(`of-${shards}`, userId)),
        );
      const found = await Promise.all(
        Array.from({ length: await store.mostShards() }, (_, ofShard) => due(startMs, 1000, ofShard)),
      );
      const own = timersOf(found.flat()).filter((timer) => 'userId' in timer && timer.userId.startsWith('user-'));
      expect(textsOf(own).size).toBe(180);
      for (const row of found.flat()) await store.disarm(row);
    });

    it('costs half of a consistent read', async () => {
      const units = () => readUnitsOf(use(), (store) => store.dueRows(shard, startMs, 25));
      // dynalite charges nothing where nothing is found.
      expect(await units()).toBeLessThanOrEqual(0.5);
      await use().store.arm(startMs, [connection('c')]);
      expect(await units()).toBe(0.5);
    });

    it('keeps its rows for 30 days', async () => {
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

  describe('an unreadable row of timers', () => {
    beforeEach(disarmAll);

    const rowAt = (sortKey: string, row: object) => putRow(use(), { pk: duePartition(shard), sk: sortKey, ...row });
    const sortKeyOf = (name: string) => `00${startMs}#${name}`;

    it.each<[string, number, object]>([
      ['nothing in it', 1, {}],
      ['no list', 1, { timers: 'connection#ann#c' }],
      ['an empty list', 1, { timers: [] }],
      ['a map', 1, { timers: { connection: 'c' } }],
      ['a list without text', 4, { timers: [7, null, { kind: 'connection' }, ['connection#ann#c']] }],
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
        'a destroyed room without epoch, or with more',
        3,
        { timers: ['destroyed-room#r1', 'destroyed-room#r1#', 'destroyed-room#r1#e#f'] },
      ],
      ['invalid ids', 5, { timers: ['connection#ä#c', 'connection#ann#ä', 'member#ann#ä', 'member#ä#r', 'room#ä'] }],
      ['a check of no user, or of more', 4, { timers: ['presence', 'presence#', 'presence#ann#r1', 'presence#ä'] }],
      ['a connection without a user', 1, { connectionId: 'c' }],
    ])('has no timers, hides no other row and can be disarmed: %s', async (_what, unreadable, row) => {
      const { store } = use();
      await rowAt(sortKeyOf('!'), row);
      await store.arm(startMs, [connection('c')]);
      const [poison, ...others] = await due();
      expect(poison).toEqual({ shard, sortKey: sortKeyOf('!'), dueAtMs: startMs, timers: [], unreadable });
      expect(timersOf(others)).toEqual([connection('c')]);
      if (poison !== undefined) await store.disarm(poison);
      expect(await due()).toEqual(others);
    });

    it('gives its readable timers, and counts the others', async () => {
      await rowAt(sortKeyOf('mixed'), {
        timers: ['connection#ann#c', 'planet#mars', 'room#r1', 'member#ann#r2', 'erasure#ann#r3', 'erasure#ann', 7],
      });
      const [row] = await due();
      const erasure: Timer = { kind: 'erasure', room: 'r3' as RoomId, userId: ann };
      const timers = [connection('c'), room('r1'), member('r2', ann), erasure];
      expect(row).toMatchObject({ timers, unreadable: 3 });
      await use().store.arm(startMs + 1, [erasure]);
      expect(timersOf(await due(startMs + 1)).at(-1)).toEqual(erasure);
    });

    it('with an invalid sort key is due at once', async () => {
      await rowAt('!', { timers: ['room#r1'] });
      expect(await due()).toEqual([{ shard, sortKey: '!', dueAtMs: 0, timers: [room('r1')], unreadable: 0 }]);
    });
  });
}
