import { describe, expect, it } from 'vitest';
import { useStore } from '../support/emulators.ts';
import { numbered } from './api-caller.ts';
import { createApiWorld, MINUTE_MS, OK } from './api-world.ts';

const store = useStore('dynoxide');
const newWorld = () => createApiWorld(store());
const MUTED = 23_408;

describe('gag', () => {
  it("refuses a member's messages to the room for a time", async () => {
    const { call, room, enter, send, clock } = newWorld();
    clock.nowMs = Date.UTC(2027, 0, 1);
    const ann = await enter('ann');
    const of = { chatroomId: room, userId: ['ann', 'bob'] };
    expect(await call('/chatroom/user/gag/add.json', { ...of, minute: 1 })).toEqual(OK);
    expect((await send(ann)).code).toBe(MUTED);
    const users = ['ann', 'bob'].map((userId) => ({ userId, time: '2027-01-01 00:01:00' }));
    expect(await call('/chatroom/user/gag/list.json', { chatroomId: room })).toEqual({ ...OK, users });
    expect(await call('/chatroom/user/gag/rollback.json', of)).toEqual(OK);
    expect((await send(ann)).code).toBe(0);
    expect(await call('/chatroom/user/gag/list.json', { chatroomId: room })).toEqual({ ...OK, users: [] });
  });

  it('notifies the members when the call asks for it', async () => {
    const { call, room, enter, notices, clock } = newWorld();
    const { connectionId } = await enter('ann');
    const of = { chatroomId: room, userId: ['bob', 'bob', 'cas'] };
    await call('/chatroom/user/gag/add.json', { ...of, minute: 3 });
    expect(notices(connectionId)).toEqual([]);
    await call('/chatroom/user/gag/add.json', { ...of, minute: 3, needNotify: 'true', extra: 'x' });
    await call('/chatroom/user/gag/rollback.json', { ...of, needNotify: 'true' });
    const notice = { event: 'notice', room, userIds: ['bob', 'cas'], atMs: clock.nowMs };
    expect(notices(connectionId)).toEqual([
      { ...notice, kind: 'mute-users', durationMs: 3 * MINUTE_MS, extra: 'x' },
      { ...notice, kind: 'unmute-users', durationMs: 0, extra: '' },
    ]);
  });
});

describe('user/ban', () => {
  it("refuses a user's messages in all rooms, and notifies only the user", async () => {
    const { call, enter, send, notices, clock } = newWorld();
    clock.nowMs = Date.UTC(2027, 0, 1);
    const [ann, bob] = [await enter('ann'), await enter('bob')];
    const form = { userId: 'ann', minute: 60, needNotify: 'true', extra: 'x' };
    expect(await call('/chatroom/user/ban/add.json', form)).toEqual(OK);
    expect((await send(ann)).code).toBe(MUTED);
    const users = [{ userId: 'ann', time: '2027-01-01 01:00:00' }];
    expect(await call('/chatroom/user/ban/query.json')).toEqual({ ...OK, users });
    expect(await call('/chatroom/user/ban/remove.json', { userId: 'ann', needNotify: 'true' })).toEqual(OK);
    expect((await send(ann)).code).toBe(0);
    expect(await call('/chatroom/user/ban/query.json')).toEqual({ ...OK, users: [] });
    const notice = { event: 'notice', room: '', userIds: ['ann'], atMs: clock.nowMs };
    expect(notices(ann.connectionId)).toEqual([
      { ...notice, kind: 'mute-everywhere', durationMs: 60 * MINUTE_MS, extra: 'x' },
      { ...notice, kind: 'unmute-everywhere', durationMs: 0, extra: '' },
    ]);
    expect(notices(bob.connectionId)).toEqual([]);
  });

  it('notifies no user unless the call asks for it', async () => {
    const { call, enter, notices } = newWorld();
    const { connectionId } = await enter('cas');
    await call('/chatroom/user/ban/add.json', { userId: 'cas', minute: 1 });
    await call('/chatroom/user/ban/remove.json', { userId: 'cas', needNotify: '0' });
    expect(notices(connectionId)).toEqual([]);
  });
});

describe('ban', () => {
  it('refuses the messages of all but the exempt users', async () => {
    const { call, room, enter, send } = newWorld();
    const [ann, host] = [await enter('ann'), await enter('host')];
    const of = { chatroomId: room };
    expect(await call('/chatroom/ban/check.json', of)).toEqual({ ...OK, status: 0 });
    expect(await call('/chatroom/ban/add.json', of)).toEqual(OK);
    expect(await call('/chatroom/user/ban/whitelist/add.json', { ...of, userId: 'host' })).toEqual(OK);
    expect(await call('/chatroom/ban/check.json', of)).toEqual({ ...OK, status: 1 });
    expect([(await send(ann)).code, (await send(host)).code]).toEqual([MUTED, 0]);
    expect(await call('/chatroom/user/ban/whitelist/query.json', of)).toEqual({ ...OK, userIds: ['host'] });
    expect(await call('/chatroom/user/ban/whitelist/rollback.json', { ...of, userId: 'host' })).toEqual(OK);
    expect((await send(host)).code).toBe(MUTED);
    expect(await call('/chatroom/ban/rollback.json', of)).toEqual(OK);
    expect([(await send(ann)).code, (await send(host)).code]).toEqual([0, 0]);
  });

  it('notifies the members of mutes and exemptions when the call asks for it', async () => {
    const { call, room, enter, notices, clock } = newWorld();
    const { connectionId } = await enter('ann');
    const quiet = { chatroomId: room };
    const notified = { ...quiet, needNotify: 'true', extra: 'x' };
    for (const form of [quiet, notified]) {
      await call('/chatroom/ban/add.json', form);
      await call('/chatroom/user/ban/whitelist/add.json', { ...form, userId: 'host' });
      await call('/chatroom/user/ban/whitelist/rollback.json', { ...form, userId: 'host' });
      await call('/chatroom/ban/rollback.json', form);
    }
    const notice = { event: 'notice', room, durationMs: 0, extra: 'x', atMs: clock.nowMs };
    expect(notices(connectionId)).toEqual([
      { ...notice, kind: 'mute-room', userIds: [] },
      { ...notice, kind: 'exempt-from-mute', userIds: ['host'] },
      { ...notice, kind: 'end-exemption', userIds: ['host'] },
      { ...notice, kind: 'unmute-room', userIds: [] },
    ]);
  });

  it('lists rooms page by page, 50 per page by default', async () => {
    const { call, room } = newWorld();
    const rooms = numbered(`${room}-`, 51).sort((a, b) => (a < b ? -1 : 1));
    const names = Object.fromEntries(rooms.map((id) => [`chatroom[${id}]`, 'n']));
    await call('/chatroom/create.json', names);
    for (const chatroomId of rooms) await call('/chatroom/ban/add.json', { chatroomId });
    const page = async (form: { page?: number; size?: number }) =>
      (await call('/chatroom/ban/query.json', form)).chatroomIds;
    expect(await page({})).toEqual(rooms.slice(0, 50));
    expect(await page({ page: 2 })).toEqual(rooms.slice(50));
    expect(await page({ page: 3, size: 20 })).toEqual(rooms.slice(40));
    expect(await page({ page: 4, size: 20 })).toEqual([]);
    expect(await page({ size: 1000 })).toEqual(rooms);
    await call('/chatroom/destroy.json', { chatroomId: rooms });
    expect(await page({})).toEqual([]);
  });
});
