import { expect } from 'vitest';
import {
  at,
  beyond,
  bit,
  type Endpoint,
  flag,
  id,
  many,
  oneOf,
  optional,
  required,
  type SideCall,
  same,
  typeNames,
  whole,
} from './reference-endpoint.ts';

/** Its text in a frame, where each quote takes two bytes. */
const CONTENT_BYTES = 31_744;
const contentOf = (bytes: number): string =>
  JSON.stringify({ content: 'x'.repeat(bytes - '{\\"content\\":\\"\\"}'.length) });
const content = required(
  at('31,744 bytes', contentOf(CONTENT_BYTES)),
  beyond('31,745 bytes', contentOf(CONTENT_BYTES + 1), 1005),
  beyond('31,744 characters of more bytes', contentOf(CONTENT_BYTES).replace('xx', 'xé'), 1005),
  beyond('as many characters that are escaped', '\u0001'.repeat(CONTENT_BYTES), 1005),
  beyond('no JSON', 'hello', 1002),
);
const msgRandom = optional(
  at('19 digits', '9223372036854775807'),
  at('a sign', '-9223372036854775807'),
  beyond('20 digits', '12345678901234567890', 1002),
  beyond('a word', 'seven', 1002),
);
const chatroomId = required(id);
const message = { fromUserId: '$user', objectName: 'RC:TxtMsg', content: '{"content":"$room"}' };
const ownType = { ...message, objectName: 'app:note', content: 'no {JSON' };
const publish = '/message/chatroom/publish.json';

const messageCalls: readonly Endpoint[] = [
  {
    path: publish,
    form: { ...message, toChatroomId: '$room' },
    parameters: {
      fromUserId: required(id),
      toChatroomId: required(id, at('20 rooms', many('$room', 20)), beyond('21 rooms', many('$room', 21), 1002)),
      objectName: required(typeNames),
      content,
      isPersisted: optional(bit),
      isIncludeSender: optional(bit),
      priority: optional(oneOf('0', '1', '2', '3'), beyond('4', '4', 1002)),
      msgRandom,
    },
    room: 'toChatroomId',
    answer: { messageUIDs: [{ chatroomId: '$room', messageUID: expect.stringMatching(/./) }] },
    witness: 'heard',
    special: [
      { what: 'any text of a custom type', column: 'limit', form: { ...ownType, toChatroomId: '$room' }, code: 200 },
      {
        what: 'a number that was used',
        column: 'error',
        before: [{ path: publish, form: { ...message, toChatroomId: '$room', msgRandom: '7' } }],
        form: { ...message, toChatroomId: '$room', msgRandom: '7' },
        code: 1002,
      },
    ],
  },
  {
    path: '/message/chatroom/broadcast.json',
    form: message,
    parameters: {
      fromUserId: required(beyond('65 characters', '$65', 1005), beyond('nothing', '', 1002)),
      objectName: required(typeNames),
      content,
      isIncludeSender: optional(at('1', '1'), beyond('2', '2', 1002)),
      msgRandom: optional(at('a number', '12'), beyond('a word', 'seven', 1002)),
    },
    answer: {},
    witness: 'heard',
    oncePerSecond: true,
    special: [{ what: 'any text of a custom type', column: 'limit', form: ownType, code: 200 }],
  },
  {
    path: '/message/recall.json',
    form: { fromUserId: '$user', conversationType: '4', targetId: '$room', messageUID: '$messageUID' },
    parameters: {
      fromUserId: required(id),
      conversationType: required(oneOf('4'), beyond('1', '1', 1002), beyond('3', '3', 1002)),
      targetId: required(id),
      messageUID: required(beyond('nothing', '', 1002), beyond('an unknown one', 'unknown', 1002)),
      sentTime: optional(at('a time', '1507778882124')),
      isAdmin: optional(bit),
      isDelete: optional(bit),
      disablePush: optional(flag),
      extra: optional(at('a text', 'why')),
    },
    room: 'targetId',
    before: [
      {
        path: publish,
        form: { ...message, fromUserId: '@fromUserId', toChatroomId: '@targetId' },
        keep: { name: 'messageUID', at: ['messageUIDs', 0, 'messageUID'] },
      },
    ],
    answer: {},
    witness: 'history',
  },
];

