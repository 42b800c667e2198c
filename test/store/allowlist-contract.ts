import { describe, expect, it } from 'vitest';
import type { Room } from '../../lib/domain/room.ts';
import type { StoreUnderTest } from '../support/emulators.ts';
import { interposedStore } from './interposed-store.ts';
import { acceptance, newRoom, user } from './rows.ts';

/** The contract of every engine for the allowlist on a room's row. */
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
    it("keeps the room's position at the first addition; a repeat does not move it", async () => {
      const room = await create();
      const { store } = use();
      await accepted(room, 'a');
      const position = { seq: 1, lastMessageAtMs: 1000 };
      expect(await store.addToAllowlist(room.roomId, 'e1', user('bob'), 5)).toMatchObject({
        allowlistedSince: { bob: position },
      });
      await accepted(room, 'b');
      expect(await store.addToAllowlist(room.roomId, 'e1', user('bob'), 5)).toMatchObject({
        allowlistedSince: { bob: position },
      });
      expect(await store.addToAllowlist(room.roomId, 'e1', user('cat'), 1)).toBe('full');
      expect(await store.addToAllowlist(room.roomId, 'e0', user('cat'), 9)).toBeUndefined();
    });

    it('never exceeds its limit under races', async () => {
      const room = await create();
      const all = await Promise.all(
        Array.from({ length: 20 }, (_, index) => use().store.addToAllowlist(room.roomId, 'e1', user(`u${index}`), 5)),
      );
      expect(all.filter((answer) => answer === 'full')).toHaveLength(15);
      expect(Object.keys((await use().store.getRoom(room.roomId))?.allowlistedSince ?? {})).toHaveLength(5);
    });

    it('keeps the seq at which a user was delisted; a repeat does not move it', async () => {
      const room = await create();
      const { store } = use();
      await store.addToAllowlist(room.roomId, 'e1', user('bob'), 5);
      await accepted(room, 'a');
      const off = await store.removeFromAllowlist(room.roomId, 'e1', user('bob'));
      expect(off).toMatchObject({ allowlistedSince: {}, delistedSeq: { bob: 1 } });
      await accepted(room, 'b');
      expect((await store.removeFromAllowlist(room.roomId, 'e1', user('bob')))?.delistedSeq).toEqual({ bob: 1 });
      expect((await store.removeFromAllowlist(room.roomId, 'e1', user('eve')))?.delistedSeq).toEqual({ bob: 1 });
      expect(await store.removeFromAllowlist(room.roomId, 'e0', user('bob'))).toBeUndefined();
    });

    it('cannot change once the room is destroyed', async () => {
      const room = await create({ allowlistedSince: { bob: { seq: 0, lastMessageAtMs: 0 } } });
      const { store } = use();
      const destroyed = await store.destroyRoom(room.roomId, 'e1', 7, false);
      for (const name of ['bob', 'cat'].map(user)) {
        expect(await store.addToAllowlist(room.roomId, 'e1', name, 1)).toBeUndefined();
        expect(await store.removeFromAllowlist(room.roomId, 'e1', name)).toBeUndefined();
      }
      expect(await store.getRoom(room.roomId)).toEqual(destroyed);
    });

    it('keeps the delisted seq of a user who is added again, and forgets the irrelevant ones', async () => {
      const room = await create({ seq: 9, delistedSeq: { old: 3, bob: 9 } });
      const { store } = use();
      const again = await store.addToAllowlist(room.roomId, 'e1', user('bob'), 5);
      expect(again).toMatchObject({ delistedSeq: { bob: 9 }, allowlistedSince: { bob: { seq: 9 } } });
      await accepted(room, 'a');
      await store.addToAllowlist(room.roomId, 'e1', user('cat'), 5);
      const after = await store.removeFromAllowlist(room.roomId, 'e1', user('cat'));
      expect(after?.delistedSeq).toEqual({ bob: 9, cat: 10 });
    });

    it.each<[string, (room: Room) => Promise<unknown>, Partial<Room>]>([
      [
        'added and delisted',
        async ({ roomId }) => {
          await use().store.addToAllowlist(roomId, 'e1', user('bob'), 5);
          await use().store.removeFromAllowlist(roomId, 'e1', user('bob'));
        },
        { delistedSeq: { bob: 9, cat: 9 }, allowlistedSince: {} },
      ],
      [
        'added again',
        ({ roomId: room }) => use().store.addToAllowlist(room, 'e1', user('bob'), 5),
        { delistedSeq: { bob: 3, cat: 9 }, allowlistedSince: { bob: { seq: 9, lastMessageAtMs: 0 } } },
      ],
    ])('keeps the delisted seq of a user who is concurrently %s', async (_what, act, expected) => {
      const allowlistedSince = { cat: { seq: 5, lastMessageAtMs: 0 } };
      const room = await create({ seq: 9, delistedSeq: { bob: 3 }, allowlistedSince });
      // Runs between the write that delists cat and the one that forgets bob.
      const slow = interposedStore(use(), { 1: () => act(room) });
      expect(await slow.removeFromAllowlist(room.roomId, 'e1', user('cat'))).toMatchObject({
        delistedSeq: { bob: 3, cat: 9 },
      });
      expect(await use().store.getRoom(room.roomId)).toMatchObject(expected);
    });
  });
}
