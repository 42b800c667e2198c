import { describe, expect, it } from 'vitest';
import type { StoreUnderTest } from '../support/emulators.ts';
import { acceptance, newRoom, user } from './rows.ts';

/** What every engine must do with the allowlist on a room's row. */
export function describeAllowlist(use: () => StoreUnderTest): void {
  const create = async (change = {}) => {
    const room = newRoom(change);
    expect(await use().store.createRoom(room)).toBe(true);
    return room;
  };
  const accepted = async (...args: Parameters<typeof acceptance>) => {
    expect(await use().store.acceptMessage(acceptance(...args))).not.toBe('conflict');
  };

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
