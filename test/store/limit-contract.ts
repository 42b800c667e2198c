import { describe, expect, it } from 'vitest';
import type { StoreUnderTest } from '../support/emulators.ts';
import { interposedStore } from './interposed-store.ts';
import { fresh } from './rows.ts';

/** The contract of every engine for nonces and for limits of the rate of calls. */
export function describeLimits(use: () => StoreUnderTest): void {
  describe('a nonce', () => {
    const useNonce = (nonce: string) => use().store.useNonce(nonce, use().clock.nowMs + 60_000);

    it('is used by one of 20 racing calls', async () => {
      const nonce = fresh('nonce');
      const race = await Promise.all(Array.from({ length: 20 }, () => useNonce(nonce)));
      expect(race.filter(Boolean)).toHaveLength(1);
      expect(await useNonce(nonce)).toBe(false);
      expect(await useNonce(fresh('nonce'))).toBe(true);
    });

    it('expires at its time, and no sooner', async () => {
      const nonce = fresh('nonce');
      await useNonce(nonce);
      use().clock.nowMs += 59_000;
      expect(await useNonce(nonce)).toBe(false);
      use().clock.nowMs += 1000;
      expect(await useNonce(nonce)).toBe(true);
      expect(await useNonce(nonce)).toBe(false);
    });

    it('works once more after it is taken back, once or repeatedly', async () => {
      const nonce = fresh('nonce');
      await useNonce(nonce);
      await use().store.forgetNonce(nonce);
      await use().store.forgetNonce(nonce);
      expect(await useNonce(nonce)).toBe(true);
      expect(await useNonce(nonce)).toBe(false);
    });

    it('may be any text, and different texts never collide', async () => {
      const prefix = fresh('nonce');
      const odd = ['', ' ', '#', '"', '\\"', '\\', '\u0000', '\ud800', '\ud801', '\\ud800', '\ufffd', 'é', 'e\u0301'];
      const nonces = [...odd, '語'.repeat(60), '\u0001'.repeat(60)].map((text) => prefix + text);
      expect(await Promise.all(nonces.map(useNonce))).toEqual(nonces.map(() => true));
      expect(await Promise.all(nonces.map(useNonce))).toEqual(nonces.map(() => false));
    });

    it('counts as used by the same call when the answer is lost', async () => {
      const [nonce, other] = [fresh('nonce'), fresh('nonce')];
      const expiresAtMs = use().clock.nowMs + 60_000;
      expect(await interposedStore(use(), { 0: 'lost' }).useNonce(nonce, expiresAtMs)).toBe(true);
      const overtaken = interposedStore(use(), { 0: 'dropped', 1: () => useNonce(other) });
      expect(await overtaken.useNonce(other, expiresAtMs)).toBe(false);
    });
  });

  describe('the calls of a second', () => {
    const atMs = 1_800_000_000_000;
    const count = (path: string, limit: number, timeMs = atMs) => use().store.countCall(path, timeMs, limit);

    it('are exactly as many as the limit under races', async () => {
      const path = `/${fresh('path')}.json`;
      const race = await Promise.all(Array.from({ length: 50 }, () => count(path, 10)));
      expect(race.filter(Boolean)).toHaveLength(10);
      expect(await count(path, 10, atMs + 999)).toBe(false);
      expect(await count(path, 11)).toBe(true);
      expect(await count(path, 11)).toBe(false);
    });

    it('are counted for each second and each path', async () => {
      const path = `/${fresh('path')}.json`;
      expect(await count(path, 1)).toBe(true);
      expect(await count(path, 1, atMs + 1000)).toBe(true);
      expect(await count(path, 1, atMs - 1)).toBe(true);
      expect(await count(`${path}#`, 1)).toBe(true);
      expect(await count(path, 1)).toBe(false);
      expect(await count(`/${fresh('path')}.json`, 0)).toBe(false);
    });

    it('never exceed the limit when an answer is lost', async () => {
      const path = `/${fresh('path')}.json`;
      expect(await interposedStore(use(), { 0: 'lost' }).countCall(path, atMs, 2)).toBe(true);
      expect(await count(path, 2)).toBe(false);
    });
  });

  describe('the posts of a second', () => {
    const take = (atMs: number, posts: number, limit: number) => use().store.takePosts(atMs, posts, limit);

    it('are taken as long as enough are left, under races too', async () => {
      const atMs = 1_700_000_000_000;
      const race = await Promise.all(Array.from({ length: 20 }, () => take(atMs, 300, 1_000)));
      expect(race.filter(Boolean)).toHaveLength(3);
      expect(await take(atMs + 999, 101, 1_000)).toBe(false);
      expect(await take(atMs, 100, 1_000)).toBe(true);
      expect(await take(atMs, 1, 1_000)).toBe(false);
      expect(await take(atMs + 1_000, 1_000, 1_000)).toBe(true);
      expect(await take(atMs + 2_000, 1_001, 1_000)).toBe(false);
    });
  });
}
