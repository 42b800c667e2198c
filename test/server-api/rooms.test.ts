import { describe, expect, it } from 'vitest';
import { isRefused } from '../../lib/domain/outcome.ts';
import type { RoomId } from '../../lib/protocol/ids.ts';
import { StoreFault } from '../../lib/store/room-store.ts';
import { isRoomMuted } from '../../lib/usecases/mute-room.ts';
import { useStore } from '../support/emulators.ts';
import { callerOf, formText, numbered } from './api-caller.ts';
import { createApiWorld, noRoom, OK } from './api-world.ts';

const store = useStore('dynoxide');
const newWorld = (change: Parameters<typeof createApiWorld>[1] = {}) => createApiWorld(store(), change);

describe('create_new', () => {
  it('creates a room that expires when idle for the time of the setting', async () => {
    const { call, room, clock } = newWorld({ destroyAfterMin: 90 });
    expect(await call('/chatroom/create_new.json', { chatroomId: room })).toEqual(OK);
    expect(await call('/chatroom/get.json', { chatroomId: room })).toEqual({
      ...OK,
      chatroomId: room,
      createTime: clock.nowMs,
      memberCount: 0,
      destroyType: 0,
      destroyTime: 90,
      ban: false,
    });
  });

  it.each([
    ['no entries', { entryOwnerId: 'host' }],
    ['an object of none', { entryOwnerId: 'host', entryInfo: '{}' }],
    ['an object of none, and no owner', { entryInfo: '{}' }],
    ["the zeros of the Go SDK's plainest call", { destroyType: 0, destroyTime: 0, isBan: 'false' }],
  ])('treats %s as not given', async (_what, given) => {
    const { call, room } = newWorld({ destroyAfterMin: 90 });
    expect(await call('/chatroom/create_new.json', { chatroomId: room, ...given })).toEqual(OK);
    const described = await call('/chatroom/get.json', { chatroomId: room });
    expect(described).toMatchObject({ destroyType: 0, destroyTime: 90, ban: false });
    expect(await call('/chatroom/entry/query.json', { chatroomId: room })).toEqual({ ...OK, keys: [] });
  });

  it('takes the end, the mute, the exempt users and the entries', async () => {
    const { call, room } = newWorld();
    const plan = {
      ...{ chatroomId: room, destroyType: 1, destroyTime: 10_080, isBan: 'true', whiteUserIds: ['host', 'guest'] },
      ...{ entryOwnerId: 'host', entryInfo: '{"topic":"tea","seats":"8"}' },
    };
    expect(await call('/chatroom/create_new.json', plan)).toEqual(OK);
    const described = await call('/chatroom/get.json', { chatroomId: room });
    expect(described).toMatchObject({ destroyType: 1, destroyTime: 10_080, ban: true });
    expect((await call('/chatroom/ban/query.json')).chatroomIds).toContain(room);
    const { userIds } = await call('/chatroom/user/ban/whitelist/query.json', { chatroomId: room });
    expect(userIds).toEqual(['guest', 'host']);
    const { keys } = await call('/chatroom/entry/query.json', { chatroomId: room });
    expect(keys).toMatchObject([
      { key: 'seats', value: '8', userId: 'host', autoDelete: '0' },
      { key: 'topic', value: 'tea', userId: 'host', autoDelete: '0' },
    ]);
  });

  it('leaves a live room unchanged', async () => {
    const { call, room, deps } = newWorld();
    await call('/chatroom/create_new.json', { chatroomId: room });
    const before = await deps.store.getRoom(room);
    const again = { chatroomId: room, isBan: 1, destroyType: 1, entryOwnerId: 'u', entryInfo: '{"a":"b"}' };
    expect(await call('/chatroom/create_new.json', { ...again, whiteUserIds: 'u' })).toEqual(OK);
    expect(await deps.store.getRoom(room)).toEqual(before);
    expect(await call('/chatroom/entry/query.json', { chatroomId: room })).toEqual({ ...OK, keys: [] });
    const exempt = await call('/chatroom/user/ban/whitelist/query.json', { chatroomId: room });
    expect(exempt).toEqual({ ...OK, userIds: [] });
  });

  it.each(['putMember', 'putEntryIndex', 'noteComplete'] as const)(
    'stopped at %s, it is completed by the same call, and by no other',
    async (name) => {
      const { call, room, deps } = newWorld();
      const plan = { chatroomId: room, whiteUserIds: ['host', 'guest'], entryOwnerId: 'host', entryInfo: '{"a":"1"}' };
      const dead = async () => Promise.reject(new StoreFault('the Lambda is dead'));
      const dying = callerOf({ ...deps, store: { ...deps.store, [name]: dead } });
      expect(await dying('/chatroom/create_new.json', plan)).not.toMatchObject(OK);
      const epoch = (await deps.store.getRoom(room))?.epoch;
      expect(await call('/chatroom/create_new.json', { chatroomId: room, isBan: 1 })).toEqual(OK);
      expect(await call('/chatroom/create_new.json', plan)).toEqual(OK);
      const later = { ...plan, whiteUserIds: 'other', entryInfo: '{"a":"2"}' };
      expect(await call('/chatroom/create_new.json', later)).toEqual(OK);
      const { userIds } = await call('/chatroom/user/ban/whitelist/query.json', { chatroomId: room });
      expect(userIds).toEqual(['guest', 'host']);
      const { keys } = await call('/chatroom/entry/query.json', { chatroomId: room });
      expect(keys).toMatchObject([{ key: 'a', value: '1', userId: 'host' }]);
      expect(await deps.store.getRoom(room)).toMatchObject({ epoch, muted: false });
    },
  );

  it.each([
    [{ entryInfo: '{"a":"b"}' }, 'unable to accept the call; entryInfo is given without entryOwnerId'],
    [{ entryOwnerId: 'u', entryInfo: '{"a":1}' }, 'unable to accept the call; a value in entryInfo must be a string'],
    [{ entryOwnerId: 'u', entryInfo: '{"a":"1","b":"2"}' }, 'unable to create the room; it has at most 1 entries'],
    [{ destroyTime: 59 }, 'unable to accept the call; destroyTime must be 0 or a whole number from 60 to 10080'],
    [{ destroyTime: 10_081 }, 'unable to accept the call; destroyTime must be 0 or a whole number from 60 to 10080'],
    [
      { whiteUserIds: ['ok', 'not ok'] },
      'unable to accept the call; whiteUserIds must be 1 to 64 of A-Z a-z 0-9 _ + = -',
    ],
  ])('writes nothing with %j', async (fault, errorMessage) => {
    const { call, room, deps } = newWorld({ maxEntriesPerRoom: 1 });
    expect(await call('/chatroom/create_new.json', { chatroomId: room, ...fault })).toEqual({
      code: 1002,
      errorMessage,
    });
    expect(await deps.store.getRoom(room)).toBeUndefined();
  });
});

