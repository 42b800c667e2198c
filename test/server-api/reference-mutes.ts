import {
  at,
  beyond,
  type Endpoint,
  id,
  many,
  minutes,
  notices,
  optional,
  required,
  same,
  time,
  users,
  whole,
} from './reference-endpoint.ts';

const room = { chatroomId: '$room' };
const chatroomId = required(id);
const oneUser = { ...room, userId: '$user' };
const someUsers = required(id, at('20 users', many('$user', 20)));
const ofRoom = { room: 'chatroomId', answer: {} } as const;

const gag = {
  path: '/chatroom/user/gag/add.json',
  form: { chatroomId: '@chatroomId', userId: '@userId', minute: '10' },
};
const gagged = [same('/chatroom/user/gag/list.json', 'chatroomId')];
const inOneRoom: readonly Endpoint[] = [
  {
    ...ofRoom,
    path: '/chatroom/user/gag/add.json',
    form: { ...oneUser, minute: '10' },
    parameters: { chatroomId, userId: required(users(20)), minute: required(minutes), ...notices },
    witness: gagged,
  },
  {
    ...ofRoom,
    unknownRoom: 200,
    path: '/chatroom/user/gag/rollback.json',
    form: oneUser,
    parameters: { chatroomId, userId: someUsers, ...notices },
    before: [gag],
    witness: gagged,
  },
  {
    path: '/chatroom/user/gag/list.json',
    form: room,
    parameters: { chatroomId },
    room: 'chatroomId',
    unknownRoom: 200,
    before: [{ ...gag, form: { ...gag.form, userId: '$user' } }],
    answer: { users: [{ userId: '$user', time }] },
  },
];

const mute = (userId: string) => ({ path: '/chatroom/user/ban/add.json', form: { userId, minute: '10' } });
const unmute = (userId: string) => ({ path: '/chatroom/user/ban/remove.json', form: { userId } });
const mutedEverywhere = [{ path: '/chatroom/user/ban/query.json', form: {} }];
const inAllRooms: readonly Endpoint[] = [
  {
    path: '/chatroom/user/ban/add.json',
    form: { userId: '$user', minute: '10' },
    parameters: { userId: required(users(20)), minute: required(minutes), ...notices },
    undo: [unmute('@userId')],
    answer: {},
    witness: mutedEverywhere,
  },
  {
    path: '/chatroom/user/ban/remove.json',
    form: { userId: '$user' },
    parameters: { userId: someUsers, ...notices },
    before: [mute('@userId')],
    undo: [unmute('@userId')],
    answer: {},
    witness: mutedEverywhere,
  },
  {
    path: '/chatroom/user/ban/query.json',
    form: {},
    parameters: {
      page: optional(at('no pages', '0'), at('1', '1'), beyond('a word', 'first', 1002)),
      size: optional(whole(1, 1000)),
    },
    before: [mute('$user')],
    undo: [unmute('$user')],
    answer: { users: [{ userId: '$user', time }] },
  },
];

const muteRoom = same('/chatroom/ban/add.json', 'chatroomId');
const unmuteRoom = same('/chatroom/ban/rollback.json', 'chatroomId');
const mutedRoom = [same('/chatroom/ban/check.json', 'chatroomId')];
const wholeRooms: readonly Endpoint[] = [
  {
    ...ofRoom,
    path: '/chatroom/ban/add.json',
    form: room,
    parameters: { chatroomId, ...notices },
    undo: [unmuteRoom],
    witness: mutedRoom,
  },
  {
    ...ofRoom,
    unknownRoom: 200,
    path: '/chatroom/ban/rollback.json',
    form: room,
    parameters: { chatroomId, ...notices },
    before: [muteRoom],
    undo: [unmuteRoom],
    witness: mutedRoom,
  },
  {
    path: '/chatroom/ban/query.json',
    form: {},
    parameters: {
      page: optional(at('1', '1'), beyond('a word', 'first', 1002)),
      size: optional(at('1', '1'), beyond('a word', 'all', 1002)),
    },
    before: [
      { path: '/chatroom/create_new.json', form: room },
      { path: '/chatroom/ban/add.json', form: room },
    ],
    undo: [{ path: '/chatroom/ban/rollback.json', form: room }],
    answer: { chatroomIds: ['$room', '...'] },
  },
  {
    path: '/chatroom/ban/check.json',
    form: room,
    parameters: { chatroomId },
    room: 'chatroomId',
    unknownRoom: 200,
    before: [muteRoom],
    undo: [unmuteRoom],
    answer: { status: 1 },
  },
];

const exempt = {
  path: '/chatroom/user/ban/whitelist/add.json',
  form: { chatroomId: '@chatroomId', userId: '@userId' },
};
const exempted = [same('/chatroom/user/ban/whitelist/query.json', 'chatroomId')];
const exceptions: readonly Endpoint[] = [
  {
    ...ofRoom,
    path: '/chatroom/user/ban/whitelist/add.json',
    form: oneUser,
    parameters: { chatroomId, userId: required(users(20)), ...notices },
    witness: exempted,
  },
  {
    ...ofRoom,
    unknownRoom: 200,
    path: '/chatroom/user/ban/whitelist/rollback.json',
    form: oneUser,
    parameters: { chatroomId, userId: someUsers, ...notices },
    before: [exempt],
    witness: exempted,
  },
  {
    path: '/chatroom/user/ban/whitelist/query.json',
    form: room,
    parameters: { chatroomId },
    room: 'chatroomId',
    unknownRoom: 200,
    before: [{ ...exempt, form: { ...exempt.form, userId: '$user' } }],
    answer: { userIds: ['$user'] },
  },
];

const slowMode = (seconds: string) => ({
  path: '/chatroom/slow-mode/set.json',
  form: { chatroomId: '@chatroomId', seconds },
});
const slowModes: readonly Endpoint[] = [
  {
    ...ofRoom,
    path: '/chatroom/slow-mode/set.json',
    form: { ...room, seconds: '10' },
    parameters: { chatroomId, seconds: required(whole(0, 3600)), ...notices },
    before: [slowMode('20')],
    witness: [same('/chatroom/slow-mode/get.json', 'chatroomId')],
  },
  {
    path: '/chatroom/slow-mode/get.json',
    form: room,
    parameters: { chatroomId },
    room: 'chatroomId',
    unknownRoom: 200,
    before: [slowMode('10')],
    answer: { seconds: 10 },
  },
];

/** Mutes of users and of rooms, and slow mode. */
export const mutes: readonly Endpoint[] = [...inOneRoom, ...inAllRooms, ...wholeRooms, ...exceptions, ...slowModes];
