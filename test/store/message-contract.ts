import { describe, expect, it } from 'vitest';
import type { Room, StoredMessage } from '../../lib/domain/room.ts';
import { TAIL_ENTRIES_MAX } from '../../lib/domain/sending.ts';
import type { StoreUnderTest } from '../support/emulators.ts';
import { acceptance, inTail, newRoom, recalled } from './rows.ts';

const idsOf = (room: Room | undefined) => room?.tail.map(({ id }) => id);
const messagesOf = (room: Room | undefined) => room?.tail.map(({ message }) => message) as StoredMessage[];

/** The contract of every engine for the messages on a room's row. */
export function describeMessages(use: () => StoreUnderTest): void {
  const create = async (change: Partial<Room> = {}) => {
    const room = newRoom(change);
    expect(await use().store.createRoom(room)).toBe(true);
    return room;
  };
  const accept = (...args: Parameters<typeof acceptance>) => use().store.acceptMessage(acceptance(...args));
  const accepted = async (...args: Parameters<typeof acceptance>) => {
    const room = await accept(...args);
    if (typeof room === 'string') throw new Error('unable to accept; conflict');
    return room;
  };

  describe('accepting a message', () => {
    it('returns it with its seq in its id', async () => {
      const room = await create({ seq: 35 });
      const { id: _, ...content } = acceptance(room, 'a-b_C').message;
      const expected = { ...content, seq: 36, messageId: '10-a-b_C' };
      expect((await accepted(room, 'a-b_C')).tail).toEqual([inTail(expected)]);
      expect((await use().store.getRoom(room.roomId))?.tail).toEqual([inTail(expected)]);
    });

    it('only names it in the tail where its content has a row of its own', async () => {
      const room = await create();
      const after = await accepted(room, 'a', { isInTail: false });
      expect(after.tail).toEqual([{ seq: 1, id: 'a', sentAtMs: 1000 }]);
    });

    it('gives it the time of the one before it, if its own is earlier', async () => {
      const room = await create({ lastMessageAtMs: 500 });
      const at = (id: string, sentAtMs: number) => ({ message: { ...acceptance(room, id).message, sentAtMs } });
      await accepted(room, 'a', at('a', 400));
      await accepted(room, 'b', at('b', 700));
      const after = await accepted(room, 'c', at('c', 600));
      expect(after.tail.map(({ sentAtMs }) => sentAtMs)).toEqual([500, 700, 700]);
      expect(after.lastMessageAtMs).toBe(700);
    });

    it('gives 50 racing messages the seqs 1 to 50', async () => {
      const room = await create();
      const all = await Promise.all(
        Array.from({ length: 50 }, (_, index) => accepted(room, `id-${index}`, { isInTail: false })),
      );
      const seqs = Array.from({ length: 50 }, (_, index) => index + 1);
      expect(all.map((after) => after.seq).sort((one, other) => one - other)).toEqual(seqs);
      const now = await use().store.getRoom(room.roomId);
      expect(now?.tail.map((entry) => entry.seq)).toEqual(seqs);
      expect(new Set(idsOf(now)).size).toBe(50);
    });

    it('takes no message of an older version of the send permissions or of another epoch', async () => {
      const room = await create({ lastMessageAtMs: 1000 });
      expect((await use().store.bumpSendPermissionVersion(room.roomId, 'e1'))?.sendPermissionVersion).toBe(2);
      expect(await accept(room, 'a')).toBe('conflict');
      expect(await accept({ ...room, epoch: 'e0', sendPermissionVersion: 2 }, 'a')).toBe('conflict');
      expect((await use().store.getRoom(room.roomId))?.seq).toBe(0);
      expect(await accepted(room, 'a', { sendPermissionVersion: 2 })).toMatchObject({ seq: 1, lastMessageAtMs: 1000 });
      expect(await accepted(room, 'b', { sendPermissionVersion: undefined })).toMatchObject({ seq: 2 });
    });

    it('recognises a message that is delivered twice, also when it was recalled in between', async () => {
      const room = await create();
      const [first] = messagesOf(await accepted(room, 'a')) as [StoredMessage];
      expect(idsOf(await accepted(room, 'a'))).toEqual(['a']);
      await use().store.recallInTail(room.roomId, 'e1', recalled(first));
      expect(messagesOf(await accepted(room, 'a'))).toEqual([recalled(first)]);
      expect((await use().store.getRoom(room.roomId))?.seq).toBe(1);
      expect(await accept({ ...room, epoch: 'e0' }, 'a')).toBe('conflict');
    });

    it('takes no more into the tail than it holds, but still names them there', async () => {
      const room = await create();
      const all = await Promise.all(Array.from({ length: 20 }, (_, index) => accept(room, `id-${index}`)));
      expect(all.filter((one) => one === 'tail-full')).toHaveLength(20 - TAIL_ENTRIES_MAX);
      expect(all.filter((one) => one === 'conflict')).toEqual([]);
      expect(await accept({ ...room, sendPermissionVersion: 9 }, 'b', { isInTail: false })).toBe('conflict');
      expect((await accepted(room, 'c', { isInTail: false })).seq).toBe(TAIL_ENTRIES_MAX + 1);
    });

    it('takes ids that have a meaning in an expression or an object', async () => {
      const room = await create();
      for (const id of ['size', 'constructor', '-', 'x'.repeat(64)]) {
        expect(idsOf(await accepted(room, id))?.at(-1)).toBe(id);
      }
    });
  });

  describe('a quota slot of a window', () => {
    const slot = (window: string, limit: number, ...over: string[]) => ({ quotaSlot: { window, limit, over } });

    it('is taken by as many messages as the window holds, under races', async () => {
      const room = await create();
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, index) => accept(room, `id-${index}`, slot('7', 5))),
      );
      expect(all.filter((answer) => answer === 'conflict')).toHaveLength(15);
      expect(await use().store.getRoom(room.roomId)).toMatchObject({ seq: 5, taken: { '7': 5 } });
    });

    it('is free again with a higher limit, and in another window', async () => {
      const room = await create({ taken: { '7': 5 } });
      expect(await accept(room, 'a', slot('7', 5))).toBe('conflict');
      expect((await accepted(room, 'b', slot('7', 6))).taken).toEqual({ '7': 6 });
      expect((await accepted(room, 'c', slot('8', 1))).taken).toEqual({ '7': 6, '8': 1 });
    });

    it('is not needed or taken by a message that does not count', async () => {
      const room = await create({ taken: { '7': 5 } });
      expect(await accepted(room, 'a')).toMatchObject({ seq: 1, taken: { '7': 5 } });
    });

    it('is removed with its window, in steps with several messages after a busy time', async () => {
      const over = Array.from({ length: 30 }, (_, index) => `${index}`);
      const room = await create({ taken: Object.fromEntries(over.map((window) => [window, 1])) });
      expect(Object.keys((await accepted(room, 'a', slot('40', 5, ...over))).taken)).toHaveLength(11);
      const left = over.slice(20);
      expect((await accepted(room, 'b', slot('40', 5, ...left))).taken).toEqual({ '40': 2 });
      expect((await accepted(room, 'c', slot('41', 5, '3', '40'))).taken).toEqual({ '41': 1 });
    });
  });

  describe('a recall in the tail', () => {
    const tailOf = async (...ids: string[]) => {
      const room = await create();
      for (const id of ids) await accepted(room, id);
      const now = await use().store.getRoom(room.roomId);
      if (now === undefined) throw new Error('unable to fill the tail; no room');
      return now;
    };
    const recall = (room: Room, one: StoredMessage | undefined) => {
      if (one === undefined) throw new Error('unable to recall; no message');
      return use().store.recallInTail(room.roomId, room.epoch, recalled(one));
    };

    it('replaces the message by a note at its seq, once', async () => {
      const room = await tailOf('a', 'b', 'c');
      const [a, b, c] = messagesOf(room) as [StoredMessage, StoredMessage, StoredMessage];
      const after = await recall(room, b);
      expect(after).toEqual({ ...room, tail: [a, recalled(b), c].map(inTail) });
      expect(await recall(room, b)).toEqual(after);
      const emptied = await use().store.recallInTail(room.roomId, 'e1', { ...c, content: '' });
      expect(messagesOf(emptied)).toMatchObject([a, recalled(b), { messageId: '3-c', content: '', recalled: true }]);
    });

    it('is of a message that the tail only names, too', async () => {
      const room = await create();
      await accepted(room, 'a', { isInTail: false });
      const { id: _, ...content } = acceptance(room, 'a').message;
      const after = await recall(room, { ...content, seq: 1, messageId: '1-a' });
      expect(messagesOf(after)).toMatchObject([{ messageId: '1-a', recalled: true }]);
    });

    it('is recognised again until the room is destroyed', async () => {
      const room = await tailOf('a');
      const [a] = messagesOf(room);
      const after = await recall(room, a);
      expect(await recall(room, a)).toEqual(after);
      expect(await use().store.getRoom(room.roomId)).toEqual(after);
      await use().store.destroyRoom(room.roomId, 'e1', 7, false);
      expect(await recall(room, a)).toBeUndefined();
    });

    it('finds only a message of its id, in this room epoch', async () => {
      const room = await tailOf('a', 'b');
      const [a] = messagesOf(room) as [StoredMessage];
      expect(await recall(newRoom(), a)).toBeUndefined();
      expect(await recall(room, { ...a, messageId: '1-z' })).toBeUndefined();
      expect(await recall(room, { ...a, messageId: 'nothing' })).toBeUndefined();
      expect(await recall({ ...room, epoch: 'e0' }, a)).toBeUndefined();
      expect(await use().store.getRoom(room.roomId)).toEqual(room);
    });
  });
}