describe('create and query', () => {
  it('give the existing rooms with their names', async () => {
    const { call, room, clock } = newWorld();
    clock.nowMs = Date.UTC(2027, 10, 9, 8, 7, 6, 543);
    const names = { [`chatroom[${room}]`]: 'Room One', [`chatroom[${room}2]`]: '二 号' };
    expect(await call('/chatroom/create.json', names)).toEqual(OK);
    const asked = await call('/chatroom/query.json', { chatroomId: [room, `${room}2`, 'nowhere', room] });
    const time = '2027-11-09 08:07:06';
    const chatRooms = [
      { chrmId: room, name: 'Room One', time },
      { chrmId: `${room}2`, name: '二 号', time },
    ];
    expect(asked).toEqual({ ...OK, chatRooms });
  });

  it('create takes 100 rooms', async () => {
    const { call, room } = newWorld();
    const rooms = numbered(room, 100);
    const text = rooms.map((id) => formText({ [`chatroom[${id}]`]: 'n' })).join('&');
    expect(await call('/chatroom/create.json', text)).toEqual(OK);
    expect(await call('/chatroom/get.json', { chatroomId: `${room}99` })).toMatchObject(OK);
  });
});

describe('destroy', () => {
  it('destroys rooms, and accepts missing ones', async () => {
    const { call, room, enter, isIn } = newWorld();
    await enter('ann');
    expect(await call('/chatroom/destroy.json', { chatroomId: [room, 'nowhere', room] })).toEqual(OK);
    expect(await isIn('ann')).toBe(false);
    expect(await call('/chatroom/get.json', { chatroomId: room })).toEqual(noRoom('describe the room'));
  });

  it('set changes the end, and takes defaults', async () => {
    const { call, room } = newWorld();
    await call('/chatroom/create_new.json', { chatroomId: room });
    expect(await call('/chatroom/destroy/set.json', { chatroomId: room, destroyType: 1, destroyTime: 60 })).toEqual(OK);
    const fixed = await call('/chatroom/get.json', { chatroomId: room });
    expect(fixed).toMatchObject({ destroyType: 1, destroyTime: 60 });
    expect(await call('/chatroom/destroy/set.json', { chatroomId: room })).toEqual(OK);
    expect(await call('/chatroom/get.json', { chatroomId: room })).toMatchObject({ destroyType: 0, destroyTime: 60 });
  });

  it.each([
    ['no end', {}],
    ['zeros', { destroyType: 0, destroyTime: 0 }],
    ['a time of 0', { destroyTime: 0 }],
  ])('set with only %s restores the default', async (_what, end) => {
    const { call, room } = newWorld({ destroyAfterMin: 90 });
    await call('/chatroom/create_new.json', { chatroomId: room, destroyType: 1, destroyTime: 600 });
    expect(await call('/chatroom/destroy/set.json', { chatroomId: room, ...end })).toEqual(OK);
    expect(await call('/chatroom/get.json', { chatroomId: room })).toMatchObject({ destroyType: 0, destroyTime: 90 });
  });

  it('set with a time of 0 keeps the type that is given', async () => {
    const { call, room } = newWorld({ destroyAfterMin: 90 });
    await call('/chatroom/create_new.json', { chatroomId: room });
    expect(await call('/chatroom/destroy/set.json', { chatroomId: room, destroyType: 1, destroyTime: 0 })).toEqual(OK);
    expect(await call('/chatroom/get.json', { chatroomId: room })).toMatchObject({ destroyType: 1, destroyTime: 90 });
  });

  it('get counts the members', async () => {
    const { call, room, enter } = newWorld();
    for (const user of ['ann', 'bob']) await enter(user);
    expect(await call('/chatroom/get.json', { chatroomId: room })).toMatchObject({ memberCount: 2 });
  });
});

