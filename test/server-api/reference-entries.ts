import { expect } from 'vitest';
import type { Form } from '../e2e/server-api-client.ts';
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
  type SpecialCase,
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
/** A message that is sent to the room with the change. */
const along = {
  objectName: {
    ...optional(at('32 characters', '$32'), beyond('33 characters', '$33', 1005)),
    beside: { content: '1' },
  },
  content: {
    ...optional(beyond('no JSON of a built-in type', 'set', 1002), beyond('too long', 'x'.repeat(31_745), 1005)),
    beside: { objectName: 'RC:chrmKVNotiMsg' },
  },
};
const noted = { objectName: 'RC:chrmKVNotiMsg', content: '{"type":1,"key":"key","value":"value"}' };
const halves = (form: Form): readonly SpecialCase[] => [
  { what: 'with a message', column: 'limit', form: { ...form, ...noted }, code: 200 },
  { what: 'with the type of a message alone', column: 'error', form: { ...form, objectName: 'app:a' }, code: 1002 },
  { what: 'with its content alone', column: 'error', form: { ...form, content: '{}' }, code: 1002 },
];
const infoOf = (name: string, value: unknown): string => JSON.stringify({ [name]: value });

/** Calls that set a number of entries with other keys than a case. */
const fill = (count: number): readonly SideCall[] =>
  Array.from({ length: Math.ceil(count / 10) }, (_, batch) => {
    const names = many('other', count).slice(batch * 10, batch * 10 + 10);
    const entryInfo = JSON.stringify(Object.fromEntries(names.map((name) => [name, 'value'])));
    return { path: setMany, form: { chatroomId: '@chatroomId', entryOwnerId: '$user', entryInfo } };
  });

const oneEntry = { ...room, userId: '$user', key: 'key', value: 'value' };
const someEntries = { ...room, entryOwnerId: '$user', entryInfo: entriesText(2) };

/** Entries of a room. */
export const entries: readonly Endpoint[] = [
  {
    path: set,
    form: oneEntry,
    parameters: {
      chatroomId,
      userId: required(id),
      key,
      value: required(text(4096)),
      autoDelete: optional(bit),
      ...along,
    },
    room: 'chatroomId',
    answer: {},
    witness,
    special: [
      ...halves(oneEntry),
      { what: 'a 100th entry', column: 'limit', before: fill(99), form: oneEntry, code: 200 },
      { what: 'a 101st entry', column: 'limit', before: fill(100), form: oneEntry, code: 1002 },
    ],
  },
  {
    path: setMany,
    form: someEntries,
    parameters: {
      chatroomId,
      entryOwnerId: required(id),
      entryInfo: required(
        at('20 entries', entriesText(20)),
        beyond('21 entries', entriesText(21), 1002),
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
    special: [{ what: 'up to the 100th entry', column: 'limit', before: fill(98), form: someEntries, code: 200 }],
  },
  {
    path: '/chatroom/entry/remove.json',
    form: { ...room, userId: '$user', key: 'key' },
    parameters: { chatroomId, userId: required(id), key, ...along },
    room: 'chatroomId',
    unknownRoom: 1015,
    before: [{ path: set, form: { chatroomId: '@chatroomId', userId: '@userId', key: '@key', value: 'value' } }],
    answer: {},
    witness,
    special: [
      ...halves({ ...room, userId: '$user', key: 'key' }),
      { what: 'a key that is not there', column: 'error', form: { ...room, userId: '$user', key: 'none' }, code: 1015 },
    ],
  },
  {
    path: '/chatroom/entry/batch/remove.json',
    form: { ...room, entryOwnerId: '$user', entryKeys: '["key-1","key-2"]' },
    parameters: {
      chatroomId,
      entryOwnerId: required(id),
      entryKeys: required(
        at('20 keys', JSON.stringify(many('key', 20))),
        at('20 keys, each by itself', many('key', 20)),
        at('a key that is not there', '["key-1","none"]'),
        at('a key of 128 characters', JSON.stringify(['key-1', 'k'.repeat(128)])),
        beyond('21 keys', JSON.stringify(many('key', 21)), 1002),
        beyond('no keys', '[]', 1002),
        beyond('a key of 129 characters', JSON.stringify(['k'.repeat(129)]), 1005),
        beyond('a key with a blank', '["a b"]', 1002),
        beyond('no text as a key', '[1]', 1002),
        beyond('no JSON', '["key-1"', 1002),
      ),
    },
    room: 'chatroomId',
    unknownRoom: 200,
    // Another user has set them.
    before: [{ path: setMany, form: { chatroomId: '@chatroomId', entryOwnerId: '$other', entryInfo: entriesText(2) } }],
    answer: {},
    witness,
  },
  {
    path: '/chatroom/entry/query.json',
    form: { ...room, keys: 'key' },
    parameters: { chatroomId, keys: optional(at('2 keys', ['key', 'none'])) },
    room: 'chatroomId',
    unknownRoom: 200,
    before: [
      { path: set, form: { ...oneEntry, chatroomId: '@chatroomId', autoDelete: '1' } },
      { path: set, form: { ...oneEntry, chatroomId: '@chatroomId', key: 'other' } },
    ],
    answer: {
      keys: [{ key: 'key', value: 'value', userId: '$user', autoDelete: '1', lastSetTime: expect.any(String) }],
    },
  },
];