const moment = required(
  at('the first of 13 digits', '1000000000000'),
  beyond('12 digits', '999999999999', 1002),
  beyond('14 digits', '10000000000000', 1002),
  beyond('a word', 'now', 1002),
  beyond('nothing', '', 1002),
);
const history: Endpoint = {
  path: '/v3/message/chatroom/query.json',
  json: true,
  form: { userId: '$user', targetId: '$room', startTime: '1500000000000', endTime: '9000000000000' },
  parameters: {
    userId: required(id),
    targetId: required(id),
    startTime: moment,
    endTime: required(at('the last of 13 digits', '9999999999999'), beyond('before startTime', '1400000000000', 1002)),
    includeStart: optional(flag),
    pageSize: optional(whole(1, 100)),
    busChannel: optional(at('a channel', 'channel')),
  },
  room: 'targetId',
  unknownRoom: 200,
  before: [{ path: publish, form: { ...message, toChatroomId: '@targetId' } }],
  answer: {
    data: [
      {
        ...{ targetId: '$room', fromUserId: '$user', objectName: 'RC:TxtMsg', content: '{"content":"$room"}' },
        ...{ messageUID: expect.stringMatching(/./), msgTime: expect.any(Number) },
        ...{ expansion: false, extraContent: '' },
      },
    ],
    ...{ hasMore: false, next: 0 },
  },
};

/** The calls for one list of message types. */
function typeList(add: string, remove: string, query: string, name: string, field: string): readonly Endpoint[] {
  const witness: readonly SideCall[] = [{ path: query, form: {} }];
  const undo = [same(remove, name)];
  const ofList = { form: { [name]: '$type' }, undo, answer: {}, witness };
  return [
    { ...ofList, path: add, parameters: { [name]: required(typeNames, at('20 types', many('$type', 20))) } },
    { ...ofList, path: remove, parameters: { [name]: required(typeNames) }, before: [same(add, name)] },
    {
      path: query,
      form: {},
      parameters: {},
      before: [{ path: add, form: { [name]: '$type' } }],
      undo: [{ path: remove, form: { [name]: '$type' } }],
      answer: { [field]: ['$type'] },
    },
  ];
}

const priority = '/chatroom/message/priority';
const lowPriority = typeList(
  `${priority}/add.json`,
  `${priority}/remove.json`,
  `${priority}/query.json`,
  'objectName',
  'objectNames',
).map((endpoint): Endpoint => {
  if (!endpoint.path.endsWith('/add.json')) return endpoint;
  const others = [19, 20].map((count) => ({
    what: `a ${count + 1}th type in all`,
    column: 'limit' as const,
    before: [{ path: endpoint.path, form: { objectName: many('$type', count) } }],
    form: { objectName: '$type' },
    code: count < 20 ? 200 : 1002,
    undo: [{ path: `${priority}/remove.json`, form: { objectName: many('$type', count) } }],
  }));
  const tooMany = { what: '21 types', column: 'limit', form: { objectName: many('$type', 21) }, code: 1002 } as const;
  return { ...endpoint, special: [tooMany, ...others] };
});

const messageAllowlist = typeList(
  '/chatroom/whitelist/add.json',
  '/chatroom/whitelist/delete.json',
  '/chatroom/whitelist/query.json',
  'objectnames',
  'whitlistMsgType',
);

const stop = '/chatroom/message/stopDistribution.json';
const resume = '/chatroom/message/resumeDistribution.json';
const ofRoom = { form: { chatroomId: '$room' }, room: 'chatroomId', answer: {}, witness: 'flow' } as const;
const distribution: readonly Endpoint[] = [
  { ...ofRoom, path: stop, parameters: { chatroomId } },
  { ...ofRoom, path: resume, parameters: { chatroomId }, unknownRoom: 200, before: [same(stop, 'chatroomId')] },
];

/** Messages in rooms. */
export const messages: readonly Endpoint[] = [
  ...messageCalls,
  history,
  ...lowPriority,
  ...messageAllowlist,
  ...distribution,
];
