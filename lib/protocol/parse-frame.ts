import * as v from 'valibot';
import type { CheckedFrame } from './client-frames.ts';
import { Code } from './codes.ts';
import { utf8Bytes } from './frame-size.ts';
import { isJsonObject, jsonValue } from './json.ts';
import { FRAME_BYTES_MAX } from './limits.ts';
import type { Field } from './parse-field.ts';
import { frameTable } from './parse-frame-table.ts';

/**
 * A frame, or why the text is not one: `code` and `message` are for the client, `id` is '' where it could not be read.
 */
export type ParsedFrame =
  | { readonly ok: true; readonly frame: CheckedFrame }
  | { readonly ok: false; readonly id: string; readonly code: Code; readonly message: string };

/** A reason may quote the name of a field that a client has made up. A longer quote would not fit in a frame. */
const REASON_MAX = 200;

type Fields = Readonly<Record<string, Field<unknown>>>;
const schemas = new Map(
  Object.entries<Fields>(frameTable).map(([action, fields]) => {
    const own = Object.entries(fields).map(([name, { schema }]) => [name, schema] as const);
    return [action, v.strictObject({ action: v.literal(action), ...Object.fromEntries(own) })] as const;
  }),
);
const ACTION_RULE = `action must be one of ${[...schemas.keys()].join(', ')}`;
/** By name: a field of another action is refused with the code that it has there. */
const everyField = new Map(Object.values<Fields>(frameTable).flatMap((fields) => Object.entries(fields)));

/** Reads one frame's text. Never throws. Refuses unknown fields, so that a misspelt one is not silently ignored. */
export function parseFrame(text: string): ParsedFrame {
  const value = jsonValue(text);
  if (!isJsonObject(value)) return refuse('', Code.INVALID_PARAMETER, 'it is not a JSON object');
  const { action } = value;
  const id = requestId(value.id);
  if (utf8Bytes(text) > FRAME_BYTES_MAX) {
    return refuse(id, Code.CONTENT_TOO_LONG, `it must be at most ${FRAME_BYTES_MAX} bytes`);
  }
  const schema = typeof action === 'string' ? schemas.get(action) : undefined;
  if (schema === undefined) return refuse(id, Code.INVALID_PARAMETER, ACTION_RULE);
  const result = v.safeParse(schema, value, { abortEarly: true });
  // The type of the table says that these fields make this frame.
  if (result.success) return { ok: true, frame: result.output as object as CheckedFrame };
  const [issue] = result.issues;
  return refuse(id, codeOf(issue), sentenceOf(issue).slice(0, REASON_MAX));
}

function requestId(given: unknown): string {
  const read = v.safeParse(frameTable.ping.id.schema, given);
  return read.success ? read.output : '';
}

function codeOf(issue: v.BaseIssue<unknown>): Code {
  const { code = Code.INVALID_PARAMETER } = everyField.get(String(issue.path?.[0].key)) ?? {};
  return typeof code === 'function' ? code(issue) : code;
}

function sentenceOf({ type, message, expected, received, path }: v.BaseIssue<unknown>): string {
  if (type !== 'strict_object') return message;
  const name = path?.map(({ key }) => String(key)).join('.');
  if (expected === 'never') return `${name} is not a field of this action`;
  return received === 'undefined' ? `${name} is missing` : `${name} must be an object`;
}

function refuse(id: string, code: Code, why: string): ParsedFrame {
  return { ok: false, id, code, message: `unable to read the frame; ${why}` };
}
