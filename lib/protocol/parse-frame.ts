import * as v from 'valibot';
import type { ClientFrame } from './client-frames.ts';
import { Code } from './codes.ts';
import { isContentShort, isWellFormed, utf8Bytes } from './frame-size.ts';
import { isRoomId } from './ids.ts';
import { CONTENT_BYTES_MAX, FRAME_BYTES_MAX, MESSAGE_COUNT_MAX } from './limits.ts';
import { RECALLED_TYPE } from './message.ts';
import {
  CLIENT_MESSAGE_ID_FORM,
  EPOCH_FORM,
  ID_FORM,
  MESSAGE_ID_FORM,
  MESSAGE_TYPE_FORM,
  patternOf,
  REQUEST_ID_FORM,
  ruleOf,
} from './name-form.ts';
import { entries, entryKey, entryKeys } from './parse-entries.ts';

/** A frame, or why it is none: the code and sentence for the client, with the request's id where it could be read. */
export type ParsedFrame =
  | { readonly ok: true; readonly frame: ClientFrame }
  | { readonly ok: false; readonly id: string; readonly code: number; readonly message: string };

const CONTENT_SIZE_RULE = `content must be at most ${CONTENT_BYTES_MAX} bytes as a JSON string`;
const CONTENT_TEXT_RULE = 'content must be whole characters; it holds half of a surrogate pair';
/** A reason may quote what a client has made up: no more of it than this, or the answer would not fit in a frame. */
const REASON_MAX = 200;

const requestId = v.pipe(v.string(), v.regex(patternOf(REQUEST_ID_FORM), `id must be ${ruleOf(REQUEST_ID_FORM)}`));
const room = v.pipe(v.string('room must be a string'), v.guard(isRoomId, `room must be ${ruleOf(ID_FORM)}`));
const seq = v.pipe(
  v.number(),
  v.safeInteger('a seq must be a whole number'),
  v.minValue(0, 'a seq must not be negative'),
);
const epoch = v.pipe(v.string(), v.regex(patternOf(EPOCH_FORM), 'an epoch must be as the server gave it'));
const messageType = v.pipe(
  v.string(),
  v.regex(patternOf(MESSAGE_TYPE_FORM), `type must be ${ruleOf(MESSAGE_TYPE_FORM)}`),
  v.check((type) => type !== RECALLED_TYPE, `type must not be ${RECALLED_TYPE}, which only a recall makes`),
);
const count = (min: number) =>
  v.pipe(
    v.number('count must be a number'),
    v.safeInteger('count must be a whole number'),
    v.minValue(min, `count must be at least ${min}`),
    v.maxValue(MESSAGE_COUNT_MAX, `count must be at most ${MESSAGE_COUNT_MAX}`),
  );

const schemas = {
  join: v.strictObject({
    action: v.literal('join'),
    id: requestId,
    room,
    messageCount: count(-1),
    autoCreate: v.boolean(),
    resume: v.optional(v.strictObject({ roomEpoch: epoch, membership: epoch, seq })),
  }),
  leave: v.strictObject({ action: v.literal('leave'), id: requestId, room }),
  send: v.strictObject({
    action: v.literal('send'),
    id: requestId,
    room,
    clientMessageId: v.pipe(
      v.string(),
      v.regex(patternOf(CLIENT_MESSAGE_ID_FORM), `clientMessageId must be ${ruleOf(CLIENT_MESSAGE_ID_FORM)}`),
    ),
    type: messageType,
    content: v.pipe(
      v.string('content must be a string'),
      v.check(isWellFormed, CONTENT_TEXT_RULE),
      v.check(isContentShort, CONTENT_SIZE_RULE),
    ),
  }),
  history: v.strictObject({
    action: v.literal('history'),
    id: requestId,
    room,
    timestampMs: seq,
    order: v.picklist(['descending', 'ascending']),
    count: count(1),
    cursor: v.optional(seq),
  }),
  repair: v.strictObject({ action: v.literal('repair'), id: requestId, room, afterSeq: seq, beforeSeq: seq }),
  recall: v.strictObject({
    action: v.literal('recall'),
    id: requestId,
    room,
    messageId: v.pipe(
      v.string('messageId must be a string'),
      v.regex(patternOf(MESSAGE_ID_FORM), 'messageId must be as the server gave it'),
    ),
  }),
  setEntries: v.strictObject({
    action: v.literal('setEntries'),
    id: requestId,
    room,
    entries,
    autoDelete: v.boolean(),
    overwrite: v.boolean(),
  }),
  removeEntries: v.strictObject({
    action: v.literal('removeEntries'),
    id: requestId,
    room,
    keys: entryKeys,
    force: v.boolean(),
  }),
  getEntries: v.strictObject({
    action: v.literal('getEntries'),
    id: requestId,
    room,
    afterKey: v.union([v.literal(''), entryKey], 'afterKey must be empty or a key'),
  }),
  ping: v.strictObject({ action: v.literal('ping'), id: requestId }),
  beat: v.strictObject({ action: v.literal('beat') }),
} as const;

