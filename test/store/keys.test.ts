import { assert, constantFrom, integer, property, string, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ConnectionId, RoomId, UserId } from '../../lib/protocol/ids.ts';
import * as keys from '../../lib/store/dynamodb/keys.ts';

const id = string({ unit: constantFrom(...'AZaz09_+=-'), minLength: 1, maxLength: 6 });
const joined = (key: keys.Key) => JSON.stringify([key.pk, key.sk]);

describe('keys', () => {
  it('differ for different rooms and users, and never equal the key of another kind of row', () => {
    void assert(
      property(tuple(id, id), tuple(id, id), ([room, user], [otherRoom, otherUser]) => {
        const key = joined(keys.memberKey(room as RoomId, user as UserId));
        const other = joined(keys.memberKey(otherRoom as RoomId, otherUser as UserId));
        expect(key === other).toBe(room === otherRoom && user === otherUser);
        expect(key).not.toBe(joined(keys.roomKey(otherRoom as RoomId)));
        expect(key).not.toBe(joined(keys.logKey(otherRoom as RoomId, otherUser, 1, 2)));
        const connection = keys.connectionKey(room as UserId, user as ConnectionId);
        const otherConnection = keys.connectionKey(otherRoom as UserId, otherUser as ConnectionId);
        expect(joined(connection) === joined(otherConnection)).toBe(key === other);
        expect(joined(connection)).not.toBe(joined(keys.dueKey(1, 1, otherUser)));
      }),
    );
  });

  it('sort log rows by last seq and timers by time', () => {
    const seq = integer({ min: 0, max: 1e9 });
    void assert(
      property(seq, seq, id, (one, other, name) => {
        const log = (last: number) => keys.logKey(name as RoomId, 'e', 0, last).sk;
        const recalled = (last: number) => keys.recalledLogKey(name as RoomId, 'e', last).sk;
        const due = (time: number) => keys.dueKey(3, time, name).sk;
        expect(log(one) < log(other)).toBe(one < other);
        expect(log(one) < recalled(other)).toBe(one <= other);
        expect(recalled(one) < log(other)).toBe(one < other);
        expect(due(one) < due(other)).toBe(one < other);
        expect(due(one) < keys.dueBound(other)).toBe(one <= other);
        expect(keys.dueTimeOf(due(one))).toBe(one);
        const { from, to } = keys.logRange(one, one);
        for (const key of [log(other), recalled(other)]) expect(key >= from && key <= to).toBe(one === other);
      }),
    );
  });

  it.each([2, 3, 16])('spread users over all of %i shards of the due list', (shardCount) => {
    const shards = Array.from({ length: 1000 }, (_, index) => keys.dueShardOf(`u${index}` as UserId, shardCount));
    const counts = Array.from({ length: shardCount }, (_, shard) => shards.filter((other) => other === shard).length);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1000);
    for (const count of counts) expect(count).toBeGreaterThan(30);

    expect(keys.dueKey(3, 1.9, 'x')).toEqual({ pk: keys.duePartition(3), sk: '000000000000001#x' });
  });

  it('expire a row at the second that covers its expiry, never before', () => {
    expect(keys.isExpired(keys.expiry(1500), 1999)).toBe(false);
    expect(keys.isExpired(keys.expiry(1500), 2000)).toBe(true);
    expect(keys.isExpired({}, 1e15)).toBe(false);
  });
});
