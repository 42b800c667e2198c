import { describe, expect, it } from 'vitest';
import { fullAccess } from '../../lib/domain/access.ts';
import type { StoreUnderTest } from '../support/emulators.ts';
import { interposedStore } from './interposed-store.ts';
import { connectionId, fresh, user } from './rows.ts';

/** What every engine must do with what holds for a user in all rooms. */
export function describeUsers(use: () => StoreUnderTest): void {
  describe("a user's access", () => {
    it('is full until something is laid down', async () => {
      const ann = user(fresh('ann'));
      expect(await use().store.getAccess(ann)).toEqual(fullAccess);
      await use().store.setAccess(ann, {});
      expect(await use().store.getAccess(ann)).toEqual({
        ...{ blockedUntilMs: 0, mutedUntilMs: 0, tokensValidFromMs: 0, deactivatedAtMs: 0 },
        ...{ revision: 0, turns: {}, sends: [], forceClosed: [] },
      });
    });

    it('keeps what a change does not name, and the last counts', async () => {
      const [ann, bob] = [user(fresh('ann')), user('constructor')];
      const { store } = use();
      await store.setAccess(ann, { blockedUntilMs: 100, mutedUntilMs: 200 });
      await store.setAccess(ann, { blockedUntilMs: 50 });
      expect(await store.getAccess(ann)).toMatchObject({ blockedUntilMs: 50, mutedUntilMs: 200, tokensValidFromMs: 0 });
      await store.setAccess(ann, { mutedUntilMs: 0 });
      expect(await store.getAccess(ann)).toMatchObject({ blockedUntilMs: 50, mutedUntilMs: 0, tokensValidFromMs: 0 });
      await store.setAccess(bob, { mutedUntilMs: 7 });
      expect(await store.getAccess(bob)).toMatchObject({ blockedUntilMs: 0, mutedUntilMs: 7, tokensValidFromMs: 0 });
    });

    it('says from when on tokens count: the latest of several times, also of many at once', async () => {
      const ann = user(fresh('ann'));
      const { store } = use();
      const fromMs = async () => (await store.getAccess(ann)).tokensValidFromMs;
      await store.expireTokens(ann, 5);
      await store.expireTokens(ann, 3);
      expect(await fromMs()).toBe(5);
      await interposedStore(use(), { 0: 'lost' }).expireTokens(ann, 7);
      const later = () => store.expireTokens(ann, 9);
      await interposedStore(use(), { 0: 'dropped', 1: later }).expireTokens(ann, 8);
      expect(await fromMs()).toBe(9);
      await Promise.all([12, 15, 11, 14, 10].map((ms) => store.expireTokens(ann, ms)));
      expect(await fromMs()).toBe(15);
    });

    it('takes changes at once without losing one', async () => {
      const ann = user(fresh('ann'));
      const { store } = use();
      const changes = [{ blockedUntilMs: 1 }, { mutedUntilMs: 2 }].map((change) => store.setAccess(ann, change));
      await Promise.all([...changes, store.expireTokens(ann, 3)]);
      expect(await use().store.getAccess(ann)).toMatchObject({
        blockedUntilMs: 1,
        mutedUntilMs: 2,
        tokensValidFromMs: 3,
      });
    });
  });

  describe("a user's access that is forgotten", () => {
    it('has only from when on tokens count, the latest, until that is over', async () => {
      const ann = user(fresh('ann'));
      const { store, clock } = use();
      const laterMs = clock.nowMs + 10_000;
      await store.setAccess(ann, { blockedUntilMs: 1, mutedUntilMs: 2, deactivatedAtMs: 3 });
      await store.noteForceClosed(ann, [connectionId('c')], 4);
      await store.forgetAccess(ann, 50, laterMs);
      const { revision, ...rest } = await store.getAccess(ann);
      const { revision: _none, ...nothing } = fullAccess;
      expect(rest).toEqual({ ...nothing, tokensValidFromMs: 50 });
      expect(revision).toBeGreaterThan(0);
      await store.expireTokens(ann, 70);
      await store.forgetAccess(ann, 60, laterMs);
      expect((await store.getAccess(ann)).tokensValidFromMs).toBe(70);
      clock.nowMs = laterMs + 2000;
      expect(await store.getAccess(ann)).toEqual(fullAccess);
    });

    it('keeps what is laid down after it, and outdates what was read before it', async () => {
      const ann = user(fresh('ann'));
      const { store, clock } = use();
      const before = await store.getAccess(ann);
      await store.forgetAccess(ann, 50, clock.nowMs + 10_000);
      expect(await store.takeTurn(ann, { ...before, turns: { join: 1 } })).toBe(false);
      const block = () => store.setAccess(ann, { blockedUntilMs: 9 });
      await block();
      clock.nowMs += 20_000;
      expect(await store.getAccess(ann)).toMatchObject({ blockedUntilMs: 9, tokensValidFromMs: 50 });
      // The requests: 0 the look, 1 the write.
      await interposedStore(use(), { 0: 'lost', 1: block }).forgetAccess(ann, 60, clock.nowMs + 10_000);
      await interposedStore(use(), { 1: 'lost' }).forgetAccess(ann, 70, clock.nowMs + 10_000);
      expect(await store.getAccess(ann)).toMatchObject({ blockedUntilMs: 0, tokensValidFromMs: 70 });
    });
  });

  describe("a user's profile", () => {
    const listed = async (name: string): Promise<string[]> => {
      const entries = await use().store.readList('users', { afterItem: '', limit: 10_000 }, 0);
      return entries.map(({ item }) => item).filter((entry) => entry.endsWith(`#${name}`));
    };

    it('is listed by the time of the first, and counted once, until it is deleted', async () => {
      const [ann, bob] = [user(fresh('ann')), user(fresh('bob'))];
      const { store } = use();
      const before = await store.countUsers();
      for (const nowMs of [10, 20]) await store.setProfile(ann, { name: 'Ann' }, nowMs);
      await Promise.all([30, 30, 30].map((nowMs) => store.setProfile(bob, {}, nowMs)));
      expect([await listed(ann), await listed(bob)]).toEqual([[`000000000000010#${ann}`], [`000000000000030#${bob}`]]);
      expect(await store.countUsers()).toBe(before + 2);
      await store.deleteProfile(ann);
      await store.deleteProfile(ann);
      expect([await store.getProfile(ann), await listed(ann)]).toEqual([undefined, []]);
      expect(await store.countUsers()).toBe(before + 1);
      await store.setProfile(ann, {}, 40);
      expect(await store.getProfile(ann)).toMatchObject({ name: '', createdAtMs: 40 });
      expect(await listed(ann)).toEqual([`000000000000040#${ann}`]);
      expect(await store.countUsers()).toBe(before + 2);
    });

    // The requests of the first writing: 0 the profile, 1 the count, 2 the list, 3 the note of it.
    it.each([
      [1, 0],
      [2, 1],
      [3, 1],
    ])('is listed by the next writing where the first was broken off before request %i', async (request, tooMany) => {
      const ann = user(fresh('ann'));
      const { store } = use();
      const before = await store.countUsers();
      const broken = interposedStore(use(), { [request]: 'denied' });
      await expect(broken.setProfile(ann, {}, 10)).rejects.toThrow();
      await store.setProfile(ann, {}, 20);
      expect(await listed(ann)).toEqual([`000000000000010#${ann}`]);
      // Never fewer than there are.
      expect((await store.countUsers()) - before - 1).toBeGreaterThanOrEqual(0);
      expect((await store.countUsers()) - before - 1).toBeLessThanOrEqual(tooMany);
    });

    it.each([1, 2, 3])('is counted at least once where the answer of request %i was lost', async (request) => {
      const ann = user(fresh('ann'));
      const before = await use().store.countUsers();
      await interposedStore(use(), { [request]: 'lost' }).setProfile(ann, {}, 10);
      await use().store.setProfile(ann, {}, 20);
      expect(await listed(ann)).toHaveLength(1);
      expect(await use().store.countUsers()).toBeGreaterThan(before);
      await use().store.deleteProfile(ann);
      expect(await use().store.countUsers()).toBeGreaterThanOrEqual(before);
    });

    it('that is deleted while it is made is not listed', async () => {
      const ann = user(fresh('ann'));
      const { store } = use();
      const before = await store.countUsers();
      await interposedStore(use(), { 3: () => store.deleteProfile(ann) }).setProfile(ann, {}, 10);
      expect([await store.getProfile(ann), await listed(ann)]).toEqual([undefined, []]);
      expect(await store.countUsers()).toBe(before);
    });

    it('that was made anew stays when the former one is being deleted', async () => {
      const ann = user(fresh('ann'));
      const { store } = use();
      await store.setProfile(ann, {}, 10);
      const anew = async () => {
        await store.deleteProfile(ann);
        await store.setProfile(ann, { name: 'Anew' }, 50);
      };
      // The requests of a deletion: 0 the look, 1 the list, 2 the count, 3 the profile.
      await interposedStore(use(), { 1: anew }).deleteProfile(ann);
      expect(await store.getProfile(ann)).toMatchObject({ name: 'Anew', createdAtMs: 50 });
      expect(await listed(ann)).toEqual([`000000000000050#${ann}`]);
    });

    it('keeps what is not given, and the time of the first', async () => {
      const ann = user(fresh('ann'));
      const { store } = use();
      expect(await store.getProfile(ann)).toBeUndefined();
      await store.setProfile(ann, { name: 'Ann' }, 10);
      expect(await store.getProfile(ann)).toEqual({ userId: ann, name: 'Ann', portraitUri: '', createdAtMs: 10 });
      await store.setProfile(ann, { portraitUri: 'https://example.org/a.png' }, 20);
      await store.setProfile(ann, {}, 30);
      const portraitUri = 'https://example.org/a.png';
      expect(await store.getProfile(ann)).toEqual({ userId: ann, name: 'Ann', portraitUri, createdAtMs: 10 });
      await interposedStore(use(), { 0: 'lost' }).setProfile(ann, { name: '', portraitUri: '' }, 40);
      expect(await store.getProfile(ann)).toEqual({ userId: ann, name: '', portraitUri: '', createdAtMs: 10 });
    });

    it('is apart from his access', async () => {
      const ann = user(fresh('ann'));
      await use().store.setAccess(ann, { mutedUntilMs: 5 });
      expect(await use().store.getProfile(ann)).toBeUndefined();
      await use().store.setProfile(ann, { name: 'Ann' }, 10);
      expect(await use().store.getAccess(ann)).toEqual({ ...fullAccess, mutedUntilMs: 5, revision: 1 });
    });
  });
}
