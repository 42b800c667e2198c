import { badParameter } from './refused-call.ts';

/** The parameters of a call by name, each with its values in their order. */
export type Form = ReadonlyMap<string, readonly string[]>;

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const loneSurrogate = /\p{Surrogate}/u;

/** Reads the very bytes that were signed; what is not percent-encoded UTF-8 is refused, never mended. */
export function readForm(body: Uint8Array): Form {
  const form = new Map<string, string[]>();
  for (const pair of textOf(body).split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = decoded(equals < 0 ? pair : pair.slice(0, equals));
    const value = equals < 0 ? '' : decoded(pair.slice(equals + 1));
    form.set(name, [...(form.get(name) ?? []), value]);
  }
  return form;
}

/** Reads a JSON object of strings and lists of strings. */
export function readJsonForm(body: Uint8Array): Form {
  const found = jsonObject(textOf(body));
  if (found === undefined) throw badParameter('unable to accept the call; the body must be a JSON object');
  return new Map(Object.entries(found).map(([name, value]) => [name, stringsOf(name, value)]));
}

/** What the text is in JSON, or undefined. */
export function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** The object that the text is in JSON, or undefined. */
export function jsonObject(text: string): object | undefined {
  const value = jsonValue(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

/** JSON can name half of a character; UTF-8 has no form for it. */
export const isWellFormed = (text: string): boolean => !loneSurrogate.test(text);

function stringsOf(name: string, value: unknown): readonly string[] {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.every((one) => typeof one === 'string' && isWellFormed(one))) return values as readonly string[];
  throw badParameter(`unable to accept the call; ${name} must be a string or a list of strings`);
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
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw badParameter('unable to accept the call; the body must be percent-encoded UTF-8');
  }
}
