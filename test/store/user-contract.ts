import { describe, expect, it } from 'vitest';
import { fullAccess } from '../../lib/domain/access.ts';
import type { StoreUnderTest } from '../support/emulators.ts';
import { interposedStore } from './interposed-store.ts';
import { fresh, user } from './rows.ts';

/** What every engine must do with what holds for a user in all rooms. */
export function describeUsers(use: () => StoreUnderTest): void {
  describe("a user's access", () => {
    it('is full until something is laid down', async () => {
      const ann = user(fresh('ann'));
      expect(await use().store.getAccess(ann)).toEqual(fullAccess);
      await use().store.setAccess(ann, {});
      expect(await use().store.getAccess(ann)).toEqual({
        ...{ blockedUntilMs: 0, mutedUntilMs: 0, tokensFromMs: 0 },
        ...{ revision: 0, turns: {}, sends: [], cut: [] },
      });
    });

    it('keeps what a change does not name, and the last counts', async () => {
      const [ann, bob] = [user(fresh('ann')), user('constructor')];
      const { store } = use();
      await store.setAccess(ann, { blockedUntilMs: 100, mutedUntilMs: 200 });
      await store.setAccess(ann, { blockedUntilMs: 50 });
      expect(await store.getAccess(ann)).toMatchObject({ blockedUntilMs: 50, mutedUntilMs: 200, tokensFromMs: 0 });
      await store.setAccess(ann, { mutedUntilMs: 0 });
      expect(await store.getAccess(ann)).toMatchObject({ blockedUntilMs: 50, mutedUntilMs: 0, tokensFromMs: 0 });
      await store.setAccess(bob, { mutedUntilMs: 7 });
      expect(await store.getAccess(bob)).toMatchObject({ blockedUntilMs: 0, mutedUntilMs: 7, tokensFromMs: 0 });
    });

    it('says from when on tokens count: the latest of several times, also of many at once', async () => {
      const ann = user(fresh('ann'));
      const { store } = use();
      const fromMs = async () => (await store.getAccess(ann)).tokensFromMs;
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
      expect(await use().store.getAccess(ann)).toMatchObject({ blockedUntilMs: 1, mutedUntilMs: 2, tokensFromMs: 3 });
    });
  });

  describe("a user's profile", () => {
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
