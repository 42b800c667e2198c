import { describe, expect, it, onTestFinished } from 'vitest';
import type { Presence } from '../../lib/domain/presence.ts';
import type { UserId } from '../../lib/protocol/ids.ts';
import type { StoreUnderTest } from '../support/emulators.ts';
import { interposedStore } from './interposed-store.ts';
import { fresh, newConnection, user } from './rows.ts';

const online = (sinceMs: number): Presence => ({ state: 'online', sinceMs });
const offline = (sinceMs: number): Presence => ({ state: 'offline', sinceMs });

/** The contract of every engine for the presence of users. */
export function describePresences(use: () => StoreUnderTest): void {
  const announced = async (ann: UserId) => (await use().store.readPresence(ann)).announced;

  describe('the presence of a user', () => {
    it('is read with the connections, also closed ones, and with nothing else', async () => {
      const { store, clock } = use();
      const ann = user(fresh('ann'));
      expect(await store.readPresence(ann)).toEqual({ announced: undefined, connections: [] });
      const [open, closed] = [newConnection({ userId: ann }), newConnection({ userId: ann })];
      for (const connection of [open, closed, newConnection()]) await store.openConnection(connection);
      await store.closeConnection(closed, 7);
      await store.setProfile(ann, { name: 'Ann' }, 5);
      await store.noteForceClosed(ann, [closed.connectionId], 5);
      const logins = { userId: ann, device: 'mobile', revision: 0, logins: [] };
      await store.putLogins(logins, clock.nowMs + 60_000);
      await store.announcePresence(ann, undefined, online(5), undefined);
      const read = await store.readPresence(ann);
      expect(read.announced).toEqual(online(5));
      expect(new Set(read.connections)).toEqual(new Set([open, { ...closed, closedAtMs: 7 }]));
    });

    it('is announced only over what was read, in any order', async () => {
      const { store } = use();
      const ann = user(fresh('ann'));
      const outcomes = [5, 6, 7].map((sinceMs) => store.announcePresence(ann, undefined, online(sinceMs), undefined));
      expect((await Promise.all(outcomes)).filter((isDone) => isDone)).toHaveLength(1);
      const first = await announced(ann);
      expect(await store.announcePresence(ann, online(4), offline(9), undefined)).toBe(false);
      expect(await store.announcePresence(ann, first, offline(9), undefined)).toBe(true);
      expect(await store.announcePresence(ann, first, offline(10), undefined)).toBe(false);
      expect(await store.announcePresence(ann, undefined, online(11), undefined)).toBe(false);
      expect(await announced(ann)).toEqual(offline(9));
    });

    it('is announced when the answer is lost, unless another write was first', async () => {
      const ann = user(fresh('ann'));
      const lost = interposedStore(use(), { 0: 'lost' });
      expect(await lost.announcePresence(ann, undefined, online(5), undefined)).toBe(true);
      const other = () => use().store.announcePresence(ann, online(5), offline(8), undefined);
      const dropped = interposedStore(use(), { 0: 'dropped', 1: other });
      expect(await dropped.announcePresence(ann, online(5), offline(9), undefined)).toBe(false);
      expect(await announced(ann)).toEqual(offline(8));
    });

    it('expires, and may be deleted', async () => {
      const { store, clock } = use();
      const ann = user(fresh('ann'));
      const { nowMs } = clock;
      onTestFinished(() => {
        clock.nowMs = nowMs;
      });
      await store.announcePresence(ann, undefined, offline(5), nowMs + 60_000);
      expect(await announced(ann)).toEqual(offline(5));
      clock.nowMs += 60_000;
      expect(await announced(ann)).toBeUndefined();
      expect(await store.announcePresence(ann, undefined, online(9), undefined)).toBe(true);
      await store.deletePresence(ann);
      await store.deletePresence(ann);
      expect(await announced(ann)).toBeUndefined();
      expect(await store.announcePresence(ann, online(9), offline(10), undefined)).toBe(false);
    });
  });
}
