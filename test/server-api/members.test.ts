import { describe, expect, it } from 'vitest';
import { useStore } from '../support/emulators.ts';
import { callerOf } from './api-caller.ts';
import { createApiWorld, MINUTE_MS, OK } from './api-world.ts';

const store = useStore('dynoxide');
const newWorld = () => createApiWorld(store());

describe('the members', () => {
  it('are listed by the time they joined, in UTC to the second', async () => {
    const { call, room, enter, clock } = newWorld();
    clock.nowMs = Date.UTC(2027, 2, 1, 0, 0, 1, 999);
    await enter('zoe');
    clock.nowMs += 1000;
    await enter('ann');
    const [zoe, ann] = [
      { id: 'zoe', time: '2027-03-01 00:00:01' },
      { id: 'ann', time: '2027-03-01 00:00:02' },
    ];
    const ask = (count: number, order: number) => call('/chatroom/user/query.json', { chatroomId: room, count, order });
    expect(await ask(500, 1)).toEqual({ ...OK, total: 2, users: [zoe, ann] });
    expect(await ask(1, 2)).toEqual({ ...OK, total: 2, users: [ann] });
  });

  it('are queried one by one and many at once', async () => {
    const { call, room, enter } = newWorld();
    await enter('ann');
    expect(await call('/chatroom/user/exist.json', { chatroomId: room, userId: 'ann' })).toEqual({
      ...OK,
      isInChrm: true,
    });
    expect(await call('/chatroom/user/exist.json', { chatroomId: room, userId: 'bob' })).toEqual({
      ...OK,
      isInChrm: false,
    });
    const many = await call('/chatroom/users/exist.json', { chatroomId: room, userId: ['bob', 'ann', 'bob'] });
    const result = [
      { userId: 'bob', isInChrm: 0 },
      { userId: 'ann', isInChrm: 1 },
      { userId: 'bob', isInChrm: 0 },
    ];
    expect(many).toEqual({ ...OK, result });
  });
});

describe('a block', () => {
  it('removes the member, is listed with its end, and is lifted', async () => {
    const { call, room, enter, isIn, clock } = newWorld();
    clock.nowMs = Date.UTC(2027, 0, 31, 23, 59, 30);
    await enter('ann');
    const of = { chatroomId: room, userId: ['ann', 'bob'] };
    expect(await call('/chatroom/user/block/add.json', { ...of, minute: 43_200 })).toEqual(OK);
    expect(await isIn('ann')).toBe(false);
    const users = ['ann', 'bob'].map((userId) => ({ userId, time: '2027-03-02 23:59:30' }));
    expect(await call('/chatroom/user/block/list.json', { chatroomId: room })).toEqual({ ...OK, users });
    expect(await call('/chatroom/user/block/rollback.json', of)).toEqual(OK);
    expect(await call('/chatroom/user/block/list.json', { chatroomId: room })).toEqual({ ...OK, users: [] });
  });

  it('notifies the members and the blocked user, when the call asks for it', async () => {
    const { call, room, enter, notices, clock } = newWorld();
    const [ann, bob] = [await enter('ann'), await enter('bob')];
    const of = { chatroomId: room, userId: 'bob' };
    await call('/chatroom/user/block/add.json', { ...of, minute: 1 });
    await call('/chatroom/user/block/rollback.json', { ...of, needNotify: 'false', extra: 'unheard' });
    expect([...notices(ann.connectionId), ...notices(bob.connectionId)]).toEqual([]);
    await call('/chatroom/user/block/add.json', { ...of, minute: 2, needNotify: 'true', extra: 'rude' });
    const notice = { event: 'notice', room, userIds: ['bob'], atMs: clock.nowMs };
    const blocked = { ...notice, kind: 'block', durationMs: 2 * MINUTE_MS, extra: 'rude' };
    expect(notices(ann.connectionId)).toEqual([blocked]);
    expect(notices(bob.connectionId)).toEqual([blocked]);
    await call('/chatroom/user/block/rollback.json', { ...of, needNotify: '1' });
    expect(notices(ann.connectionId)).toEqual([blocked, { ...notice, kind: 'unblock', durationMs: 0, extra: '' }]);
  });

  it('stays when its notice fails', async () => {
    const { call, create, room, deps, faults } = newWorld();
    await create();
    const push = { ...deps.push, post: () => Promise.reject(new Error('disconnected')) };
    const failing = { ...deps, push, store: Object.assign(Object.create(deps.store), { connectionsOf: push.post }) };
    const form = { chatroomId: room, userId: 'bob', minute: 1, needNotify: 'true' };
    expect(await callerOf(failing)('/chatroom/user/block/add.json', form)).toEqual(OK);
    expect(faults).toEqual([new Error('disconnected')]);
    expect(await call('/chatroom/user/block/list.json', { chatroomId: room })).toMatchObject({
      users: [{ userId: 'bob' }],
    });
  });
});

describe('the allowlist', () => {
  it('takes at most five users', async () => {
    const { call, create, room } = newWorld();
    await create();
    const five = ['a', 'b', 'c', 'd', 'e'];
    expect(await call('/chatroom/user/whitelist/add.json', { chatroomId: room, userId: five })).toEqual(OK);
    const errorMessage = 'unable to add to the allowlist; it holds at most 5';
    const sixth = await call('/chatroom/user/whitelist/add.json', { chatroomId: room, userId: 'f' });
    expect(sixth).toEqual({ code: 1002, errorMessage });
    expect(await call('/chatroom/user/whitelist/query.json', { chatroomId: room })).toEqual({ ...OK, users: five });
    await call('/chatroom/user/whitelist/remove.json', { chatroomId: room, userId: ['a', 'nobody'] });
    const left = await call('/chatroom/user/whitelist/query.json', { chatroomId: room });
    expect(left).toEqual({ ...OK, users: five.slice(1) });
  });

  it('takes all users of a call or none', async () => {
    const { call, create, room } = newWorld();
    await create();
    const six = { chatroomId: room, userId: ['a', 'b', 'c', 'd', 'e', 'f'] };
    expect((await call('/chatroom/user/whitelist/add.json', six)).code).toBe(1002);
    expect(await call('/chatroom/user/whitelist/query.json', { chatroomId: room })).toEqual({ ...OK, users: [] });
  });
});
