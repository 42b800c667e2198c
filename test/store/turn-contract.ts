import { describe, expect, it, onTestFinished } from 'vitest';
import { type Access, fullAccess } from '../../lib/domain/access.ts';
import type { UserId } from '../../lib/protocol/ids.ts';
import { accessKey } from '../../lib/store/dynamodb/keys.ts';
import type { RoomStore } from '../../lib/store/room-store.ts';
import type { StoreUnderTest } from '../support/emulators.ts';
import { interposedStore, readUnitsOf, rowAt } from './interposed-store.ts';
import { connectionId, fresh, user } from './rows.ts';

const DAY_MS = 24 * 3600 * 1000;

/** The contract of every engine for the turns that a user takes. */
export function describeTurns(use: () => StoreUnderTest): void {
  const next = (access: Access, join: number): Access => ({ ...access, turns: { join } });
  const read = (ann: UserId) => use().store.getAccess(ann);
  const take = async (store: RoomStore, ann: UserId, join: number) =>
    store.takeTurn(ann, next(await store.getAccess(ann), join));

  describe('a turn', () => {
    it('is taken by a Lambda that has read the current row, and stores all fields', async () => {
      const ann = user(fresh('ann'));
      const { store } = use();
      const taken: Access = {
        ...{ blockedUntilMs: 1, mutedUntilMs: 2, tokensValidFromMs: 3, deactivatedAtMs: 4, revision: 0 },
        ...{ turns: { join: 4, ping: 5.5 } },
        slowSends: [{ epoch: 'e1', id: 'm_-1', atMs: 10, untilMs: 70 }],
        sends: ['b', '_-7', 'a'].map((key, index) => ({ key, atMs: 10 + index })),
        forceClosed: [{ connectionId: connectionId('L0SM9/+w='), atMs: 6 }],
      };
      expect(await store.takeTurn(ann, taken)).toBe(true);
      const { revision, ...rest } = await read(ann);
      expect({ ...rest, revision: 0 }).toEqual(taken);
      expect(await store.takeTurn(ann, next(taken, 7))).toBe(false);
      expect(await store.takeTurn(ann, next({ ...taken, revision: revision + 1 }, 7))).toBe(false);
      expect(await read(ann)).toEqual({ ...taken, revision });
      expect(await store.takeTurn(ann, { ...fullAccess, revision })).toBe(true);
      expect(await read(ann)).toEqual({ ...fullAccess, revision: expect.any(Number) });
    });

    it('is refused if access has changed since the read', async () => {
      const { store } = use();
      const acts: readonly ((ann: UserId) => Promise<unknown>)[] = [
        (ann) => store.setAccess(ann, { blockedUntilMs: 9 }),
        (ann) => store.setAccess(ann, { mutedUntilMs: 0 }),
        (ann) => store.expireTokens(ann, 9),
        (ann) => store.noteForceClosed(ann, [connectionId('c1')], 9),
        (ann) => take(store, ann, 9),
      ];
      for (const act of acts) {
        for (const isThere of [true, false]) {
          const ann = user(fresh('ann'));
          if (isThere) await take(store, ann, 5);
          const before = await read(ann);
          await act(ann);
          const after = await read(ann);
          expect(await store.takeTurn(ann, next(before, 7))).toBe(false);
          expect(await read(ann)).toEqual(after);
          expect(await take(store, ann, 7)).toBe(true);
        }
      }
    });

    it('is recognised after a lost answer, and not confused with another turn', async () => {
      const ann = user(fresh('ann'));
      expect(await take(interposedStore(use(), { 1: 'lost' }), ann, 5)).toBe(true);
      expect(await take(interposedStore(use(), { 1: 'lost' }), ann, 6)).toBe(true);
      // The same turn by another Lambda in the same ms.
      const same = () => take(use().store, ann, 7);
      expect(await take(interposedStore(use(), { 1: 'dropped', 2: same }), ann, 7)).toBe(false);
      expect((await read(ann)).turns).toEqual({ join: 7 });
    });

    it('costs half by an eventually consistent read', async () => {
      const ann = user(fresh('ann'));
      await take(use().store, ann, 5);
      expect(await use().store.getAccess(ann, 'eventual')).toEqual(await read(ann));
      expect(await readUnitsOf(use(), (store) => store.getAccess(ann))).toBe(1);
      expect(await readUnitsOf(use(), (store) => store.getAccess(ann, 'eventual'))).toBe(0.5);
    });

    it('expires after a day, unless the row has more than turns', async () => {
      const { store, clock } = use();
      const { nowMs } = clock;
      onTestFinished(() => {
        clock.nowMs = nowMs;
      });
      const [ann, bob] = [user(fresh('ann')), user(fresh('bob'))];
      await take(store, ann, 5);
      await store.expireTokens(bob, 9);
      await take(store, bob, 5);
      clock.nowMs = nowMs + DAY_MS - 1;
      expect((await read(ann)).turns).toEqual({ join: 5 });
      clock.nowMs = nowMs + DAY_MS;
      expect(await read(ann)).toEqual(fullAccess);
      expect(await read(bob)).toMatchObject({ tokensValidFromMs: 9, turns: { join: 5 } });
      // The expired row is still in the table.
      expect(await take(store, ann, 6)).toBe(true);
      clock.nowMs += DAY_MS;
      await store.setAccess(ann, { mutedUntilMs: clock.nowMs + 5 });
      clock.nowMs += DAY_MS;
      expect(await read(ann)).toMatchObject({ mutedUntilMs: clock.nowMs - DAY_MS + 5 });
      expect(await rowAt(use(), accessKey(ann))).not.toHaveProperty('expiresAtSec');
    });

    it('never overwrites a concurrent block, token expiry or force-close', async () => {
      const ann = user(fresh('ann'));
      await Promise.all([
        ...Array.from({ length: 10 }, (_, index) => take(use().store, ann, index + 1)),
        use().store.setAccess(ann, { blockedUntilMs: 77 }),
        use().store.expireTokens(ann, 88),
        use().store.noteForceClosed(ann, [connectionId('c1')], 99),
        use().store.noteForceClosed(ann, [connectionId('c2')], 98),
        ...Array.from({ length: 10 }, (_, index) => take(use().store, ann, index + 1)),
      ]);
      const { blockedUntilMs, tokensValidFromMs, forceClosed } = await read(ann);
      expect({ blockedUntilMs, tokensValidFromMs }).toEqual({ blockedUntilMs: 77, tokensValidFromMs: 88 });
      expect(new Set(forceClosed.map((mark) => mark.connectionId))).toEqual(new Set(['c1', 'c2']));
    });
  });
}
