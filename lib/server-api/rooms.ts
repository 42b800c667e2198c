import type { RoomId } from '../protocol/ids.ts';
import { createRoom } from '../usecases/create-room.ts';
import { describeRoom, describeRooms } from '../usecases/describe-room.ts';
import { destroyRoom } from '../usecases/destroy-room.ts';
import { keepRoom, keptRooms, stopKeepingRoom } from '../usecases/keep-room.ts';
import { setRoomExpiry } from '../usecases/set-room-expiry.ts';
import { createNew } from './create-new.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { keyed, many } from './fields.ts';
import { bytes, roomId } from './kinds.ts';
import { DESTROY_TYPE, endFields, roomEnd } from './room-end.ts';
import { room } from './room-users.ts';
import { list, object, oneOf, string, truth, utcTime, whole } from './schema.ts';
import { served } from './served.ts';
import { timeText } from './wording.ts';

const NAME_BYTES_MAX = 256;
const ROOMS_MAX = 100;
const DESCRIBED_MAX = 20;

const create = endpoint({
  path: '/chatroom/create.json',
  about: 'Creates rooms with names; a room that is there already stays as it is.',
  fields: { chatroom: keyed(roomId, bytes(NAME_BYTES_MAX), ROOMS_MAX, 'the rooms: id and name') },
  run: async ({ deps }, { chatroom }) => {
    for (const { key, value } of chatroom) await createRoom(deps, key, value);
    return {};
  },
});

const destroy = endpoint({
  path: '/chatroom/destroy.json',
  about: 'Destroys rooms and with them every membership; a room that is not there counts as destroyed.',
  fields: { chatroomId: many(roomId, ROOMS_MAX, 'the rooms') },
  run: async ({ deps }, { chatroomId }) => {
    for (const room of new Set<RoomId>(chatroomId)) await destroyRoom(deps, room, false);
    return {};
  },
});

const setEnd = endpoint({
  path: '/chatroom/destroy/set.json',
  about: 'Sets when the room expires. It may expire at once.',
  fields: { ...room, ...endFields },
  run: async ({ deps }, { chatroomId, ...end }) => {
    served(await setRoomExpiry(deps, chatroomId, roomEnd(deps, end)), 'set the end of the room');
    return {};
  },
});

const get = endpoint({
  path: '/chatroom/get.json',
  about: 'A room. One that does not exist is an error, since nothing can be said of it.',
  fields: room,
  answer: {
    chatroomId: string('the room'),
    createTime: whole('when it was created, in ms since 1970'),
    memberCount: whole('how many members it has'),
    destroyType: oneOf('0 = it goes when idle, 1 = at a fixed time after its creation', 0, 1),
    destroyTime: whole('after how many minutes'),
    ban: truth('whether the whole room is muted'),
  },
  run: async ({ deps }, { chatroomId }) => {
    const found = served(await describeRoom(deps, chatroomId), 'describe the room');
    const { createdAtMs, destroyType, destroyAfterMin, muted } = found.room;
    return {
      chatroomId,
      createTime: createdAtMs,
      memberCount: found.memberCount,
      destroyType: DESTROY_TYPE[destroyType],
      destroyTime: destroyAfterMin,
      ban: muted,
    };
  },
});

const query = endpoint({
  path: '/chatroom/query.json',
  about: 'Those of these rooms that are there.',
  fields: { chatroomId: many(roomId, DESCRIBED_MAX, 'the rooms') },
  answer: {
    chatRooms: list(
      object({ chrmId: string('the room'), name: string('its name'), time: utcTime('when it was created') }),
      'the rooms',
    ),
  },
  run: async ({ deps }, { chatroomId }) => {
    const found = await describeRooms(deps, [...new Set<RoomId>(chatroomId)]);
    return {
      chatRooms: found.map(({ roomId: room, name, createdAtMs }) => ({
        chrmId: room,
        name,
        time: timeText(createdAtMs),
      })),
    };
  },
});

const keep = endpoint({
  path: '/chatroom/keepalive/add.json',
  about:
    'Keeps a room from destroying itself; only `destroy` does then. As many rooms are kept as the setting ' +
    '`maxKeptRooms` says, 5 unless it is changed; beyond that code 1016.',
  fields: room,
  run: async ({ deps }, { chatroomId }) => {
    served(await keepRoom(deps, chatroomId), 'keep the room');
    return {};
  },
});

const stopKeeping = endpoint({
  path: '/chatroom/keepalive/remove.json',
  about: 'Lets a kept room destroy itself again; code 1015 if it was not kept.',
  fields: room,
  run: async ({ deps }, { chatroomId }) => {
    served(await stopKeepingRoom(deps, chatroomId), 'stop keeping the room');
    return {};
  },
});

const listKept = endpoint({
  path: '/chatroom/keepalive/query.json',
  about: 'The rooms that are kept.',
  fields: {},
  answer: { chatroomIds: list(string('a room'), 'the rooms') },
  run: async ({ deps }) => ({ chatroomIds: await keptRooms(deps) }),
});

export const roomEndpoints: readonly Endpoint[] = [
  createNew,
  create,
  destroy,
  setEnd,
  get,
  query,
  keep,
  stopKeeping,
  listKept,
];
