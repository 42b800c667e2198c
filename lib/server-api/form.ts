import { isWellFormed } from '../protocol/frame-size.ts';
import { isJsonObject, type JsonObject, jsonValue } from '../protocol/json.ts';
import { excessOf, type JsonBounds } from './json-bounds.ts';
import { badParameter } from './refused-call.ts';

/** The parameters of a call by name, each with its values in their order. */
export type Form = ReadonlyMap<string, readonly string[]>;

/** Twice what the largest call has: a thousand users in a room. */
const PARAMETERS_MAX = 2000;
const JSON_BOUNDS: JsonBounds = { depthMax: 8, valuesMax: PARAMETERS_MAX };
const [PLUS, BLANK] = [0x2b, 0x20];

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads the very bytes that were signed; what is not percent-encoded UTF-8 is refused, never mended. */
export function readForm(body: Uint8Array): Form {
  const form = new Map<string, string[]>();
  for (const pair of pairsOf(textOf(withBlanks(body)))) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decoded(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : decoded(pair.slice(equals + 1));
    const values = form.get(name);
    if (values === undefined) form.set(name, [value]);
    else values.push(value);
  }
  return form;
}

/** Reads a JSON object of strings and lists of strings; a number or a truth value counts as its text. */
export function readJsonForm(body: Uint8Array): Form {
  const text = textOf(body);
  const excess = excessOf(text, JSON_BOUNDS);
  if (excess === 'too many') throw tooManyParameters();
  const found = excess === undefined ? objectOf(jsonValue(text)) : undefined;
  if (found === undefined) throw badParameter('unable to accept the call; the body must be a JSON object');
  return new Map(Object.entries(found).map(([name, value]) => [name, stringsOf(name, value)]));
}

/** The JSON value of one parameter; undefined if it is not JSON, or holds more than a call may have. */
export const jsonParameter = (text: string): unknown =>
  excessOf(text, JSON_BOUNDS) === undefined ? jsonValue(text) : undefined;

/** The same, if it is an object. */
export const jsonObject = (text: string): JsonObject | undefined => objectOf(jsonParameter(text));

const objectOf = (value: unknown): JsonObject | undefined => (isJsonObject(value) ? value : undefined);

function stringsOf(name: string, value: unknown): readonly string[] {
  const values = (Array.isArray(value) ? value : [value]).map(asText);
  if (values.every((one) => typeof one === 'string' && isWellFormed(one))) return values as readonly string[];
  throw badParameter(`unable to accept the call; ${name} must be a string or a list of strings`);
}

const asText = (value: unknown): unknown =>
  typeof value === 'boolean' || Number.isSafeInteger(value) ? String(value) : value;

const tooManyParameters = () =>
  badParameter(
    `unable to accept the call; it has more than ${PARAMETERS_MAX} parameters, each value of a list being one`,
  );

/** Stops reading the text as soon as there are too many. */
function pairsOf(text: string): readonly string[] {
  const pairs = text.split('&', PARAMETERS_MAX + 1);
  if (pairs.length > PARAMETERS_MAX) throw tooManyParameters();
  return pairs;
}

/** A form writes blanks as +. In bytes, because replacing many of them in a string is slow. */
function withBlanks(body: Uint8Array): Uint8Array {
  const bytes = Uint8Array.from(body);
  for (let at = 0; at < bytes.length; at += 1) if (bytes[at] === PLUS) bytes[at] = BLANK;
  return bytes;
}

function textOf(body: Uint8Array): string {
  try {
    return strictUtf8.decode(body);
  } catch {
    throw badParameter('unable to accept the call; the body must be UTF-8');
  }
}

function decoded(text: string): string {
  try {
    return text.includes('%') ? decodeURIComponent(text) : text;
  } catch {
    throw badParameter('unable to accept the call; the body must be percent-encoded UTF-8');
  }
}
