import { describe, expect, it } from 'vitest';
import { fullAccess } from '../../lib/domain/access.ts';
import type { StoreUnderTest } from '../support/emulators.ts';
import { interposedStore } from './interposed-store.ts';
import { connectionId, fresh, user } from './rows.ts';

/** The contract of every engine for a user's access and profile. */
export function describeUsers(use: () => StoreUnderTest): void {
  describe("a user's access", () => {
    it('is full until it is changed', async () => {
      const ann = user(fresh('ann'));
      expect(await use().store.getAccess(ann)).toEqual(fullAccess);
      await use().store.setAccess(ann, {});
      expect(await use().store.getAccess(ann)).toEqual({
        ...{ blockedUntilMs: 0, mutedUntilMs: 0, tokensValidFromMs: 0, deactivatedAtMs: 0 },
        ...{ revision: 0, turns: {}, sends: [], slowSends: [], forceClosed: [] },
      });
    });

    it('keeps the fields that a change does not name, and takes the last value of the others', async () => {
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

    it('keeps the latest time from which tokens are valid, also of concurrent changes', async () => {
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

    it('takes concurrent changes without losing one', async () => {
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

  describe("a user's access after `forgetAccess`", () => {
    it('has only the latest time from which tokens are valid, until that expires', async () => {
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

    it('keeps later changes, and invalidates earlier reads', async () => {
      const ann = user(fresh('ann'));
      const { store, clock } = use();
      const before = await store.getAccess(ann);
      await store.forgetAccess(ann, 50, clock.nowMs + 10_000);
      expect(await store.takeTurn(ann, { ...before, turns: { join: 1 } })).toBe(false);
      const block = () => store.setAccess(ann, { blockedUntilMs: 9 });
      await block();
      clock.nowMs += 20_000;
      expect(await store.getAccess(ann)).toMatchObject({ blockedUntilMs: 9, tokensValidFromMs: 50 });
      // The requests: 0 the read, 1 the read again, 2 the write.
      await interposedStore(use(), { 0: 'lost', 1: block }).forgetAccess(ann, 60, clock.nowMs + 10_000);
      await interposedStore(use(), { 1: 'lost' }).forgetAccess(ann, 70, clock.nowMs + 10_000);
      expect(await store.getAccess(ann)).toMatchObject({ blockedUntilMs: 0, tokensValidFromMs: 70 });
    });

    it('keeps a later expiry of tokens that comes between the read and the write', async () => {
      const { store, clock } = use();
      for (const isKnown of [true, false]) {
        const ann = user(fresh('ann'));
        if (isKnown) await store.expireTokens(ann, 50);
        const expire = () => store.expireTokens(ann, 90);
        await interposedStore(use(), { 1: expire }).forgetAccess(ann, 60, clock.nowMs + 10_000);
        expect((await store.getAccess(ann)).tokensValidFromMs).toBe(90);
      }
    });
  });

  describe("a user's profile", () => {
    const listed = async (name: string): Promise<string[]> => {
      const items = await use().store.readList('users', { afterItem: '', limit: 10_000 }, 0);
      return items.map(({ item }) => item).filter((item) => item.endsWith(`#${name}`));
    };

    it('is listed by the time of its first write, and counted once, until it is deleted', async () => {
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

    // The requests of the first write: 0 the profile, 1 the count, 2 the list, 3 the note that it is listed.
    it.each([
      [1, 0],
      [2, 1],
      [3, 1],
    ])('is listed by the next write when the first stops before request %i', async (request, tooMany) => {
      const ann = user(fresh('ann'));
      const { store } = use();
      const before = await store.countUsers();
      const broken = interposedStore(use(), { [request]: 'denied' });
      await expect(broken.setProfile(ann, {}, 10)).rejects.toThrow();
      await store.setProfile(ann, {}, 20);
      expect(await listed(ann)).toEqual([`000000000000010#${ann}`]);
      // The count may be too high, but never too low.
      expect((await store.countUsers()) - before - 1).toBeGreaterThanOrEqual(0);
      expect((await store.countUsers()) - before - 1).toBeLessThanOrEqual(tooMany);
    });

    it.each([1, 2, 3])('is counted at least once when the answer of request %i is lost', async (request) => {
      const ann = user(fresh('ann'));
      const before = await use().store.countUsers();
      await interposedStore(use(), { [request]: 'lost' }).setProfile(ann, {}, 10);
      await use().store.setProfile(ann, {}, 20);
      expect(await listed(ann)).toHaveLength(1);
      expect(await use().store.countUsers()).toBeGreaterThan(before);
      await use().store.deleteProfile(ann);
      expect(await use().store.countUsers()).toBeGreaterThanOrEqual(before);
    });

    it('that is deleted during its first write is not listed', async () => {
      const ann = user(fresh('ann'));
      const { store } = use();
      const before = await store.countUsers();
      await interposedStore(use(), { 3: () => store.deleteProfile(ann) }).setProfile(ann, {}, 10);
      expect([await store.getProfile(ann), await listed(ann)]).toEqual([undefined, []]);
      expect(await store.countUsers()).toBe(before);
    });

    it('that is created again during a deletion stays', async () => {
      const ann = user(fresh('ann'));
      const { store } = use();
      await store.setProfile(ann, {}, 10);
      const createAgain = async () => {
        await store.deleteProfile(ann);
        await store.setProfile(ann, { name: 'Again' }, 50);
      };
      // The requests of a deletion: 0 the read, 1 the list, 2 the count, 3 the profile.
      await interposedStore(use(), { 1: createAgain }).deleteProfile(ann);
      expect(await store.getProfile(ann)).toMatchObject({ name: 'Again', createdAtMs: 50 });
      expect(await listed(ann)).toEqual([`000000000000050#${ann}`]);
    });

    it('keeps the fields that are not given, and the time of its first write', async () => {
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

    it('is separate from the access', async () => {
      const ann = user(fresh('ann'));
      await use().store.setAccess(ann, { mutedUntilMs: 5 });
      expect(await use().store.getProfile(ann)).toBeUndefined();
      await use().store.setProfile(ann, { name: 'Ann' }, 10);
      expect(await use().store.getAccess(ann)).toEqual({ ...fullAccess, mutedUntilMs: 5, revision: 1 });
    });
  });
}
