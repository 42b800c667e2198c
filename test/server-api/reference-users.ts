import { expect } from 'vitest';
import {
  at,
  beyond,
  type Endpoint,
  id,
  minutes,
  optional,
  required,
  same,
  text,
  time,
  users,
  whole,
} from './reference-endpoint.ts';

const user = { userId: '$user' };
const userId = required(id, beyond('2 users', ['$user-1', '$user-2'], 1002));
const profile = { portraitUri: optional(text(1024)) };
const register = { path: '/user/getToken.json', form: { userId: '@userId', name: 'Ann' } };

const tokens: readonly Endpoint[] = [
  {
    path: '/user/getToken.json',
    form: { ...user, name: 'Ann' },
    parameters: { userId, name: required(text(64), at('blanks and other letters', 'Ann B&C 张')), ...profile },
    answer: { ...user, token: expect.stringMatching(/./) },
  },
  {
    path: '/user/token/expire.json',
    form: { ...user, time: '1600000000000' },
    parameters: {
      userId: required(id),
      time: required(beyond('below 0', '-1', 1002), beyond('a word', 'now', 1002), beyond('nothing', '', 1002)),
    },
    before: [register],
    answer: {},
  },
  {
    path: '/user/refresh.json',
    form: { ...user, name: 'Bob' },
    parameters: { userId, name: optional(text(64)), ...profile },
    before: [register],
    answer: {},
  },
  {
    path: '/user/checkOnline.json',
    form: { userId: '$watcher' },
    parameters: { userId },
    before: [register],
    answer: { status: '1' },
  },
];

const block = (name: string) => ({ path: '/user/block.json', form: { userId: name, minute: '10' } });
const unblock = (name: string) => ({ path: '/user/unblock.json', form: { userId: name } });
const blocked = [{ path: '/user/block/query.json', form: {} }];
const blocks: readonly Endpoint[] = [
  {
    path: '/user/block.json',
    form: { ...user, minute: '10' },
    parameters: { userId: required(users(20)), minute: required(minutes) },
    undo: [same('/user/unblock.json', 'userId')],
    answer: {},
    witness: blocked,
  },
  {
    path: '/user/unblock.json',
    form: user,
    parameters: { userId: required(id) },
    before: [block('@userId')],
    undo: [unblock('@userId')],
    answer: {},
    witness: blocked,
  },
  {
    path: '/user/block/query.json',
    form: {},
    parameters: {
      page: optional(at('no pages', '0'), at('1', '1'), beyond('-1', '-1', 1002), beyond('a word', 'first', 1002)),
      size: optional(whole(1, 1000)),
    },
    before: [block('$user')],
    undo: [unblock('$user')],
    answer: { users: [{ userId: '$user', blockEndTime: time }] },
  },
];

/** Users. */
export const userCalls: readonly Endpoint[] = [...tokens, ...blocks];
