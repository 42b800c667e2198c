import { describe, expect, it } from 'vitest';
import type { RoomId } from '../../lib/protocol/ids.ts';
import { endpoints } from '../../lib/server-api/endpoints.ts';
import { useStore } from '../support/emulators.ts';
import type { FormValues } from './api-caller.ts';
import { createApiWorld, noRoom, OK } from './api-world.ts';

const use = useStore('dynoxide');
const names = { chatroomId: 'nowhere' };
const user = { ...names, userId: 'ann' };
const owned = { ...names, entryOwnerId: 'ann' };
const said = { fromUserId: 'ann', objectName: 'app:x', content: 'hi' };
const past = { userId: 'ann', targetId: 'nowhere', startTime: '1700000000000', endTime: '1800000000000' };
const itemMissing = (unableTo: string, why: string) => ({ code: 1015, errorMessage: `unable to ${unableTo}; ${why}` });

/** Every call that names a room, on a missing one: its other parameters, and its answer. */
const calls: readonly (readonly [path: string, form: FormValues | string, answer: object])[] = [
  // A missing room has no state, so queries give an empty answer,
  ['/chatroom/query.json', names, { ...OK, chatRooms: [] }],
  ['/chatroom/user/query.json', { ...names, count: 1, order: 1 }, { ...OK, total: 0, users: [] }],
  ['/chatroom/user/exist.json', user, { ...OK, isInChrm: false }],
  ['/chatroom/users/exist.json', user, { ...OK, result: [{ userId: 'ann', isInChrm: 0 }] }],
  ['/chatroom/user/block/list.json', names, { ...OK, users: [] }],
  ['/chatroom/user/whitelist/query.json', names, { ...OK, users: [] }],
  ['/chatroom/user/gag/list.json', names, { ...OK, users: [] }],
  ['/chatroom/ban/check.json', names, { ...OK, status: 0 }],
  ['/chatroom/user/ban/whitelist/query.json', names, { ...OK, userIds: [] }],
  ['/chatroom/slow-mode/get.json', names, { ...OK, seconds: 0 }],
  ['/chatroom/entry/query.json', names, { ...OK, keys: [] }],
  ['/v3/message/chatroom/query.json', JSON.stringify(past), { ...OK, data: [], hasMore: false, next: 0 }],
  // unless they have none.
  ['/chatroom/get.json', names, noRoom('describe the room')],
  // A change that a later room would have to keep is refused,
  ['/chatroom/destroy/set.json', names, noRoom('set the end of the room')],
  ['/chatroom/keepalive/add.json', names, noRoom('keep the room')],
  ['/chatroom/realtime/set.json', { ...names, realTime: 1 }, noRoom('set the real-time service')],
  ['/chatroom/slow-mode/set.json', { ...names, seconds: 1 }, noRoom('set slow mode')],
  ['/chatroom/user/block/add.json', { ...user, minute: 1 }, noRoom('block the users')],
  ['/chatroom/user/whitelist/add.json', user, noRoom('add to the allowlist')],
  ['/chatroom/user/gag/add.json', { ...user, minute: 1 }, noRoom('mute the users')],
  ['/chatroom/ban/add.json', names, noRoom('mute the room')],
  ['/chatroom/user/ban/whitelist/add.json', user, noRoom('exempt the users')],
  ['/chatroom/message/stopDistribution.json', names, noRoom('stop the distribution')],
  ['/chatroom/entry/set.json', { ...user, key: 'k', value: 'v' }, noRoom('set the entries')],
  ['/chatroom/entry/batch/set.json', { ...owned, entryInfo: '{"k":"v"}' }, noRoom('set the entries')],
  // and so is a message, which no user would get.
  [
    '/message/chatroom/publish.json',
    { ...said, toChatroomId: 'nowhere' },
    { code: 1002, errorMessage: 'unable to publish the message; the room does not exist (nowhere)' },
  ],
  [
    '/message/recall.json',
    { fromUserId: 'ann', conversationType: 4, targetId: 'nowhere', messageUID: '1-x' },
    noRoom('recall the message'),
  ],
  // A removal from a missing room succeeds,
  ['/chatroom/destroy.json', names, OK],
  ['/chatroom/user/block/rollback.json', user, OK],
  ['/chatroom/user/whitelist/remove.json', user, OK],
  ['/chatroom/user/gag/rollback.json', { ...user, needNotify: 'true' }, OK],
  ['/chatroom/ban/rollback.json', { ...names, needNotify: 'true' }, OK],
  ['/chatroom/user/ban/whitelist/rollback.json', user, OK],
  ['/chatroom/message/resumeDistribution.json', names, OK],
  ['/chatroom/entry/batch/remove.json', { ...owned, entryKeys: 'k' }, OK],
  // unless it reports a missing item in an existing room, too.
  ['/chatroom/entry/remove.json', { ...user, key: 'k' }, itemMissing('remove the entry', 'it does not exist')],
  ['/chatroom/keepalive/remove.json', names, itemMissing('stop keeping the room', 'it is not kept')],
];

describe('a room that does not exist', () => {
  it('is tested with all calls that name a room', () => {
    const creating = ['/chatroom/create.json', '/chatroom/create_new.json'];
    const withRoom = endpoints.filter(
      ({ fields }) => 'chatroomId' in fields || 'targetId' in fields || 'toChatroomId' in fields,
    );
    const paths = withRoom.map(({ path }) => path).filter((path) => !creating.includes(path));
    expect(calls.map(([path]) => path).sort()).toEqual(paths.sort());
  });

  it.each(calls)('%s', async (path, form, answer) => {
    const world = createApiWorld(use());
    const before = await world.deps.store.getRoom('nowhere' as RoomId);
    expect(await world.call(path, form)).toEqual(answer);
    expect(before).toBeUndefined();
    expect(await world.deps.store.getRoom('nowhere' as RoomId)).toBeUndefined();
  });

  it('leaves no state to a later one', async () => {
    const { call, room, enter, send } = createApiWorld(use());
    for (const [path, form] of calls) {
      const text = typeof form === 'string' ? form.replace('nowhere', room) : undefined;
      const named = Object.entries(form).map(([name, value]) => [name, value === 'nowhere' ? room : value]);
      await call(path, text ?? (Object.fromEntries(named) as FormValues));
    }
    const ann = await enter('ann');
    expect((await send(ann)).code).toBe(0);
    for (const [path, form, answer] of calls.slice(4, 10)) {
      expect(await call(path, { ...(form as object), chatroomId: room }), path).toEqual(answer);
    }
    const got = await call('/chatroom/get.json', { chatroomId: room });
    expect(got).toMatchObject({ destroyType: 0, destroyTime: 60, ban: false });
    expect(await call('/chatroom/keepalive/query.json', {})).toEqual({ ...OK, chatroomIds: [] });
  });
});
