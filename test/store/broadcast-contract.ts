import { describe, expect, it } from 'vitest';
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
      };
      for (const afterRoom of ['', 'room-7', 'room-9']) {
        await use().store.putBroadcast({ ...broadcast, afterRoom }, 60_500);
        const row = await rowAt(use(), broadcastKey(broadcast.id));
        expect(row).toMatchObject({ event: 'broadcast', expiresAtSec: 61 });
        expect(toBroadcast(row ?? {})).toEqual({ ...broadcast, afterRoom });
      }
    });
  });
}