describe('keepalive', () => {
  it('keeps as many rooms as the setting allows, until they are removed', async () => {
    const { call, room } = newWorld({ maxKeptRooms: 1 });
    const [one, two] = [`${room}1`, `${room}2`];
    await call('/chatroom/create.json', { [`chatroom[${one}]`]: 'n', [`chatroom[${two}]`]: 'n' });
    expect(await call('/chatroom/keepalive/add.json', { chatroomId: one })).toEqual(OK);
    expect(await call('/chatroom/keepalive/add.json', { chatroomId: one })).toEqual(OK);
    const over = await call('/chatroom/keepalive/add.json', { chatroomId: two });
    expect(over).toEqual({ code: 1016, errorMessage: 'unable to keep the room; at most 1 are kept' });
    expect(await call('/chatroom/keepalive/query.json')).toEqual({ ...OK, chatroomIds: [one] });
    expect(await call('/chatroom/keepalive/remove.json', { chatroomId: one })).toEqual(OK);
    const errorMessage = 'unable to stop keeping the room; it is not kept';
    expect(await call('/chatroom/keepalive/remove.json', { chatroomId: one })).toEqual({ code: 1015, errorMessage });
    expect(await call('/chatroom/keepalive/query.json')).toEqual({ ...OK, chatroomIds: [] });
  });
});

it('a room that starts muted is muted from its first moment', async () => {
  const { call, room, deps } = newWorld();
  const muted: (boolean | undefined)[] = [];
  const watching = { ...deps, store: deps.store };
  const createRoom = deps.store.createRoom.bind(deps.store);
  watching.store = Object.assign(Object.create(deps.store) as typeof deps.store, {
    createRoom: async (made: Parameters<typeof createRoom>[0]) => {
      const isNew = await createRoom(made);
      const isMuted = await isRoomMuted(deps, room as RoomId);
      muted.push(isRefused(isMuted) ? undefined : isMuted);
      return isNew;
    },
  });
  await callerOf(watching)('/chatroom/create_new.json', { chatroomId: room, isBan: '1' });
  expect(muted).toEqual([true]);
  expect(await call('/chatroom/ban/check.json', { chatroomId: room })).toEqual({ ...OK, status: 1 });
});

describe('the real-time service of a room', () => {
  it.each([
    ['1', true],
    ['0', false],
    ['default', undefined],
  ])('set to %s', async (realTime, stored) => {
    const { call, create, room, deps } = newWorld();
    await create();
    expect(await call('/chatroom/realtime/set.json', { chatroomId: room, realTime })).toEqual(OK);
    expect((await deps.store.getRoom(room))?.realTimeKickOut).toBe(stored);
  });

  it('is refused for a missing room and for another word', async () => {
    const { call, create, room } = newWorld();
    await create();
    expect(await call('/chatroom/realtime/set.json', { chatroomId: room, realTime: 'yes' })).toMatchObject({
      code: 1002,
    });
    expect(await call('/chatroom/realtime/set.json', { chatroomId: 'none', realTime: '1' })).toMatchObject({
      code: 1002,
    });
  });
});
