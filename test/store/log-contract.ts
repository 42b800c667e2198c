import { describe, expect, it } from 'vitest';
import type { RoomId } from '../../lib/domain/ids.ts';
import type { StoredMessage } from '../../lib/domain/room.ts';
import type { StoreUnderTest } from '../support/emulators.ts';
import { fresh, message, recalled } from './rows.ts';

const span = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => message(first + index));
const all = { epoch: 'e1', afterSeq: 0, beforeSeq: Number.MAX_SAFE_INTEGER, limit: 1000 };

/** What every engine must do with the log. */
export function describeLog(use: () => StoreUnderTest): void {
  const append = async (room: RoomId, ...batches: (readonly [number, number])[]) => {
    const { store, clock } = use();
    for (const [first, last] of batches) {
      await store.appendLog(room, 'e1', span(first, last), clock.nowMs + 60_000);
    }
    return room;
  };
  const newLog = (...batches: (readonly [number, number])[]) => append(fresh('log') as RoomId, ...batches);

  describe('the log', () => {
    it('gives each message once, however rows overlap and are repeated', async () => {
      const room = await newLog([1, 3], [1, 5], [4, 6], [1, 3], [6, 250]);
      const { store } = use();
      expect(await store.readLog({ ...all, room, order: 'ascending' })).toEqual(span(1, 250));
      expect(await store.readLog({ ...all, room, order: 'descending' })).toEqual(span(1, 250).reverse());
      expect(await store.readLog({ ...all, epoch: 'e2', room, order: 'ascending' })).toEqual([]);
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
        const query = { ...all, room, afterSeq, beforeSeq, limit };
        expect(await use().store.readLog({ ...query, order: 'ascending' })).toEqual(inside.slice(0, limit));
        const descending = inside.reverse().slice(0, limit);
        expect(await use().store.readLog({ ...query, order: 'descending' })).toEqual(descending);
      }
    });

    it('takes more text than one row can hold', async () => {
      const room = fresh('log') as RoomId;
      const large = span(1, 8).map((entry) => ({ ...entry, content: '語'.repeat(60_000) }));
      await use().store.appendLog(room, 'e1', large, use().clock.nowMs + 60_000);
      expect(await use().store.readLog({ ...all, room, order: 'ascending' })).toEqual(large);
    });

    it('gives a recalled message in its recalled form, whoever logs what when', async () => {
      const room = fresh('log') as RoomId;
      const { store, clock } = use();
      const write = (messages: readonly StoredMessage[]) => store.appendLog(room, 'e1', messages, clock.nowMs + 60_000);
      const withRecalls = (first: number, last: number, ...seqs: number[]) =>
        span(first, last).map((one) => (seqs.includes(one.seq) ? recalled(one) : one));
      await write(withRecalls(1, 12, 3));
      await write(withRecalls(1, 12, 3, 4, 12));
      for (const seq of [2, 10, 11]) await write(withRecalls(seq, seq, seq));
      // Writers that come late with what they had read before the recalls.
      for (const first of [1, 2, 9, 12]) await write(span(first, 12));
      for (const seq of [2, 3, 4, 10, 11, 12]) await write(span(seq, seq));
      await write(withRecalls(1, 12, 3));
      const expected = withRecalls(1, 12, 2, 3, 4, 10, 11, 12);
      for (const limit of [1, 2, 3, 7, 12, 100]) {
        for (const afterSeq of [0, 2, 9]) {
          const inside = expected.filter(({ seq }) => seq > afterSeq);
          const query = { ...all, room, afterSeq, limit };
          expect(await store.readLog({ ...query, order: 'ascending' })).toEqual(inside.slice(0, limit));
          const descending = inside.reverse().slice(0, limit);
          expect(await store.readLog({ ...query, order: 'descending' })).toEqual(descending);
        }
      }
    });

    it('finds what was logged beside a recalled message', async () => {
      const room = fresh('log') as RoomId;
      const { store, clock } = use();
      const messages = span(1, 150).map((one) => (one.seq % 50 === 0 ? recalled(one) : one));
      await store.appendLog(room, 'e1', messages, clock.nowMs + 60_000);
      expect(await store.readLog({ ...all, room, order: 'ascending' })).toEqual(messages);
      expect(await store.readLog({ ...all, room, limit: 3, order: 'descending' })).toEqual(
        messages.slice(-3).reverse(),
      );
    });

    it('returns nothing past its expiry', async () => {
      const room = await newLog([1, 3]);
      use().clock.nowMs += 61_000;
      await append(room, [4, 4]);
      expect(await use().store.readLog({ ...all, room, order: 'ascending' })).toEqual(span(4, 4));
    });
  });
}
