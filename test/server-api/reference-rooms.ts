import { expect } from 'vitest';
import {
  at,
  beyond,
  bit,
  type Endpoint,
  entriesText,
  flag,
  id,
  many,
  optional,
  required,
  same,
  users,
  whole,
} from './reference-endpoint.ts';

/** The Go SDK sends 0 for a value that its caller does not set. */
const destroyTime = optional(whole(60, 10_080), at('0', '0'));
const room = { chatroomId: '$room' };
const shown = [same('/chatroom/get.json', 'chatroomId')];
const named = (count: number): Record<string, string> =>
  Object.fromEntries(['$room', ...many('$room', count - 1)].map((name) => [`chatroom[${name}]`, 'Room']));

const keep = (name: string) => ({ path: '/chatroom/keepalive/add.json', form: { chatroomId: name } });
const letGo = (name: string) => ({ path: '/chatroom/keepalive/remove.json', form: { chatroomId: name } });

const creation: readonly Endpoint[] = [
  {
    path: '/chatroom/create_new.json',
    form: room,
    parameters: {
      chatroomId: required(id),
      destroyType: optional(bit),
      destroyTime,
      isBan: optional(flag),
      whiteUserIds: optional(users(20)),
      entryOwnerId: { ...optional(id), beside: { entryInfo: '{"key":"value"}' } },
      entryInfo: {
        ...optional(
          at('10 attributes', entriesText(10)),
          at('none', '{}'),
          beyond('no JSON', 'key', 1002),
          beyond('a list', '["key"]', 1002),
          beyond('no text as a value', '{"key":1}', 1002),
        ),
        beside: { entryOwnerId: '$user' },
      },
    },
    answer: {},
    witness: shown,
    special: [
      { what: 'an owner without entries', column: 'limit', form: { ...room, entryOwnerId: '$user' }, code: 200 },
      { what: 'entries without an owner', column: 'error', form: { ...room, entryInfo: entriesText(1) }, code: 1002 },
      {
        what: "the Go SDK's plainest call",
        column: 'limit',
        form: { ...room, destroyType: '0', destroyTime: '0', isBan: 'false' },
        code: 200,
      },
    ],
  },
  {
    path: '/chatroom/create.json',
    form: { 'chatroom[$room]': 'Room' },
    parameters: { 'chatroom[$room]': required(at('blanks and other letters', 'Room 二 号')) },
    answer: {},
    witness: [{ path: '/chatroom/query.json', form: room }],
    special: [
      { what: '100 rooms', column: 'limit', form: named(100), code: 200 },
      { what: '101 rooms', column: 'limit', form: named(101), code: 1002 },
      { what: 'an id of 65 characters', column: 'limit', form: { ...named(1), 'chatroom[$65]': 'Room' }, code: 1005 },
      { what: 'an id with a blank', column: 'error', form: { ...named(1), 'chatroom[a b]': 'Room' }, code: 1002 },
      { what: 'an id of nothing', column: 'error', form: { ...named(1), 'chatroom[]': 'Room' }, code: 1002 },
    ],
  },
  {
    path: '/chatroom/destroy.json',
    form: room,
    parameters: { chatroomId: required(id, at('2 rooms', many('$room', 2))) },
    room: 'chatroomId',
    unknownRoom: 200,
    answer: {},
    witness: [same('/chatroom/query.json', 'chatroomId')],
  },
];

const settings: readonly Endpoint[] = [
  {
    path: '/chatroom/destroy/set.json',
    form: { ...room, destroyTime: '120' },
    parameters: { chatroomId: required(id), destroyType: optional(bit), destroyTime },
    room: 'chatroomId',
    before: [{ path: '/chatroom/destroy/set.json', form: { chatroomId: '@chatroomId', destroyTime: '600' } }],
    answer: {},
    witness: shown,
  },
  {
    path: '/chatroom/get.json',
    form: room,
    parameters: { chatroomId: required(id) },
    room: 'chatroomId',
    answer: {
      ...room,
      createTime: expect.any(Number),
      memberCount: 0,
      destroyType: 0,
      destroyTime: 60,
      ban: false,
    },
  },
  {
    path: '/chatroom/query.json',
    form: room,
    parameters: { chatroomId: required(id, at('2 rooms', many('$room', 2))) },
    room: 'chatroomId',
    unknownRoom: 200,
    answer: { chatRooms: [{ chrmId: '$room', name: 'Room', time: expect.anything() }] },
  },
];

const kept: readonly Endpoint[] = [
  {
    path: '/chatroom/keepalive/add.json',
    form: room,
    parameters: { chatroomId: required(id) },
    room: 'chatroomId',
    undo: [letGo('@chatroomId')],
    answer: {},
    witness: [{ path: '/chatroom/keepalive/query.json', form: {} }],
    special: [4, 5].map((others) => ({
      what: `a ${others + 1}th kept room`,
      column: 'limit' as const,
      rooms: many('$room', others),
      before: many('$room', others).map(keep),
      form: room,
      code: others < 5 ? 200 : 1016,
      undo: many('$room', others).map(letGo),
    })),
  },
  {
    path: '/chatroom/keepalive/remove.json',
    form: room,
    parameters: { chatroomId: required(id) },
    room: 'chatroomId',
    unknownRoom: 1015,
    before: [keep('@chatroomId')],
    undo: [letGo('@chatroomId')],
    answer: {},
    witness: [{ path: '/chatroom/keepalive/query.json', form: {} }],
    special: [
      {
        what: 'a room that is not kept',
        column: 'error',
        rooms: ['$room-2'],
        form: { chatroomId: '$room-2' },
        code: 1015,
      },
    ],
  },
  {
    path: '/chatroom/keepalive/query.json',
    form: {},
    parameters: {},
    before: [{ path: '/chatroom/create_new.json', form: room }, keep('$room')],
    undo: [letGo('$room')],
    answer: { chatroomIds: ['$room'] },
  },
];

/** Rooms. */
export const rooms: readonly Endpoint[] = [...creation, ...settings, ...kept];
