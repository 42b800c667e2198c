import { describe, expect, it } from 'vitest';
import type { StoreUnderTest } from '../support/emulators.ts';
import { acceptance, newRoom, user } from './rows.ts';

/** What every engine must do with room rows. */
export function describeRooms(use: () => StoreUnderTest): void {
  const create = async (change = {}) => {
    const room = newRoom(change);
    expect(await use().store.createRoom(room)).toBe(true);
    return room;
  };
  const accept = (...args: Parameters<typeof acceptance>) => use().store.acceptMessage(acceptance(...args));
  const accepted = async (...args: Parameters<typeof acceptance>) => {
    const room = await accept(...args);
    if (room === 'conflict') throw new Error('unable to accept; conflict');
    return room;
  };

  describe('a room', () => {
    it('comes back as it was created', async () => {
      const tail = [1, 2].map((seq) => ({ ...acceptance(newRoom(), `id-${seq}`).message, seq }));
      const room = await create({ seq: 2, tail, protectedSince: { bob: { seq: 1, lastMessageAtMs: 9 } } });
      expect(await use().store.getRoom(room.room)).toEqual(room);
      expect(await use().store.getRoom(newRoom().room)).toBeUndefined();
    });

    it('is created once while it lives, and the repeat of a create is recognised', async () => {
      const room = await create();
      expect(await use().store.createRoom(room)).toBe(true);
      expect(await use().store.createRoom({ ...room, epoch: 'e2' })).toBe(false);
    });

    it('gives way to a new one only once destroyed', async () => {
      const room = await create();
      const { store } = use();
      expect((await store.destroyRoom(room.room, 'e1', 7))?.destroyedAtMs).toBe(7);
      expect((await store.destroyRoom(room.room, 'e1', 7))?.destroyedAtMs).toBe(7);
      expect(await store.destroyRoom(room.room, 'e1', 8)).toBeUndefined();
      expect(await accept(room, 'late')).toBe('conflict');
      expect(await store.raiseFence(room.room, 'e1')).toBeUndefined();
      expect(await store.createRoom({ ...room, epoch: 'e2' })).toBe(true);
      await store.removeRoom(room.room, 'e1');
      await store.removeRoom(room.room, 'e2');
      expect((await store.getRoom(room.room))?.epoch).toBe('e2');
      await store.destroyRoom(room.room, 'e2', 9);
      await store.removeRoom(room.room, 'e2');
      expect(await store.getRoom(room.room)).toBeUndefined();
    });

    it('has one winner among racing creates', async () => {
      const room = newRoom();
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, index) => use().store.createRoom({ ...room, epoch: `e${index}` })),
      );
      expect(all.filter(Boolean)).toHaveLength(1);
    });
  });

  describe('accepting a message', () => {
    it('gives 50 racing messages the seqs 1 to 50, each with its content', async () => {
      const room = await create();
      const all = await Promise.all(Array.from({ length: 50 }, (_, index) => accepted(room, `id-${index}`)));
      const seqs = Array.from({ length: 50 }, (_, index) => index + 1);
      expect(all.map((after) => after.seq).sort((one, other) => one - other)).toEqual(seqs);
      const now = await use().store.getRoom(room.room);
      expect(now?.tail.map((entry) => entry.seq)).toEqual(seqs);
      expect(new Set(now?.tail.map((entry) => entry.messageId)).size).toBe(50);
    });

    it('takes no message of an older fence, another epoch or an earlier time', async () => {
      const room = await create({ lastMessageAtMs: 1000 });
      expect((await use().store.raiseFence(room.room, 'e1'))?.fence).toBe(2);
      expect(await accept(room, 'a')).toBe('conflict');
      expect(await accept({ ...room, epoch: 'e0', fence: 2 }, 'a')).toBe('conflict');
      const early = { ...acceptance(room, 'a').message, sentAtMs: 999 };
      expect(await accept(room, 'a', { fence: 2, message: early })).toBe('conflict');
      expect((await use().store.getRoom(room.room))?.seq).toBe(0);
      expect(await accepted(room, 'a', { fence: 2 })).toMatchObject({ seq: 1, lastMessageAtMs: 1000 });
      expect(await accepted(room, 'b', { fence: undefined })).toMatchObject({ seq: 2 });
    });

    it('knows a message that is delivered twice', async () => {
      const room = await create();
      await accepted(room, 'a');
      expect((await accepted(room, 'a')).tail.map((entry) => entry.messageId)).toEqual(['a']);
      expect((await use().store.getRoom(room.room))?.seq).toBe(1);
    });

    it('drops what was logged, also when two writers logged the same', async () => {
      const room = await create();
      for (const id of ['a', 'b', 'c']) await accepted(room, id);
      const logged = ['a', 'b'];
      await accepted(room, 'd', { logged });
      const after = await accepted(room, 'e', { logged: [...logged, 'c'] });
      expect(after.tail.map((entry) => [entry.messageId, entry.seq])).toEqual([
        ['d', 4],
        ['e', 5],
      ]);
    });

    it('drops a long list over several messages', async () => {
      const room = await create();
      const ids = Array.from({ length: 130 }, (_, index) => `id-${index}`);
      await Promise.all(ids.map((id) => accepted(room, id)));
      const tailIds = (await use().store.getRoom(room.room))?.tail.map((entry) => entry.messageId) ?? [];
      let after = await accepted(room, 'x1', { logged: tailIds });
      expect(after.tail.at(-1)?.messageId).toBe('x1');
      for (const id of ['x2', 'x3']) {
        const left = after.tail.map((entry) => entry.messageId).filter((one) => one.startsWith('id-'));
        after = await accepted(room, id, { logged: left });
      }
      expect(after.tail.map((entry) => entry.messageId)).toEqual(['x1', 'x2', 'x3']);
    });

    it('takes names that mean something to an expression', async () => {
      const room = await create();
      const after = await accepted(room, 'a.b[0] #c :d = size');
      expect(after.tail[0]?.messageId).toBe('a.b[0] #c :d = size');
    });
  });

  describe('the allowlist', () => {
    it('keeps where the room stood, and a repeat does not move it', async () => {
      const room = await create();
      const { store } = use();
      await accepted(room, 'a');
      const position = { seq: 1, lastMessageAtMs: 1000 };
      expect(await store.protect(room.room, 'e1', user('bob'), 1)).toMatchObject({ protectedSince: { bob: position } });
      await accepted(room, 'b');
      expect(await store.protect(room.room, 'e1', user('bob'), 1)).toMatchObject({ protectedSince: { bob: position } });
      expect(await store.protect(room.room, 'e1', user('cat'), 1)).toBe('full');
      expect(await store.protect(room.room, 'e0', user('cat'), 9)).toBeUndefined();
    });

    it('never holds more than its limit, however many race', async () => {
      const room = await create();
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, index) => use().store.protect(room.room, 'e1', user(`u${index}`), 5)),
      );
      expect(all.filter((answer) => answer === 'full')).toHaveLength(15);
      expect(Object.keys((await use().store.getRoom(room.room))?.protectedSince ?? {})).toHaveLength(5);
    });

    it('remembers the seq at which he was taken off; a repeat does not move it', async () => {
      const room = await create();
      const { store } = use();
      await store.protect(room.room, 'e1', user('bob'), 5);
      await accepted(room, 'a');
      const off = await store.unprotect(room.room, 'e1', user('bob'));
      expect(off).toMatchObject({ protectedSince: {}, unprotectedSeq: { bob: 1 } });
      await accepted(room, 'b');
      expect((await store.unprotect(room.room, 'e1', user('bob')))?.unprotectedSeq).toEqual({ bob: 1 });
      expect((await store.unprotect(room.room, 'e1', user('eve')))?.unprotectedSeq).toEqual({ bob: 1 });
      expect(await store.unprotect(room.room, 'e0', user('bob'))).toBeUndefined();
    });

    it('keeps the seq of someone put on it again, and forgets what later messages made meaningless', async () => {
      const room = await create({ seq: 9, unprotectedSeq: { old: 3, bob: 9 } });
      const { store } = use();
      const again = await store.protect(room.room, 'e1', user('bob'), 5);
      expect(again).toMatchObject({ unprotectedSeq: { bob: 9 }, protectedSince: { bob: { seq: 9 } } });
      await accepted(room, 'a');
      await store.protect(room.room, 'e1', user('cat'), 5);
      const after = await store.unprotect(room.room, 'e1', user('cat'));
      expect(after?.unprotectedSeq).toEqual({ bob: 9, cat: 10 });
    });
  });
}
