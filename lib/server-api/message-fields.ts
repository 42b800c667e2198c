import { isContentShort } from '../protocol/frame-size.ts';
import { jsonValue } from '../protocol/json.ts';
import { CONTENT_BYTES_MAX } from '../protocol/limits.ts';
import { BUILT_IN_TYPE_PREFIX } from '../protocol/message.ts';
import { MESSAGE_TYPE_FORM } from '../protocol/name-form.ts';
import { one, optional, withDefault } from './fields.ts';
import { flag, type Kind, nameKind, tooLong, userId, wrong } from './kinds.ts';
import { badParameter } from './refused-call.ts';

const CONTENT_LIMIT = `${CONTENT_BYTES_MAX} bytes as a JSON string, escapes included`;
const RANDOM_NUMBER = /^-?\d{1,19}$/;

export const messageType: Kind<string> = nameKind(MESSAGE_TYPE_FORM);

const content: Kind<string> = {
  rule: `text of at most ${CONTENT_LIMIT}; JSON where the type begins with \`${BUILT_IN_TYPE_PREFIX}\``,
  schema: { type: 'string', minLength: 1, maxLength: CONTENT_BYTES_MAX },
  parse: (name, value) => {
    if (!isContentShort(value)) throw tooLong(name, CONTENT_LIMIT);
    return value;
  },
};

/** A random number of the caller's own: 64 bits, with or without a sign. */
const randomNumber: Kind<string> = {
  rule: 'a whole number of at most 19 digits',
  schema: { type: 'string', pattern: RANDOM_NUMBER.source },
  parse: (name, value) => {
    if (!RANDOM_NUMBER.test(value)) throw wrong(name, randomNumber.rule);
    return `${BigInt(value)}`;
  },
};

/** What both ways of sending need. */
export const messageFields = {
  fromUserId: one(userId, 'the sender'),
  objectName: one(messageType, 'the type of the message'),
  content: one(content, 'the message'),
  isIncludeSender: withDefault(flag, '0', '1 = the sender gets it too where they are in the room'),
  msgRandom: optional(
    randomNumber,
    'a number that the caller draws: the same one of the same sender within a minute is an error, so that a call that ' +
      'is repeated sends nothing twice',
  ),
};

/** A message that a call sends to the room besides what it does. */
export const alongFields = {
  objectName: optional(messageType, 'the type of a message that is sent to the room then; with content only'),
  content: optional(content, 'that message; with objectName only'),
};

export interface MessageContent {
  readonly type: string;
  readonly content: string;
}

/** Content of RongCloud's types must be JSON, because clients parse it; that of an app's own types may be any text. */
export function messageContent(type: string, text: string): MessageContent {
  if (type.startsWith(BUILT_IN_TYPE_PREFIX) && jsonValue(text) === undefined) {
    throw wrong('content', `JSON, as objectName begins with ${BUILT_IN_TYPE_PREFIX}`);
  }
  return { type, content: text };
}

/** Undefined = there is none. */
export function messageAlong(type: string | undefined, text: string | undefined): MessageContent | undefined {
  if (type === undefined && text === undefined) return undefined;
  if (type !== undefined && text !== undefined) return messageContent(type, text);
  throw badParameter('unable to accept the call; objectName and content must be given together');
}
