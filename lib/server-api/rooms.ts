import type { RoomId } from '../domain/ids.ts';
import { createRoom } from '../usecases/create-room.ts';
import { destroyRoom } from '../usecases/destroy-room.ts';
import { areMembers, queryMembers } from '../usecases/query-members.ts';
import { type Endpoint, endpoint } from './endpoint.ts';
import { choice, integer, keyed, many, one, only, optional, roomId, text, userId } from './fields.ts';
import { noSuchRoom, timeText } from './wording.ts';

const NAME_BYTES_MAX = 256;
const ROOMS_MAX = 100;

const createNew = endpoint({
  path: '/chatroom/create_new.json',
  about: 'Creates a room; a room that is there already stays as it is.',
  fields: {
    chatroomId: one(roomId, 'the room'),
    destroyType: optional(only('0'), 'how the room ends'),
    isBan: optional(only('false', '0'), 'whether the room starts muted'),
    entryInfo: optional(only('{}'), 'attributes the room starts with'),
  },
  answer: 'nothing more',
  run: async ({ deps }, { chatroomId }) => {
    await createRoom(deps, chatroomId, chatroomId);
    return {};
  },
});

const create = endpoint({
  path: '/chatroom/create.json',
  about: 'Creates rooms with names; a room that is there already stays as it is.',
  fields: { chatroom: keyed(roomId, text(NAME_BYTES_MAX), ROOMS_MAX, 'the rooms: id and name') },
  answer: 'nothing more',
  run: async ({ deps }, { chatroom }) => {
    for (const { key, value } of chatroom) await createRoom(deps, key, value);
    return {};
  },
});

const destroy = endpoint({
  path: '/chatroom/destroy.json',
  about: 'Destroys rooms and with them every membership; a room that is not there counts as destroyed.',
  fields: { chatroomId: many(roomId, ROOMS_MAX, 'the rooms') },
  answer: 'nothing more',
  run: async ({ deps }, { chatroomId }) => {
    for (const room of new Set<RoomId>(chatroomId)) await destroyRoom(deps, room);
    return {};
  },
});

const exist = endpoint({
  path: '/chatroom/user/exist.json',
  about: 'Is the user a member of the room?',
  fields: { chatroomId: one(roomId, 'the room'), userId: one(userId, 'the user') },
  answer: 'isInChrm: true or false',
  run: async ({ deps }, parameters) => {
    const [isInChrm = false] = await areMembers(deps, parameters.chatroomId, [parameters.userId]);
    return { isInChrm };
  },
});

const usersExist = endpoint({
  path: '/chatroom/users/exist.json',
  about: 'Which of these users are members of the room?',
  fields: { chatroomId: one(roomId, 'the room'), userId: many(userId, 1000, 'the users') },
  answer: 'result: for each user, in the order of the call, userId and isInChrm (0 or 1)',
  run: async ({ deps }, { chatroomId, userId: users }) => {
    const inside = await areMembers(deps, chatroomId, users);
    return { result: users.map((user, index) => ({ userId: user, isInChrm: inside[index] ? 1 : 0 })) };
  },
});

const query = endpoint({
  path: '/chatroom/user/query.json',
  about: 'The members of a room, by the time they joined.',
  fields: {
    chatroomId: one(roomId, 'the room'),
    count: one(integer(1, 500), 'how many at most'),
    order: one(choice({ '1': 'ascending', '2': 'descending' } as const), '1: first joined first, 2: last joined first'),
  },
  answer: 'total: how many members there are; users: id and time (UTC, YYYY-MM-DD HH:MM:SS)',
  run: async ({ deps }, { chatroomId, count, order }) => {
    const list = await queryMembers(deps, chatroomId, count, order);
    if (list === undefined) throw noSuchRoom('list the members');
    const users = list.members.map((member) => ({ id: member.userId, time: timeText(member.joinedAtMs) }));
    return { total: list.total, users };
  },
});

export const roomEndpoints: readonly Endpoint[] = [createNew, create, destroy, exist, usersExist, query];
