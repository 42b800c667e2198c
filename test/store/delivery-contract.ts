import { describe, expect, it } from 'vitest';
import type { Room, TailEntry } from '../../lib/domain/room.ts';
import type { RoomId } from '../../lib/protocol/ids.ts';
import type { DeliveryProgress } from '../../lib/store/rooms.ts';
import type { StoreUnderTest } from '../support/emulators.ts';
import { acceptance, inTail, message, newRoom, recalled } from './rows.ts';

/** The contract of every engine for the lease to deliver, and for what its holder writes. */
export function describeDeliveries(use: () => StoreUnderTest): void {
  const create = async (change: Partial<Room> = {}) => {
    const room = newRoom(change);
    expect(await use().store.createRoom(room)).toBe(true);
    return room;
  };
  const accepted = async (...args: Parameters<typeof acceptance>): Promise<Room> => {
    const room = await use().store.acceptMessage(acceptance(...args));
    if (typeof room === 'string') throw new Error('unable to accept; conflict');
    return room;
  };
  const advance = ({ roomId, epoch }: Room, change: Partial<DeliveryProgress> = {}) =>
    use().store.advanceDelivery({
      ...{ roomId, epoch, leaseId: 'lease of a', deliveredSeq: 1, deliveredAtMs: 7, crowdedUntilMs: 0, logged: [] },
      ...{ next: { id: 'lease of a', untilMs: 20_000 } },
      ...change,
    });
  const now = (room: Room) => use().store.getRoom(room.roomId);
  const idsOf = (room: Room | undefined) => room?.tail.map(({ id }) => id);

  describe('the lease to deliver', () => {
    it('is taken by the first message that is accepted, under races too', async () => {
      const room = await create();
      const ids = ['a', 'b', 'c', 'd', 'e'];
      const all = await Promise.all(ids.map((id) => accepted(room, id)));
      const leases = new Set(all.map(({ delivery }) => delivery.lease?.id));
      expect(leases.size).toBe(1);
      const first = all.find(({ seq }) => seq === 1);
      expect(first?.delivery.lease).toEqual({ id: `lease of ${first?.tail[0]?.id}`, untilMs: 9_000 });
    });

    it('ends when all is delivered, and not while a message waits', async () => {
      const room = await create();
      await accepted(room, 'a');
      await accepted(room, 'b');
      expect(await advance(room, { deliveredSeq: 1, next: undefined })).toBeUndefined();
      expect((await now(room))?.delivery.lease?.id).toBe('lease of a');
      const ended = await advance(room, { deliveredSeq: 2, next: undefined, crowdedUntilMs: 5 });
      expect(ended?.delivery).toEqual({ deliveredSeq: 2, deliveredAtMs: 7, crowdedUntilMs: 5 });
      expect((await accepted(room, 'c')).delivery.lease?.id).toBe('lease of c');
    });

    it('is renewed by its holder only', async () => {
      const room = await create();
      await accepted(room, 'a');
      expect(await advance(room, { leaseId: 'another' })).toBeUndefined();
      const lease = { id: 'lease of a', untilMs: 20_000 };
      expect((await advance(room))?.delivery).toEqual({ deliveredSeq: 1, deliveredAtMs: 7, crowdedUntilMs: 0, lease });
    });

    it('is taken over from the holder that is named, once', async () => {
      const room = await create();
      await accepted(room, 'a');
      const next = { id: 'next', untilMs: 30_000 };
      const taken = await use().store.takeOverDelivery(room.roomId, room.epoch, 'lease of a', next);
      expect(taken?.delivery.lease).toEqual(next);
      expect(await use().store.takeOverDelivery(room.roomId, room.epoch, 'lease of a', next)).toBeUndefined();
      expect(await use().store.takeOverDelivery(room.roomId, 'e0', 'next', next)).toBeUndefined();
      expect(await advance(room)).toBeUndefined();
    });

    it('is nothing in a room that was destroyed', async () => {
      const room = await create();
      await accepted(room, 'a');
      await use().store.destroyRoom(room.roomId, room.epoch, 5, false);
      expect(await advance(room)).toBeUndefined();
      const next = { id: 'next', untilMs: 30_000 };
      expect(await use().store.takeOverDelivery(room.roomId, room.epoch, 'lease of a', next)).toBeUndefined();
    });
  });

  describe('the tail that is in the log', () => {
    const filled = async (...ids: string[]) => {
      const room = await create();
      let after = room;
      for (const id of ids) after = await accepted(room, id);
      return after;
    };

    it('leaves the room, and new messages stay with their seqs', async () => {
      const before = await filled('a', 'b');
      await accepted(before, 'c');
      const after = await advance(before, { logged: before.tail });
      expect(after?.tail.map(({ seq, id }) => [seq, id])).toEqual([[3, 'c']]);
      expect((await accepted(before, 'd')).tail.map(({ seq, id }) => [seq, id])).toEqual([
        [3, 'c'],
        [4, 'd'],
      ]);
    });

    it('leaves it once: a second writer of the same is refused', async () => {
      const before = await filled('a', 'b');
      expect(idsOf(await advance(before, { logged: before.tail.slice(0, 1) }))).toEqual(['b']);
      expect(await advance(before, { logged: before.tail })).toBeUndefined();
      expect(idsOf(await now(before))).toEqual(['b']);
    });

    it('leaves it in steps where there is much', async () => {
      const tail = Array.from({ length: 130 }, (_, index) => inTail(message(index + 1)));
      const room = await create({ seq: 130, lastMessageAtMs: 1000, tail });
      await accepted(room, 'a', { isInTail: false });
      const counts: number[] = [];
      for (let round = 0; round < 3; round += 1) {
        const logged = (await now(room))?.tail.slice(0, -1) ?? [];
        counts.push((await advance(room, { logged }))?.tail.length ?? 0);
      }
      expect(counts).toEqual([71, 11, 1]);
    });

    it('does not leave it as it was before a recall', async () => {
      const before = await filled('a', 'b');
      const [a] = before.tail as [TailEntry];
      await use().store.recallInTail(before.roomId, before.epoch, recalled(a.message ?? message(1)));
      expect(await advance(before, { logged: before.tail })).toBeUndefined();
      const read = await now(before);
      expect(read?.tail.map(({ message: one }) => one?.recalled)).toEqual([true, undefined]);
      expect(idsOf(await advance(before, { logged: read?.tail ?? [] }))).toEqual([]);
    });

    it('leaves the time of the last message behind, which never decreases', async () => {
      const room = await create();
      for (const [id, sentAtMs] of [
        ['a', 5_000],
        ['b', 4_000],
      ] as const) {
        await accepted(room, id, { message: { ...acceptance(room, id).message, sentAtMs } });
      }
      const before = await now(room);
      expect(before?.lastMessageAtMs).toBe(5_000);
      const after = await advance(room, { logged: before?.tail ?? [] });
      expect(after).toMatchObject({ lastMessageAtMs: 5_000, tail: [] });
      const late = { ...acceptance(room, 'c').message, sentAtMs: 4_500 };
      expect((await accepted(room, 'c', { message: late })).lastMessageAtMs).toBe(5_000);
    });

    it('keeps the position at which a user was allowlisted', async () => {
      const before = await filled('a');
      const listed = await use().store.addToAllowlist(before.roomId, before.epoch, 'ann' as never, 5);
      const position = { seq: 1, lastMessageAtMs: 1_000 };
      expect(listed).toMatchObject({ allowlistedSince: { ann: position } });
      await advance(before, { logged: before.tail });
      expect((await now(before))?.allowlistedSince).toEqual({ ann: position });
    });

    it('is of this room only', async () => {
      const other = newRoom();
      expect(await advance({ ...other, roomId: 'no-room' as RoomId })).toBeUndefined();
    });
  });
}
