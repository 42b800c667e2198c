import * as v from 'valibot';
import type { CheckedFrame } from './client-frames.ts';
import { Code } from './codes.ts';
import { isContentShort, isSignalShort, isWellFormed } from './frame-size.ts';
import { isRoomId, type RoomId } from './ids.ts';
import { CONTENT_BYTES_MAX, MEMBERS_LISTED_MAX, MESSAGE_COUNT_MAX, SIGNAL_BYTES_MAX } from './limits.ts';
import { RECALLED_TYPE } from './message.ts';
import {
  CLIENT_MESSAGE_ID_FORM,
  EPOCH_FORM,
  ID_FORM,
  MESSAGE_ID_FORM,
  MESSAGE_TYPE_FORM,
  REQUEST_ID_FORM,
  ruleOf,
} from './name-form.ts';
import { afterKey, entries, keys } from './parse-entries.ts';
import { type Field, field, flag, name, whole } from './parse-field.ts';

const id = field(name('id', REQUEST_ID_FORM));
const room = field(
  v.custom<RoomId>((value) => typeof value === 'string' && isRoomId(value), `room must be ${ruleOf(ID_FORM)}`),
  Code.BAD_ROOM_ID,
);

const messageCount = field(whole('messageCount', -1, MESSAGE_COUNT_MAX), Code.BAD_COUNT);
const epoch = (what: string) => name(what, EPOCH_FORM, `${what} must be as the server gave it`);
const resume = field(
  v.optional(
    v.strictObject({
      roomEpoch: epoch('resume.roomEpoch'),
      membership: epoch('resume.membership'),
      seq: whole('resume.seq', 0),
    }),
  ),
);

const clientMessageId = field(name('clientMessageId', CLIENT_MESSAGE_ID_FORM), Code.BAD_MESSAGE);
const type = field(
  v.pipe(
    name('type', MESSAGE_TYPE_FORM),
    v.check((text) => text !== RECALLED_TYPE, `type must not be ${RECALLED_TYPE}, which only a recall makes`),
  ),
  Code.BAD_MESSAGE,
);
const content = field(
  v.pipe(
    v.string('content must be a string'),
    v.check(isWellFormed, 'content must be whole characters; it holds half of a surrogate pair'),
    v.check(isContentShort, `content must be at most ${CONTENT_BYTES_MAX} bytes as a JSON string`),
  ),
  ({ requirement }) => (requirement === isContentShort ? Code.CONTENT_TOO_LONG : Code.BAD_MESSAGE),
);

const data = field(
  v.pipe(
    v.string('data must be a string'),
    v.check(isWellFormed, 'data must be whole characters; it holds half of a surrogate pair'),
    v.check(isSignalShort, `data must be at most ${SIGNAL_BYTES_MAX} bytes as a JSON string`),
  ),
  ({ requirement }) => (requirement === isSignalShort ? Code.CONTENT_TOO_LONG : Code.BAD_MESSAGE),
);

const timestampMs = field(whole('timestampMs', 0), Code.BAD_TIMESTAMP);
const order = field(v.picklist(['descending', 'ascending'], 'order must be descending or ascending'));
const count = field(whole('count', 1, MESSAGE_COUNT_MAX), Code.BAD_COUNT);
const memberCount = field(whole('memberCount', 0, MEMBERS_LISTED_MAX), Code.BAD_COUNT);
const cursor = field(v.optional(whole('cursor', 0)));

const messageId = field(
  name('messageId', MESSAGE_ID_FORM, 'messageId must be as the server gave it'),
  Code.NO_SUCH_MESSAGE,
);

/** The fields of a frame by name, but for its action; a field that only forbids itself is left out. */
type FieldsOf<Frame> = {
  readonly [Name in keyof Frame as Name extends 'action'
    ? never
    : [Exclude<Frame[Name], undefined>] extends [never]
      ? never
      : Name]-?: Field<Frame[Name]>;
};

/** The fields of every frame, by action: tsc names an action or a field that is missing, left over or of another type. */
export type FrameTable<Frame extends { readonly action: string }> = {
  readonly [Action in Frame['action']]: FieldsOf<Extract<Frame, { readonly action: Action }>>;
};

/** All that a client can send. A name means the same in each frame that has it. */
export const frameTable: FrameTable<CheckedFrame> = {
  join: {
    id,
    room,
    messageCount,
    autoCreate: field(flag('autoCreate')),
    resume,
    rejoin: field(v.optional(flag('rejoin'))),
  },
  leave: { id, room },
  send: { id, room, clientMessageId, type, content },
  history: { id, room, timestampMs, order, count, cursor },
  repair: { id, room, afterSeq: field(whole('afterSeq', 0)), beforeSeq: field(whole('beforeSeq', 0)) },
  recall: { id, room, messageId },
  setEntries: { id, room, entries, autoDelete: field(flag('autoDelete')), overwrite: field(flag('overwrite')) },
  removeEntries: { id, room, keys, force: field(flag('force')) },
  getEntries: { id, room, afterKey },
  info: { id, room, memberCount, order },
  signal: { id, room, type, data },
  ping: { id },
  beat: {},
};
