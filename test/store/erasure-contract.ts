import { describe, expect, it } from 'vitest';
import { toErasure } from '../../lib/store/dynamodb/erasures.ts';
import { erasureKey } from '../../lib/store/dynamodb/keys.ts';
import type { Erasure } from '../../lib/store/room-store.ts';
import type { StoreUnderTest } from '../support/emulators.ts';
import { rowAt } from './interposed-store.ts';
import { fresh, user } from './rows.ts';

/** The contract of every engine for deletions of users. */
export function describeErasures(use: () => StoreUnderTest): void {
  describe('a deletion of users', () => {
    it('reports an event at each put, with the checkpoint to continue from, and expires', async () => {
      const userIds = [user('constructor'), user('ann')];
      const erasure: Erasure = { id: fresh('erasure'), userIds, atMs: 5, afterRoom: '', rest: [] };
      for (const afterRoom of ['', 'room-7', 'room-9']) {
        await use().store.putErasure({ ...erasure, afterRoom }, 60_500, 'continue');
        const row = await rowAt(use(), erasureKey(erasure.id));
        expect(row).toMatchObject({ event: 'erasure', expiresAtSec: 61 });
        expect(toErasure(row ?? {})).toEqual({ ...erasure, afterRoom });
      }
    });

    it('notes what is done without an event, and gives its row back', async () => {
      const { store, clock } = use();
      const erasure: Erasure = { id: fresh('erasure'), userIds: [user('ann')], atMs: 5, afterRoom: 'r5', rest: [] };
      expect(await store.getErasure(erasure.id)).toBeUndefined();
      await store.putErasure(erasure, clock.nowMs + 2000, 'note');
      expect(await rowAt(use(), erasureKey(erasure.id))).not.toHaveProperty('event');
      expect(await store.getErasure(erasure.id)).toEqual(erasure);
    });
  });
}
