import { describe, expect, it } from 'vitest';
import type { UserId } from '../../lib/protocol/ids.ts';
import { type RoomStore, StoreFault } from '../../lib/store/room-store.ts';
import { useStore } from '../support/emulators.ts';
import { numbered } from './api-caller.ts';
import { createApiWorld, OK } from './api-world.ts';

const store = useStore('dynoxide');
const newWorld = () => createApiWorld(store());

describe('a user', () => {
  it('gets a token; the name and picture are kept, and changed one by one', async () => {
    const { call, deps, clock } = newWorld();
    const profile = () => deps.store.getProfile('ann-b' as UserId);
    const form = { userId: 'ann-b', name: 'Ann B&C 张', portraitUri: 'http://x/y.png?a=1&b=2' };
    // The token says what is put on the user's messages.
    const token = 'token-of-ann-b{"name":"Ann B&C 张","portrait":"http://x/y.png?a=1&b=2"}';
    expect(await call('/user/getToken.json', form)).toEqual({ ...OK, userId: 'ann-b', token });
    expect(await profile()).toEqual({ ...form, createdAtMs: clock.nowMs });
    expect(await call('/user/refresh.json', { userId: 'ann-b', name: 'Ann' })).toEqual(OK);
    expect(await profile()).toEqual({ ...form, name: 'Ann', createdAtMs: clock.nowMs });
    expect(await call('/user/refresh.json', { userId: 'ann-b', portraitUri: 'http://z' })).toEqual(OK);
    expect(await profile()).toMatchObject({ name: 'Ann', portraitUri: 'http://z' });
  });

  it('has no picture on their messages that is longer than 512 bytes', async () => {
    const { call } = newWorld();
    const ask = async (name: string, length: number) => {
      const form = { userId: 'ann-c', name, portraitUri: 'p'.repeat(length) };
      return (await call('/user/getToken.json', form)).token;
    };
    expect(await ask('Ann', 513)).toBe('token-of-ann-c{"name":"Ann"}');
    expect(await ask('Ann', 512)).toBe(`token-of-ann-c{"name":"Ann","portrait":"${'p'.repeat(512)}"}`);
  });

  it('is online while they have a connection', async () => {
    const { call, open, drop } = newWorld();
    expect(await call('/user/checkOnline.json', { userId: 'oda' })).toEqual({ ...OK, status: '0' });
    const oda = await open('oda');
    expect(await call('/user/checkOnline.json', { userId: 'oda' })).toEqual({ ...OK, status: '1' });
    await drop(oda);
    expect(await call('/user/checkOnline.json', { userId: 'oda' })).toEqual({ ...OK, status: '0' });
  });

  it('is disconnected and cannot connect for a time', async () => {
    const { call, open, connect, device, push, clock } = newWorld();
    clock.nowMs = Date.UTC(2027, 4, 5, 6, 7, 8);
    const { connectionId } = await open('bad');
    expect(await call('/user/block.json', { userId: ['bad', 'worse'], minute: 43_200 })).toEqual(OK);
    expect(push.closed).toEqual([connectionId]);
    expect(await connect(device('bad'))).toBe(false);
    const users = ['bad', 'worse'].map((userId) => ({ userId, blockEndTime: '2027-06-04 06:07:08' }));
    expect(await call('/user/block/query.json')).toEqual({ ...OK, users });
    expect(await call('/user/unblock.json', { userId: ['bad', 'worse'] })).toEqual(OK);
    expect(await connect(device('bad'))).toBe(true);
    expect(await call('/user/block/query.json')).toEqual({ ...OK, users: [] });
  });

  it('loses the tokens that were issued before a time', async () => {
    const { call, deps, clock } = newWorld();
    const time = clock.nowMs - 1;
    expect(await call('/user/token/expire.json', { userId: ['eve', 'mal'], time })).toEqual(OK);
    for (const user of ['eve', 'mal']) {
      expect(await deps.store.getAccess(user as UserId)).toMatchObject({ tokensValidFromMs: time });
    }
  });
});

it('whose tokens cannot be revoked holds up no other one', async () => {
  const made = store();
  const expireTokens: RoomStore['expireTokens'] = async (user, beforeMs) => {
    if (user === 'una') throw new StoreFault('unable to write');
    return made.store.expireTokens(user, beforeMs);
  };
  const { call, deps, clock } = createApiWorld({ ...made, store: { ...made.store, expireTokens } });
  const time = clock.nowMs - 1;
  const others = Array.from({ length: 10 }, (_, index) => `after-${index}`);
  const answer = await call('/user/token/expire.json', { userId: ['una', ...others], time }).catch(() => undefined);
  expect(answer).not.toEqual(OK);
  for (const user of others) {
    expect(await deps.store.getAccess(user as UserId)).toMatchObject({ tokensValidFromMs: time });
  }
});

