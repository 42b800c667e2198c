import { describe, expect, it, onTestFinished } from 'vitest';
import type { UserId } from '../../lib/protocol/ids.ts';
import type { LoginList } from '../../lib/store/room-store.ts';
import type { StoreUnderTest } from '../support/emulators.ts';
import { interposedStore, readUnitsOf } from './interposed-store.ts';
import { fresh, user } from './rows.ts';

/** The contract of every engine for the order of logins. */
export function describeLogins(use: () => StoreUnderTest): void {
  const laterMs = () => use().clock.nowMs + 60_000;
  const read = (ann: UserId, device = 'mobile') => use().store.getLogins(ann, device);
  const withLogin = (list: LoginList, loginId: string): LoginList => ({
    ...list,
    logins: [...list.logins, { loginId, sinceMs: 5, lastMs: 7 }],
  });

  describe('the logins of a device', () => {
    it('are kept in order, per device, with any ids', async () => {
      const ann = user(fresh('ann'));
      const none = await read(ann);
      expect(none).toEqual({ userId: ann, device: 'mobile', logins: [], revision: 0 });
      const names = ['__proto__', 'constructor', 'L0SM9/+w=', 'run_1'];
      const list = names.reduce(withLogin, none);
      expect(await use().store.putLogins(list, laterMs())).toBe(true);
      expect(await read(ann)).toEqual({ ...list, revision: expect.any(Number) });
      expect(await read(ann, 'web.run')).toEqual({ ...none, device: 'web.run' });
    });

    it('are changed only by a Lambda that has read the current ones', async () => {
      const ann = user(fresh('ann'));
      const { store } = use();
      const none = await read(ann);
      const outcomes = ['a', 'b', 'c'].map((name) => store.putLogins(withLogin(none, name), laterMs()));
      expect((await Promise.all(outcomes)).filter((isDone) => isDone)).toHaveLength(1);
      const first = await read(ann);
      expect(first.logins).toHaveLength(1);
      expect(await store.putLogins(withLogin(first, 'd'), laterMs())).toBe(true);
      expect(await store.putLogins(withLogin(first, 'e'), laterMs())).toBe(false);
      expect((await read(ann)).logins.map(({ loginId }) => loginId).at(-1)).toBe('d');
    });

    it('are changed when the answer is lost, unless another write was first', async () => {
      const ann = user(fresh('ann'));
      const none = await read(ann);
      expect(await interposedStore(use(), { 0: 'lost' }).putLogins(withLogin(none, 'a'), laterMs())).toBe(true);
      const first = await read(ann);
      const same = () => use().store.putLogins(withLogin(first, 'b'), laterMs());
      const store = interposedStore(use(), { 0: 'dropped', 1: same });
      expect(await store.putLogins(withLogin(first, 'b'), laterMs())).toBe(false);
    });

    it('expire, and have an eventually consistent read', async () => {
      const ann = user(fresh('ann'));
      const { store, clock } = use();
      const { nowMs } = clock;
      onTestFinished(() => {
        clock.nowMs = nowMs;
      });
      await store.putLogins(withLogin(await read(ann), 'a'), laterMs());
      expect(await store.getLogins(ann, 'mobile', 'eventual')).toEqual(await read(ann));
      expect(await readUnitsOf(use(), (other) => other.getLogins(ann, 'mobile', 'eventual'))).toBe(0.5);
      clock.nowMs += 60_000;
      const gone = await read(ann);
      expect(gone).toMatchObject({ logins: [], revision: 0 });
      expect(await store.putLogins(withLogin(gone, 'b'), laterMs())).toBe(true);
    });
  });
}
