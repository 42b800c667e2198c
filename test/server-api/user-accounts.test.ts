import { describe, expect, it } from 'vitest';
import type { UserId } from '../../lib/protocol/ids.ts';
import { useStore } from '../support/emulators.ts';
import { numbered } from './api-caller.ts';
import { createApiWorld, OK } from './api-world.ts';

const store = useStore('dynoxide');
const newWorld = () => createApiWorld(store());
type ApiWorld = ReturnType<typeof newWorld>;

const register = ({ call }: ApiWorld, userId: string) => call('/user/getToken.json', { userId, name: `N ${userId}` });
const infoOf = async ({ call }: ApiWorld, userId: string) => (await call('/user/info.json', { userId })).code;

describe('users', () => {
  it('are listed page by page, by the time of their first token', async () => {
    const world = newWorld();
    const { call, clock, pass } = world;
    clock.nowMs = Date.UTC(2028, 0, 2, 3, 4, 5);
    for (const userId of numbered('listed', 25)) {
      await register(world, userId);
      pass(1000);
    }
    const asked = { userId: 'listed0', name: 'Ann', portraitUri: 'http://x/y.png' };
    await call('/user/getToken.json', asked);
    const first = {
      userId: 'listed0',
      userName: 'Ann',
      userPortrait: 'http://x/y.png',
      regTime: '2028-01-02 03:04:05',
    };
    const query = async (form: Readonly<Record<string, number>>) => {
      const { total, users } = (await call('/user/query.json', form)) as { total: number; users: { userId: string }[] };
      return { total, users: users.map(({ userId }) => userId) };
    };
    const ids = numbered('listed', 25);
    expect(await call('/user/query.json', { pageSize: 1 })).toEqual({ ...OK, total: 25, users: [first] });
    expect(await query({})).toEqual({ total: 25, users: ids.slice(0, 20) });
    expect(await query({ page: 2 })).toEqual({ total: 25, users: ids.slice(20) });
    expect(await query({ page: 3 })).toEqual({ total: 25, users: [] });
    expect(await query({ pageSize: 100, order: 1 })).toEqual({ total: 25, users: ids.toReversed() });
    expect(await query({ page: 3, pageSize: 10, order: 1 })).toEqual({
      total: 25,
      users: ids.slice(0, 5).toReversed(),
    });
    expect(await call('/user/delusers.json', { userId: ids.slice(0, 20).join(',') })).toEqual(OK);
    expect(await query({})).toEqual({ total: 5, users: ids.slice(20) });
  });
});

describe('deactivation', () => {
  it('refuses users until they are reactivated, and forgets their profiles', async () => {
    const world = newWorld();
    const { call, open, push, connect, device, pass } = world;
    for (const userId of ['off-1', 'off-2']) await register(world, userId);
    const { connectionId } = await open('off-1');
    const named = { ...OK, operateId: expect.stringMatching(/^.+$/) };
    expect(await call('/user/deactivate.json', { userId: 'off-1,off-2' })).toEqual(named);
    pass(1);
    expect(await call('/user/deactivate.json', { userId: ['off-3', 'off-1'] })).toEqual(named);
    expect(push.framesOf(connectionId)).toMatchObject([{ event: 'closing', code: 31029 }]);
    expect([await infoOf(world, 'off-1'), await infoOf(world, 'off-2')]).toEqual([1002, 1002]);
    const listed = async (form: Readonly<Record<string, number>> = {}) =>
      (await call('/user/deactivate/query.json', form)).users;
    const [last, ...others] = (await listed()) as string[];
    expect(last).toBe('off-3');
    expect(new Set(others)).toEqual(new Set(['off-1', 'off-2']));
    expect(await listed({ pageNo: 2, pageSize: 2 })).toHaveLength(1);
    expect(await listed({ pageNo: 3, pageSize: 2 })).toEqual([]);
    pass(1);
    expect(await connect(device('off-1'))).toBe(false);
    expect(await call('/user/reactivate.json', { userId: 'off-3,off-2' })).toEqual(named);
    expect(await call('/user/reactivate.json', { userId: 'off-1' })).toEqual(named);
    expect(await connect(device('off-1'))).toBe(true);
    expect(await listed()).toEqual([]);
  });
});

describe('deletion', () => {
  it('removes users and all their data', async () => {
    const world = newWorld();
    const { call, enter, isIn, push, connect, device, pass, settle, deps } = world;
    for (const userId of ['gone-1', 'gone-2', 'kept']) await register(world, userId);
    const { connectionId } = await enter('gone-1');
    await enter('kept');
    await call('/user/blacklist/add.json', { userId: 'gone-1', blackUserId: 'kept' });
    await call('/user/tag/set.json', JSON.stringify({ userId: 'gone-1', tags: ['x'] }));
    expect(await call('/user/delusers.json', { userId: ['gone-1,gone-2', 'gone-1', 'unknown'] })).toEqual(OK);
    expect(push.framesOf(connectionId).at(-1)).toMatchObject({ event: 'closing', code: 31029 });
    expect([await isIn('gone-1'), await isIn('kept')]).toEqual([false, true]);
    expect([await infoOf(world, 'gone-1'), await infoOf(world, 'gone-2'), await infoOf(world, 'kept')]).toEqual([
      1002, 1002, 200,
    ]);
    expect(await call('/user/blacklist/query.json', { userId: 'gone-1' })).toEqual({ ...OK, users: [] });
    expect((await call('/user/tags/get.json', { userIds: 'gone-1' })).result).toEqual({ 'gone-1': [] });
    expect(await connect(device('gone-1'))).toBe(false);
    pass(2);
    await register(world, 'gone-1');
    expect(await connect(device('gone-1'))).toBe(true);
    await settle();
    expect(await deps.store.getMember(world.room, 'gone-1' as UserId)).toBeUndefined();
  });
});