const codeOfField: Readonly<Record<string, number>> = {
  room: Code.BAD_ROOM_ID,
  messageCount: Code.BAD_COUNT,
  count: Code.BAD_COUNT,
  timestampMs: Code.BAD_TIMESTAMP,
  content: Code.BAD_MESSAGE,
  type: Code.BAD_MESSAGE,
  clientMessageId: Code.BAD_MESSAGE,
  messageId: Code.NO_SUCH_MESSAGE,
  entries: Code.BAD_ENTRIES,
  keys: Code.BAD_ENTRIES,
  afterKey: Code.BAD_ENTRY_KEY,
};

/** Reads one frame's text. Never throws; unknown fields are refused, so a typing slip is not silently ignored. */
export function parseFrame(text: string): ParsedFrame {
  const value = jsonObject(text);
  if (value === undefined)
    return refuse('', Code.INVALID_PARAMETER, 'unable to read the frame; it is not a JSON object');
  const given = value['id'];
  const id = v.is(requestId, given) ? given : '';
  if (utf8Bytes(text) > FRAME_BYTES_MAX) {
    return refuse(id, Code.CONTENT_TOO_LONG, `unable to read the frame; it must be at most ${FRAME_BYTES_MAX} bytes`);
  }
  const action = value['action'];
  if (typeof action !== 'string' || !Object.hasOwn(schemas, action)) {
    return refuse(
      id,
      Code.INVALID_PARAMETER,
      `unable to read the frame; action must be one of ${Object.keys(schemas).join(', ')}`,
    );
  }
  const result = v.safeParse(schemas[action as keyof typeof schemas], value, { abortEarly: true });
  if (result.success) return { ok: true, frame: result.output };
  const issue = result.issues[0];
  const [field, inner] = issue.path ?? [];
  const name = String(field?.key ?? '');
  const why =
    issue.type === 'strict_object'
      ? `${name} is ${issue.expected === 'never' ? 'not a field of this action' : 'missing'}`
      : issue.message;
  return refuse(id, codeOf(name, inner, issue), `unable to read the frame; ${why.slice(0, REASON_MAX)}`);
}

/** `inner`: where in the field it is, if the field holds several things. */
function codeOf(field: string, inner: v.IssuePathItem | undefined, issue: v.BaseIssue<unknown>): number {
  const { type: broken, message } = issue;
  if (message === CONTENT_SIZE_RULE) return Code.CONTENT_TOO_LONG;
  if (inner !== undefined && field === 'keys') return Code.BAD_ENTRY_KEY;
  if (inner !== undefined && field === 'entries') {
    return inner.origin === 'key' ? Code.BAD_ENTRY_KEY : Code.BAD_ENTRY_VALUE;
  }
  const isBatch = field === 'entries' || field === 'keys';
  if (isBatch && (broken === 'max_entries' || broken === 'max_length')) return Code.TOO_MANY_ENTRIES_AT_ONCE;
  return Object.hasOwn(codeOfField, field) ? (codeOfField[field] ?? Code.INVALID_PARAMETER) : Code.INVALID_PARAMETER;
}

function refuse(id: string, code: number, message: string): ParsedFrame {
  return { ok: false, id, code, message };
}

function jsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
