import { PutCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredMessage } from '../../lib/domain/room.ts';
import type { RoomId } from '../../lib/protocol/ids.ts';
import { logKey } from '../../lib/store/dynamodb/keys.ts';
import { type LogQuery, MARK_EVERY } from '../../lib/store/log.ts';
import { type StoreUnderTest, tableName } from '../support/emulators.ts';
import { readUnitsOf } from './interposed-store.ts';
import { fresh, message, recalled } from './rows.ts';

const span = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => message(first + index));
const LAST_SEQ = 1_000_000;
const all = { epoch: 'e1', afterSeq: 0, beforeSeq: LAST_SEQ + 1, limit: 1000, charactersMax: Number.MAX_SAFE_INTEGER };

/** The contract of every engine for the log. */
export function describeLog(use: () => StoreUnderTest): void {
  const append = async (room: RoomId, ...batches: (readonly [number, number])[]) => {
    const { store, clock } = use();
    for (const [first, last] of batches) {
      await store.appendLog(room, 'e1', span(first, last), clock.nowMs + 60_000);
    }
    return room;
  };
  /** The messages of a query, however many calls it takes. */
  const read = async (query: LogQuery): Promise<readonly StoredMessage[]> => {
    const { messages, readTo } = await use().store.readLog(query);
    const limit = query.limit - messages.length;
    if (readTo === undefined || limit === 0) return messages;
    const rest = query.order === 'ascending' ? { ...query, afterSeq: readTo } : { ...query, beforeSeq: readTo };
    return [...messages, ...(await read({ ...rest, limit }))];
  };
  const newLog = (...batches: (readonly [number, number])[]) => append(fresh('log') as RoomId, ...batches);

  describe('the log', () => {
    it('gives each message once, although rows overlap and repeat', async () => {
      const room = await newLog([1, 3], [1, 5], [4, 6], [1, 3], [6, 250]);
      expect(await read({ ...all, roomId: room, order: 'ascending' })).toEqual(span(1, 250));
      expect(await read({ ...all, roomId: room, order: 'descending' })).toEqual(span(1, 250).reverse());
      expect(await read({ ...all, epoch: 'e2', roomId: room, order: 'ascending' })).toEqual([]);
    });

    it('gives exactly the range and limit asked for', async () => {
      const room = await newLog([1, 4], [3, 9], [10, 10], [11, 120], [115, 130]);
      for (const [afterSeq, beforeSeq, limit] of [
        [0, 2, 5],
        [3, 8, 2],
        [2, 116, 7],
        [8, 131, 1],
        [119, 200, 50],
        [5, 6, 5],
        [4, 9, 0],
      ] as const) {
        const inside = span(1, 130).filter(({ seq }) => seq > afterSeq && seq < beforeSeq);
        const query = { ...all, roomId: room, afterSeq, beforeSeq, limit };
        expect(await read({ ...query, order: 'ascending' })).toEqual(inside.slice(0, limit));
        const descending = inside.reverse().slice(0, limit);
        expect(await read({ ...query, order: 'descending' })).toEqual(descending);
      }
    });

    it('takes more text than one row can hold', async () => {
      const room = fresh('log') as RoomId;
      const large = span(1, 8).map((entry) => ({ ...entry, content: '語'.repeat(60_000) }));
      await use().store.appendLog(room, 'e1', large, use().clock.nowMs + 60_000);
      expect(await read({ ...all, roomId: room, order: 'ascending' })).toEqual(large);
    });

    it('gives a recalled message in its recalled form, in any order of writes', async () => {
      const room = fresh('log') as RoomId;
      const { store, clock } = use();
      const write = (messages: readonly StoredMessage[]) => store.appendLog(room, 'e1', messages, clock.nowMs + 60_000);
      const withRecalls = (first: number, last: number, ...seqs: number[]) =>
        span(first, last).map((one) => (seqs.includes(one.seq) ? recalled(one) : one));
      await write(withRecalls(1, 12, 3));
      await write(withRecalls(1, 12, 3, 4, 12));
      for (const seq of [2, 10, 11]) await write(withRecalls(seq, seq, seq));
      // Late writers, which read the messages before the recalls.
      for (const first of [1, 2, 9, 12]) await write(span(first, 12));
      for (const seq of [2, 3, 4, 10, 11, 12]) await write(span(seq, seq));
      await write(withRecalls(1, 12, 3));
      const expected = withRecalls(1, 12, 2, 3, 4, 10, 11, 12);
      for (const limit of [1, 2, 3, 7, 12, 100]) {
        for (const afterSeq of [0, 2, 9]) {
          const inside = expected.filter(({ seq }) => seq > afterSeq);
          const query = { ...all, roomId: room, afterSeq, limit };
          expect(await read({ ...query, order: 'ascending' })).toEqual(inside.slice(0, limit));
          const descending = inside.reverse().slice(0, limit);
          expect(await read({ ...query, order: 'descending' })).toEqual(descending);
        }
      }
    });

    it('finds the messages that were logged beside a recalled one', async () => {
      const room = fresh('log') as RoomId;
      const { store, clock } = use();
      const messages = span(1, 150).map((one) => (one.seq % 50 === 0 ? recalled(one) : one));
      await store.appendLog(room, 'e1', messages, clock.nowMs + 60_000);
      expect(await read({ ...all, roomId: room, order: 'ascending' })).toEqual(messages);
      expect(await read({ ...all, roomId: room, limit: 3, order: 'descending' })).toEqual(messages.slice(-3).reverse());
    });

    it('returns nothing past its expiry', async () => {
      const room = await newLog([1, 3]);
      use().clock.nowMs += 61_000;
      await append(room, [4, 4]);
      expect(await read({ ...all, roomId: room, order: 'ascending' })).toEqual(span(4, 4));
    });

    it('ends with the message that reaches the limit of characters, and reports its seq', async () => {
      const room = fresh('log') as RoomId;
      const large = span(1, 6).map((entry) => ({ ...entry, content: '語'.repeat(1000) }));
      await use().store.appendLog(room, 'e1', large, use().clock.nowMs + 60_000);
      const query = { ...all, roomId: room, charactersMax: 2500 };
      const up = await use().store.readLog({ ...query, order: 'ascending' });
      expect(up).toEqual({ messages: large.slice(0, 3), readTo: 3 });
      const down = await use().store.readLog({ ...query, order: 'descending' });
      expect(down).toEqual({ messages: large.slice(3).reverse(), readTo: 4 });
    });

    it('reads a page anywhere in a log at the cost of the newest', async () => {
      const room = fresh('log') as RoomId;
      const rows = Array.from({ length: 100 }, (_, row) => [row * 4 + 1, row * 4 + 4] as const);
      await append(room, ...rows);
      const unitsOf = (afterSeq: number, beforeSeq: number, order: LogQuery['order']) =>
        readUnitsOf(use(), (store) => store.readLog({ ...all, roomId: room, afterSeq, beforeSeq, order, limit: 20 }));
      const newest = await unitsOf(0, 401, 'descending');
      for (const seq of [30, 203, 381]) {
        expect(await unitsOf(0, seq, 'descending')).toBeLessThanOrEqual(newest + 1);
        expect(await unitsOf(seq, 401, 'ascending')).toBeLessThanOrEqual(newest + 1);
      }
    });

    it('marks times often enough, and each row that is expensive to read', async () => {
      const room = fresh('log') as RoomId;
      const { store, clock } = use();
      const life = { roomId: room, epoch: 'e1' };
      const sentAt = (seq: number) => 1_000 + Math.floor(seq / 3);
      const timed = span(1, 200).map((entry) => ({ ...entry, sentAtMs: sentAt(entry.seq) }));
      const timedWithLong = timed.map((entry) => (entry.seq === 50 ? { ...entry, content: 'x'.repeat(1000) } : entry));
      for (let from = 0; from < 200; from += 5) {
        await store.appendLog(room, 'e1', timedWithLong.slice(from, from + 5), clock.nowMs + 60_000);
      }
      for (let atMs = 999; atMs < 1070; atMs += 1) {
        const before = (await store.markBefore(life, atMs)) ?? 0;
        const from = (await store.markFrom(life, atMs)) ?? 201;
        expect(before === 0 || sentAt(before) < atMs).toBe(true);
        expect(from === 201 || sentAt(from) >= atMs).toBe(true);
        expect(from - before).toBeLessThanOrEqual(MARK_EVERY);
        // The row of 46 to 50 has a mark at each end.
        for (const seq of [46, 50]) expect(before < seq && seq < from).toBe(false);
      }
      expect(await store.markBefore({ roomId: room, epoch: 'e2' }, 2000)).toBeUndefined();
      expect(await store.markFrom({ roomId: room, epoch: 'e2' }, 0)).toBeUndefined();
    });

    it('has no marks past their expiry', async () => {
      const room = fresh('log') as RoomId;
      await append(room, [30, 34]);
      expect(await use().store.markFrom({ roomId: room, epoch: 'e1' }, 0)).toBe(32);
      use().clock.nowMs += 61_000;
      expect(await use().store.markFrom({ roomId: room, epoch: 'e1' }, 0)).toBeUndefined();
    });

    it('skips what is not a message in a row, and rows without messages', async () => {
      const room = await newLog([1, 3], [4, 6], [7, 9]);
      const put = (row: object) =>
        use()
          .createClient()
          .send(new PutCommand({ TableName: tableName, Item: { ...logKey(room, 'e1', 4, 6), lastSeq: 6, ...row } }));
      const kept = [...span(1, 3), ...span(7, 9)];
      for (const row of [
        { messages: 'text' },
        {},
        { messages: [null, 5, { seq: '4' }, { ...message(4), content: 4 }] },
      ]) {
        await put(row);
        expect(await read({ ...all, roomId: room, order: 'ascending' })).toEqual(kept);
        expect(await read({ ...all, roomId: room, order: 'descending' })).toEqual(kept.toReversed());
      }
    });

    it('gives the same as a list, after any writes in any order', async () => {
      const { store, clock } = use();
      const write = fc.record({
        first: fc.integer({ min: 1, max: 60 }),
        length: fc.integer({ min: 1, max: 12 }),
        recalls: fc.array(fc.integer({ min: 1, max: 72 }), { maxLength: 3 }),
      });
      const query = fc.record({
        afterSeq: fc.integer({ min: 0, max: 72 }),
        beforeSeq: fc.integer({ min: 0, max: 74 }),
        limit: fc.integer({ min: 1, max: 30 }),
        order: fc.constantFrom<LogQuery['order'][]>('ascending', 'descending'),
      });
      const history = fc.asyncProperty(
        fc.array(write, { minLength: 1, maxLength: 14 }),
        fc.array(query, { minLength: 4, maxLength: 8 }),
        async (writes, queries) => {
          const room = fresh('log') as RoomId;
          const model = new Map<number, StoredMessage>();
          for (const { first, length, recalls } of writes) {
            const batch = span(first, first + length - 1).map((one) =>
              recalls.includes(one.seq) ? recalled(one) : one,
            );
            await store.appendLog(room, 'e1', batch, clock.nowMs + 60_000);
            for (const one of batch) if (!model.get(one.seq)?.recalled) model.set(one.seq, one);
          }
          for (const asked of queries) {
            const inside = [...model.values()]
              .filter(({ seq }) => seq > asked.afterSeq && seq < asked.beforeSeq)
              .sort((one, other) => (one.seq - other.seq) * (asked.order === 'ascending' ? 1 : -1));
            expect(await read({ ...all, ...asked, roomId: room })).toEqual(inside.slice(0, asked.limit));
          }
        },
      );
      await fc.assert(history, { numRuns: 40, seed: 7 });
    });
  });
}
