import {
  at,
  beyond,
  type Endpoint,
  id,
  many,
  minutes,
  notices,
  oneOf,
  required,
  same,
  time,
  users,
  whole,
} from './reference-endpoint.ts';

const room = { chatroomId: '$room' };
const chatroomId = required(id);
const ofRoom = { room: 'chatroomId', answer: {} } as const;

const presence: readonly Endpoint[] = [
  {
    path: '/chatroom/user/query.json',
    form: { ...room, count: '10', order: '1' },
    parameters: {
      chatroomId,
      count: required(whole(1, 500)),
      order: required(oneOf('1', '2'), beyond('0', '0', 1002), beyond('3', '3', 1002)),
    },
    room: 'chatroomId',
    unknownRoom: 200,
    member: true,
    answer: { total: 1, users: [{ id: '$watcher', time }] },
  },
  {
    path: '/chatroom/user/exist.json',
    form: { ...room, userId: '$watcher' },
    parameters: { chatroomId, userId: required(id, beyond('2 users', many('$user', 2), 1002)) },
    room: 'chatroomId',
    unknownRoom: 200,
    member: true,
    answer: { isInChrm: true },
  },
  {
    path: '/chatroom/users/exist.json',
    form: { ...room, userId: ['$watcher', '$user'] },
    parameters: { chatroomId, userId: required(users(1000)) },
    room: 'chatroomId',
    unknownRoom: 200,
    member: true,
    answer: {
      result: [
        { userId: '$watcher', isInChrm: 1 },
        { userId: '$user', isInChrm: 0 },
      ],
    },
  },
];

const block = {
  path: '/chatroom/user/block/add.json',
  form: { chatroomId: '@chatroomId', userId: '@userId', minute: '10' },
};
const blocks: readonly Endpoint[] = [
  {
    ...ofRoom,
    path: '/chatroom/user/block/add.json',
    form: { ...room, userId: '$user', minute: '10' },
    parameters: { chatroomId, userId: required(users(20)), minute: required(minutes), ...notices },
    witness: [same('/chatroom/user/block/list.json', 'chatroomId')],
  },
  {
    ...ofRoom,
    unknownRoom: 200,
    path: '/chatroom/user/block/rollback.json',
    form: { ...room, userId: '$user' },
    parameters: { chatroomId, userId: required(id, at('20 users', many('$user', 20))), ...notices },
    before: [block],
    witness: [same('/chatroom/user/block/list.json', 'chatroomId')],
  },
  {
    path: '/chatroom/user/block/list.json',
    form: room,
    parameters: { chatroomId },
    room: 'chatroomId',
    unknownRoom: 200,
    before: [{ ...block, form: { ...block.form, userId: '$user' } }],
    answer: { users: [{ userId: '$user', time }] },
  },
];

const protect = (userId: string | readonly string[]) => ({
  path: '/chatroom/user/whitelist/add.json',
  form: { chatroomId: '@chatroomId', userId },
});
const listed = [same('/chatroom/user/whitelist/query.json', 'chatroomId')];
const allowlist: readonly Endpoint[] = [
  {
    ...ofRoom,
    path: '/chatroom/user/whitelist/add.json',
    form: { ...room, userId: '$user' },
    parameters: { chatroomId, userId: required(users(5)) },
    witness: listed,
    special: [4, 5].map((others) => ({
      what: `a ${others + 1}th user`,
      column: 'limit' as const,
      before: [protect(many('$user', others))],
      form: { ...room, userId: '$user' },
      code: others < 5 ? 200 : 1002,
    })),
  },
  {
    ...ofRoom,
    unknownRoom: 200,
    path: '/chatroom/user/whitelist/remove.json',
    form: { ...room, userId: '$user' },
    parameters: { chatroomId, userId: required(id, at('5 users', many('$user', 5))) },
    before: [protect('@userId')],
    witness: listed,
  },
  {
    path: '/chatroom/user/whitelist/query.json',
    form: room,
    parameters: { chatroomId },
    room: 'chatroomId',
    unknownRoom: 200,
    before: [protect(many('$user', 2))],
    answer: { users: many('$user', 2) },
  },
];

/** Members of a room. */
export const members: readonly Endpoint[] = [...presence, ...blocks, ...allowlist];
