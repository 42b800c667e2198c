import { describe, expect, it } from 'vitest';
import type { StoredMessage } from '../../lib/domain/room.ts';
import type { RoomId } from '../../lib/protocol/ids.ts';
import type { StoreUnderTest } from '../support/emulators.ts';
import { fresh, message } from './rows.ts';

/** The contract of every engine for messages by their ids. */
export function describeSentMessages(use: () => StoreUnderTest): void {
  const newLife = () => ({ roomId: fresh('sent') as RoomId, epoch: 'e1' });
  const newMessage = (id: string) => {
    const { seq: _seq, messageId: _messageId, ...rest } = message(1);
    return { ...rest, id };
  };
  const later = () => use().clock.nowMs + 60_000;

  describe('a message that is about to be accepted', () => {
    it('is found by its id with its content, and without a position', async () => {
      const life = newLife();
      const { store } = use();
      await store.putContent(life, newMessage('a'), later());
      const { id: _, sentAtMs, ...content } = newMessage('a');
      expect(await store.readContents(life, ['a', 'b'])).toEqual(new Map([['a', content]]));
      expect(await store.findSent(life, 'a')).toEqual({ startedAtMs: sentAtMs });
    });

    it('keeps its content when its position is noted', async () => {
      const life = newLife();
      const { store } = use();
      await store.putContent(life, newMessage('id-1'), later());
      await store.noteSent(life, [message(1)], later());
      expect((await store.readContents(life, ['id-1'])).get('id-1')).toMatchObject({ content: 'text 1' });
      const { seq, messageId, sentAtMs } = message(1);
      expect(await store.findSent(life, 'id-1')).toEqual({ seq, messageId, sentAtMs });
    });

    it('is read with 99 others at once', async () => {
      const life = newLife();
      const ids = Array.from({ length: 100 }, (_, index) => `id-${index}`);
      await Promise.all(ids.map((id) => use().store.putContent(life, newMessage(id), later())));
      expect([...(await use().store.readContents(life, ids)).keys()].length).toBe(100);
    });
  });

  describe('the position of a message', () => {
    it('is found by its id until it expires, and none of the server API', async () => {
      const life = newLife();
      const { store, clock } = use();
      const byServer: StoredMessage = { ...message(2, 'api-1'), clientMessageId: 'api-1' };
      await store.noteSent(life, [message(1), byServer], later());
      await store.noteSent(life, [message(1)], later());
      expect(await store.findSent(life, 'id-1')).toMatchObject({ seq: 1 });
      expect(await store.readContents(life, ['id-1'])).toEqual(new Map());
      expect(await store.findSent(life, 'api-1')).toBeUndefined();
      expect(await store.findSent(life, 'id-2')).toBeUndefined();
      expect(await store.findSent({ ...life, epoch: 'e2' }, 'id-1')).toBeUndefined();
      expect(await store.findSent(newLife(), 'id-1')).toBeUndefined();
      clock.nowMs += 61_000;
      expect(await store.findSent(life, 'id-1')).toBeUndefined();
    });
  });
}
