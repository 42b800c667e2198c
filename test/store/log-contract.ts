import { describe, expect, it } from 'vitest';
import type { RoomId } from '../../lib/domain/ids.ts';
import type { StoreUnderTest } from '../support/emulators.ts';
import { fresh, message } from './rows.ts';

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

    it('returns nothing past its expiry', async () => {
      const room = await newLog([1, 3]);
      use().clock.nowMs += 61_000;
      await append(room, [4, 4]);
      expect(await use().store.readLog({ ...all, room, order: 'ascending' })).toEqual(span(4, 4));
    });
  });
}
