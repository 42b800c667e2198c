import { expect } from 'vitest';
import {
  at,
  beyond,
  bit,
  type Endpoint,
  id,
  many,
  optional,
  type Parameter,
  required,
  same,
  time,
  users,
  whole,
} from './reference-endpoint.ts';

const user = { userId: '$user' };
const operation = { operateId: expect.stringMatching(/./) };
const deactivate = same('/user/deactivate.json', 'userId');
const reactivate = same('/user/reactivate.json', 'userId');
const deactivated = [{ path: '/user/deactivate/query.json', form: {} }];

/** The Go SDK joins them with commas. */
const someUsers: Parameter = required(users(100), at('joined by commas', '$user-1,$user-2'));
/** Any page may be asked for, even an empty one. */
const page = optional(at('1', '1'), at('a later one', '9'), beyond('0', '0', 1002), beyond('a word', 'first', 1002));

const people: readonly Endpoint[] = [
  {
    path: '/user/query.json',
    // Newest first, so that other users of the deployment do not matter.
    form: { order: '1' },
    parameters: { page, pageSize: optional(whole(1, 100)), order: optional(bit) },
    before: [{ path: '/user/getToken.json', form: { ...user, name: 'Ann', portraitUri: 'http://x' } }],
    undo: [{ path: '/user/delusers.json', form: user }],
    answer: {
      total: expect.any(Number),
      users: [{ ...user, userName: 'Ann', userPortrait: 'http://x', regTime: time }, '...'],
    },
  },
  {
    path: '/user/deactivate.json',
    form: user,
    parameters: { userId: someUsers },
    undo: [reactivate],
    answer: operation,
    witness: deactivated,
  },
  {
    path: '/user/deactivate/query.json',
    form: {},
    parameters: { pageNo: page, pageSize: optional(whole(1, 50)) },
    before: [{ path: '/user/deactivate.json', form: user }],
    undo: [{ path: '/user/reactivate.json', form: user }],
    answer: { users: ['$user'] },
  },
  {
    path: '/user/reactivate.json',
    form: user,
    parameters: { userId: someUsers },
    before: [deactivate],
    undo: [reactivate],
    answer: operation,
    witness: deactivated,
  },
  {
    path: '/user/delusers.json',
    form: user,
    parameters: { userId: someUsers },
    // The removal of the user's data shows the deletion.
    before: [deactivate],
    undo: [reactivate],
    answer: {},
    witness: deactivated,
  },
];

const add = '/user/blacklist/add.json';
const query = '/user/blacklist/query.json';
const pair = { ...user, blackUserId: '$other' };
const onList = [same(query, 'userId')];
const blacklists: readonly Endpoint[] = [
  {
    path: add,
    form: pair,
    parameters: { userId: required(id), blackUserId: required(users(20)) },
    answer: {},
    witness: onList,
  },
  {
    path: '/user/blacklist/remove.json',
    form: pair,
    parameters: { userId: required(id), blackUserId: required(users(20)) },
    before: [same(add, 'userId', 'blackUserId')],
    answer: {},
    witness: onList,
  },
  {
    path: query,
    form: user,
    parameters: {
      userId: required(id),
      size: optional(whole(1, 1000)),
      pageToken: optional(at('the next of an answer', '$next'), beyond('another word', 'next', 1002)),
    },
    before: [
      { path: add, form: { userId: '@userId', blackUserId: many('$other', 2) } },
      { path: query, form: { userId: '@userId', size: '1' }, keep: { name: 'next', at: ['next'] } },
    ],
    answer: { users: [...many('$other', 2), '...'] },
  },
];

/** Accounts and their data. */
export const accounts: readonly Endpoint[] = [...people, ...blacklists];