describe('the blacklist', () => {
  const add = '/user/blacklist/add.json';

  it('can be added to, listed and removed from', async () => {
    const { call } = newWorld();
    expect(await call(add, { userId: 'ann', blackUserId: ['bob', 'cas', 'bob'] })).toEqual(OK);
    const listed = await call('/user/blacklist/query.json', { userId: 'ann' });
    expect(new Set(listed.users as string[])).toEqual(new Set(['bob', 'cas']));
    expect(await call('/user/blacklist/remove.json', { userId: 'ann', blackUserId: ['bob', 'nobody'] })).toEqual(OK);
    expect(await call('/user/blacklist/query.json', { userId: 'ann' })).toEqual({ ...OK, users: ['cas'] });
    expect(await call('/user/blacklist/query.json', { userId: 'cas' })).toEqual({ ...OK, users: [] });
  });

  it('holds at most 1000 users', async () => {
    const { call } = newWorld();
    for (let part = 0; part < 50; part += 1) {
      expect(await call(add, { userId: 'full', blackUserId: numbered(`u${part}-`, 20) })).toEqual(OK);
    }
    const errorMessage = 'unable to add to the blacklist; it holds at most 1000';
    expect(await call(add, { userId: 'full', blackUserId: 'more' })).toEqual({ code: 1002, errorMessage });
    expect(await call(add, { userId: 'full', blackUserId: 'u0-0' })).toEqual(OK);
  });
});

describe('tags', () => {
  it('replace the earlier ones', async () => {
    const { call } = newWorld();
    const set = (tags: readonly string[]) => call('/user/tag/set.json', JSON.stringify({ tags, userId: 'tim' }));
    const tags = async () => {
      const { result } = await call('/user/tags/get.json', { userIds: ['tim', 'none'] });
      const { tim, none } = result as Record<string, string[]>;
      return { tim: new Set(tim), none };
    };
    expect(await set(['a', '男'])).toEqual(OK);
    expect(await tags()).toEqual({ tim: new Set(['a', '男']), none: [] });
    expect(await set(['b', 'a'])).toEqual(OK);
    expect(await tags()).toEqual({ tim: new Set(['a', 'b']), none: [] });
    expect(await set([])).toEqual(OK);
    expect(await tags()).toEqual({ tim: new Set(), none: [] });
  });

  it('are given to 1000 users at once', async () => {
    const { call } = newWorld();
    const userIds = numbered('many', 1000);
    expect(await call('/user/tag/batch/set.json', JSON.stringify({ userIds, tags: ['x'] }))).toEqual(OK);
    const { result } = await call('/user/tags/get.json', { userIds: ['many0', 'many999'] });
    expect(result).toEqual({ many0: ['x'], many999: ['x'] });
  });

  it('are accepted at their limits', async () => {
    const { call } = newWorld();
    const tags = numbered('长'.repeat(12), 20).map((tag) => tag.slice(0, 13));
    expect(await call('/user/tag/set.json', JSON.stringify({ userId: 'max', tags }))).toEqual(OK);
    const { result } = await call('/user/tags/get.json', { userIds: numbered('u', 50) });
    expect(Object.keys(result as object)).toHaveLength(50);
  });

  it.each([
    [{ userId: 'u', tags: numbered('t', 21) }, 1002, 'tags is given 21 times, at most 20'],
    [{ userId: 'u', tags: ['t'.repeat(41)] }, 1005, 'tags must be at most 40 bytes'],
    [{ userId: 'u', tags: [''] }, 1002, 'tags must be text of 1 to 40 bytes'],
    [{ userId: 'u', tags: [null] }, 1002, 'tags must be a string or a list of strings'],
    [{ userId: 'u', tags: ['\ud800'] }, 1002, 'tags must be a string or a list of strings'],
    [{ userId: 'u' }, 1002, 'tags is missing'],
    [{ userId: ['u', 'v'], tags: [] }, 1002, 'userId is given more than once'],
    [{ tags: [] }, 1002, 'userId is missing'],
    [[], 1002, 'the body must be a JSON object'],
    [null, 1002, 'the body must be a JSON object'],
  ])('are refused beyond them: %#', async (body, code, why) => {
    const answer = await newWorld().call('/user/tag/set.json', JSON.stringify(body));
    expect(answer).toEqual({ code, errorMessage: `unable to accept the call; ${why}` });
  });

  it('are accepted as JSON only', async () => {
    const { call } = newWorld();
    const errorMessage = 'unable to accept the call; the body must be a JSON object';
    expect(await call('/user/tag/set.json', { userId: 'u', tags: 'a' })).toEqual({ code: 1002, errorMessage });
  });
});
