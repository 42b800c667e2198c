import { describe, expect, it } from 'vitest';
import type { RoomId } from '../../lib/protocol/ids.ts';
import { toBroadcast } from '../../lib/store/dynamodb/broadcasts.ts';
import { broadcastKey } from '../../lib/store/dynamodb/keys.ts';
import type { Broadcast } from '../../lib/store/room-store.ts';
import type { StoreUnderTest } from '../support/emulators.ts';
import { rowAt } from './interposed-store.ts';
import { fresh, user } from './rows.ts';

/** The contract of every engine for messages to all rooms. */
export function describeBroadcasts(use: () => StoreUnderTest): void {
  describe('a broadcast', () => {
    it('reports an event at each put, with the checkpoint to continue from, and expires', async () => {
      const broadcast: Broadcast = {
        id: fresh('broadcast'),
        fromUserId: user('constructor'),
        type: 'RC:TxtMsg',
        content: '{"content":"語"}',
        includeSender: true,
        sentAtMs: 5,
        afterRoom: '',
        rest: [],
      };
      for (const afterRoom of ['', 'room-7', 'room-9']) {
        await use().store.putBroadcast({ ...broadcast, afterRoom }, 60_500, 'continue');
        const row = await rowAt(use(), broadcastKey(broadcast.id));
        expect(row).toMatchObject({ event: 'broadcast', expiresAtSec: 61 });
        expect(toBroadcast(row ?? {})).toEqual({ ...broadcast, afterRoom });
      }
    });

    it('notes what is done without an event, and gives its row back, with the rest of a room and of a notice', async () => {
      const { store, clock } = use();
      const notice = {
        roomEpoch: 'e1',
        changes: [{ userId: 'bob', change: 'left', reason: 'offline', membership: 'm1', atMs: 7 } as const],
      };
      const broadcast: Broadcast = {
        ...{ id: fresh('broadcast'), fromUserId: user('ann'), type: 'T', content: 'c', includeSender: false },
        ...{ sentAtMs: 5, afterRoom: 'r5', notice },
        rest: [{ room: 'r4' as RoomId, cursor: 'bob' }, { room: 'r5' as RoomId }],
      };
      expect(await store.getBroadcast(broadcast.id)).toBeUndefined();
      await store.putBroadcast(broadcast, clock.nowMs + 2000, 'note');
      expect(await rowAt(use(), broadcastKey(broadcast.id))).not.toHaveProperty('event');
      expect(await store.getBroadcast(broadcast.id)).toEqual(broadcast);
    });

    it('of an earlier version, without rests, begins its next room', async () => {
      const { store, clock } = use();
      const old = { id: fresh('broadcast'), fromUserId: user('ann'), type: 'T', content: 'c', includeSender: false };
      await store.putBroadcast({ ...old, sentAtMs: 5, afterRoom: 'r5' } as Broadcast, clock.nowMs + 2000, 'continue');
      expect(await store.getBroadcast(old.id)).toEqual({ ...old, sentAtMs: 5, afterRoom: 'r5', rest: [] });
    });
  });
}
