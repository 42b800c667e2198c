import { expect } from 'vitest';
import {
  at,
  beyond,
  bit,
  type Endpoint,
  entriesText,
  id,
  many,
  optional,
  required,
  type SideCall,
  same,
  text,
} from './reference-endpoint.ts';

const room = { chatroomId: '$room' };
const chatroomId = required(id);
const set = '/chatroom/entry/set.json';
const setMany = '/chatroom/entry/batch/set.json';
const witness = [same('/chatroom/entry/query.json', 'chatroomId')];

const key = required(
  text(128),
  at('all signs', 'aZ0+=-_'),
  beyond('a blank', 'a b', 1002),
  beyond('nothing', '', 1002),
);
const infoOf = (name: string, value: unknown): string => JSON.stringify({ [name]: value });

/** Calls that set so many attributes, of other names than those of a case. */
const fill = (count: number): readonly SideCall[] =>
  Array.from({ length: Math.ceil(count / 10) }, (_, batch) => {
    const names = many('other', count).slice(batch * 10, batch * 10 + 10);
    const entryInfo = JSON.stringify(Object.fromEntries(names.map((name) => [name, 'value'])));
    return { path: setMany, form: { chatroomId: '@chatroomId', entryOwnerId: '$user', entryInfo } };
  });

const oneEntry = { ...room, userId: '$user', key: 'key', value: 'value' };
const someEntries = { ...room, entryOwnerId: '$user', entryInfo: entriesText(2) };

/** Attributes of a room. */
export const entries: readonly Endpoint[] = [
  {
    path: set,
    form: oneEntry,
    parameters: { chatroomId, userId: required(id), key, value: required(text(4096)), autoDelete: optional(bit) },
    room: 'chatroomId',
    answer: {},
    witness,
    special: [
      { what: 'a 100th attribute', column: 'limit', before: fill(99), form: oneEntry, code: 200 },
      { what: 'a 101st attribute', column: 'limit', before: fill(100), form: oneEntry, code: 1002 },
    ],
  },
  {
    path: setMany,
    form: someEntries,
    parameters: {
      chatroomId,
      entryOwnerId: required(id),
      entryInfo: required(
        at('20 attributes', entriesText(20)),
        beyond('21 attributes', entriesText(21), 1002),
        at('a key of 128 characters', infoOf('k'.repeat(128), 'v')),
        beyond('a key of 129 characters', infoOf('k'.repeat(129), 'v'), 1005),
        at('a value of 4,096 characters', infoOf('k', 'v'.repeat(4096))),
        beyond('a value of 4,097 characters', infoOf('k', 'v'.repeat(4097)), 1005),
        beyond('a key with a blank', infoOf('a b', 'v'), 1002),
        beyond('no text as a value', infoOf('k', 1), 1002),
        beyond('no JSON', 'key', 1002),
        beyond('a list', '["key"]', 1002),
      ),
      autoDelete: optional(bit),
    },
    room: 'chatroomId',
    answer: {},
    witness,
    special: [{ what: 'up to the 100th attribute', column: 'limit', before: fill(98), form: someEntries, code: 200 }],
  },
  {
    path: '/chatroom/entry/remove.json',
    form: { ...room, userId: '$user', key: 'key' },
    parameters: { chatroomId, userId: required(id), key },
    room: 'chatroomId',
    before: [{ path: set, form: { chatroomId: '@chatroomId', userId: '@userId', key: '@key', value: 'value' } }],
    answer: {},
    witness,
    special: [
      { what: 'a key that is not there', column: 'error', form: { ...room, userId: '$user', key: 'none' }, code: 1015 },
    ],
  },
  {
    path: '/chatroom/entry/query.json',
    form: { ...room, keys: 'key' },
    parameters: { chatroomId, keys: optional(at('2 keys', ['key', 'none'])) },
    room: 'chatroomId',
    before: [
      { path: set, form: { ...oneEntry, chatroomId: '@chatroomId', autoDelete: '1' } },
      { path: set, form: { ...oneEntry, chatroomId: '@chatroomId', key: 'other' } },
    ],
    answer: {
      keys: [{ key: 'key', value: 'value', userId: '$user', autoDelete: '1', lastSetTime: expect.any(String) }],
    },
  },
];
