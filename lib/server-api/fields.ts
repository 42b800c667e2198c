import { isRoomId, isUserId, type RoomId, type UserId } from '../domain/ids.ts';
import { ApiCode, badParameter, RefusedCall } from './refused-call.ts';

/** One parameter of a call: what a reader of the docs must know of it, and how its text becomes a value. */
export interface Field<T> {
  readonly about: string;
  /** What one value must be, in words. */
  readonly rule: string;
  readonly required: boolean;
  /** More than 1: the parameter may be repeated up to so often. */
  readonly maxValues: number;
  /** The keys are `name[<key>]`. */
  readonly keyed: boolean;
  readonly read: (name: string, form: URLSearchParams) => T;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;
export type ParametersOf<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

/** What one value must be. */
export interface Kind<T> {
  readonly rule: string;
  readonly parse: (name: string, text: string) => T;
}

const wrong = (name: string, rule: string) => badParameter(`unable to accept the call; ${name} must be ${rule}`);
const tooLong = (name: string, limit: string) =>
  new RefusedCall(400, ApiCode.TOO_LONG, `unable to accept the call; ${name} must be at most ${limit}`);

const ID_LENGTH_MAX = 64;

function idKind<T extends string>(isId: (text: string) => text is T): Kind<T> {
  const rule = `1 to ${ID_LENGTH_MAX} of A-Z a-z 0-9 _ + = -`;
  const parse = (name: string, text: string): T => {
    if (text.length > ID_LENGTH_MAX) throw tooLong(name, `${ID_LENGTH_MAX} characters`);
    if (!isId(text)) throw wrong(name, rule);
    return text;
  };
  return { rule, parse };
}

export const roomId: Kind<RoomId> = idKind(isRoomId);
export const userId: Kind<UserId> = idKind(isUserId);

/** Text of at most so many bytes in UTF-8, and of a form if one is given. */
export function text(maxBytes: number, form?: { readonly pattern: RegExp; readonly rule: string }): Kind<string> {
  const parse = (name: string, value: string): string => {
    if (Buffer.byteLength(value) > maxBytes) throw tooLong(name, `${maxBytes} bytes`);
    if (form !== undefined && !form.pattern.test(value)) throw wrong(name, form.rule);
    return value;
  };
  return { rule: form?.rule ?? `text of at most ${maxBytes} bytes`, parse };
}

export function integer(min: number, max: number): Kind<number> {
  const rule = `a whole number from ${min} to ${max}`;
  const parse = (name: string, value: string): number => {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min && number <= max)) throw wrong(name, rule);
    return number;
  };
  return { rule, parse };
}

/** One of a few words, each with what it stands for. */
export function choice<T>(meanings: Readonly<Record<string, T>>): Kind<T> {
  const found = new Map(Object.entries(meanings));
  const rule = [...found.keys()].join(' or ');
  const parse = (name: string, value: string): T => {
    const meaning = found.get(value);
    if (meaning === undefined) throw wrong(name, rule);
    return meaning;
  };
  return { rule, parse };
}

export const flag: Kind<boolean> = choice({ '0': false, '1': true, false: false, true: true });

/** A parameter of RongCloud's whose other values ask for what we do not do: better refused than ignored. */
export function only(...allowed: readonly string[]): Kind<string> {
  const rule = `${allowed.join(' or ')}; nothing else is served`;
  const parse = (name: string, value: string): string => {
    if (allowed.includes(value)) return value;
    const why = `${name} must be ${rule}`;
    throw new RefusedCall(400, ApiCode.NOT_SERVED, `unable to accept the call; ${why}`);
  };
  return { rule, parse };
}

export function one<T>(kind: Kind<T>, about: string): Field<T> {
  const read = (name: string, form: URLSearchParams): T => {
    const value = single(name, form);
    if (value === undefined) throw missing(name);
    return kind.parse(name, value);
  };
  return { about, rule: kind.rule, required: true, maxValues: 1, keyed: false, read };
}

export function optional<T>(kind: Kind<T>, about: string): Field<T | undefined> {
  const read = (name: string, form: URLSearchParams): T | undefined => {
    const value = single(name, form);
    return value === undefined ? undefined : kind.parse(name, value);
  };
  return { about, rule: kind.rule, required: false, maxValues: 1, keyed: false, read };
}

/** 1 to `maxValues` values of the same name. */
export function many<T>(kind: Kind<T>, maxValues: number, about: string): Field<readonly T[]> {
  const read = (name: string, form: URLSearchParams): readonly T[] => {
    const values = form.getAll(name);
    checkCount(name, values.length, maxValues);
    return values.map((value) => kind.parse(name, value));
  };
  return { about, rule: kind.rule, required: true, maxValues, keyed: false, read };
}

/** `name[<key>]=<value>`, 1 to `maxValues` times. */
export function keyed<K, T>(
  key: Kind<K>,
  value: Kind<T>,
  maxValues: number,
  about: string,
): Field<readonly { readonly key: K; readonly value: T }[]> {
  const read = (name: string, form: URLSearchParams) => {
    const found = [...form].filter(([full]) => full.startsWith(`${name}[`) && full.endsWith(']'));
    checkCount(`${name}[id]`, found.length, maxValues);
    return found.map(([full, one]) => ({
      key: key.parse(`the id in ${name}[id]`, full.slice(name.length + 1, -1)),
      value: value.parse(`${name}[id]`, one),
    }));
  };
  return { about, rule: `key: ${key.rule}; value: ${value.rule}`, required: true, maxValues, keyed: true, read };
}

/** All parameters by name; the first that is wrong is told. Parameters that are not declared are passed over. */
export function readFields<F extends Fields>(fields: F, form: URLSearchParams): ParametersOf<F> {
  const values = Object.entries(fields).map(([name, field]) => [name, field.read(name, form)] as const);
  return Object.fromEntries(values) as ParametersOf<F>;
}

const missing = (name: string) => badParameter(`unable to accept the call; ${name} is missing`);

/** An empty value is as good as none. */
function single(name: string, form: URLSearchParams): string | undefined {
  const values = form.getAll(name);
  if (values.length > 1) throw badParameter(`unable to accept the call; ${name} is given more than once`);
  return values[0] || undefined;
}

function checkCount(name: string, count: number, max: number): void {
  if (count === 0) throw missing(name);
  if (count > max) throw badParameter(`unable to accept the call; ${name} is given ${count} times, at most ${max}`);
}
