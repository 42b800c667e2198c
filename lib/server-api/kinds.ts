import { isRoomId, isUserId, type RoomId, type UserId } from '../domain/ids.ts';
import { ApiCode, badParameter, RefusedCall } from './refused-call.ts';
import type { Schema } from './schema.ts';

/** What one value of a parameter must be, and how its text becomes that. */
export interface Kind<T> {
  readonly rule: string;
  readonly schema: Schema;
  readonly parse: (name: string, text: string) => T;
}

export const wrong = (name: string, rule: string): RefusedCall =>
  badParameter(`unable to accept the call; ${name} must be ${rule}`);
export const tooLong = (name: string, limit: string): RefusedCall =>
  new RefusedCall(400, ApiCode.TOO_LONG, `unable to accept the call; ${name} must be at most ${limit}`);

const ID_LENGTH_MAX = 64;

function idKind<T extends string>(isId: (text: string) => text is T): Kind<T> {
  const rule = `1 to ${ID_LENGTH_MAX} of A-Z a-z 0-9 _ + = -`;
  const parse = (name: string, text: string): T => {
    if (text.length > ID_LENGTH_MAX) throw tooLong(name, `${ID_LENGTH_MAX} characters`);
    if (!isId(text)) throw wrong(name, rule);
    return text;
  };
  return { rule, schema: { type: 'string', pattern: `^[A-Za-z0-9_+=-]{1,${ID_LENGTH_MAX}}$` }, parse };
}

export const roomId: Kind<RoomId> = idKind(isRoomId);
export const userId: Kind<UserId> = idKind(isUserId);

/** Text of at most so many bytes in UTF-8. */
export function bytes(max: number): Kind<string> {
  const parse = (name: string, value: string): string => {
    if (Buffer.byteLength(value) > max) throw tooLong(name, `${max} bytes`);
    return value;
  };
  return { rule: `text of at most ${max} bytes`, schema: { type: 'string', maxLength: max }, parse };
}

/** Text of at most so many characters, as JavaScript and Java count them (UTF-16). */
export function characters(max: number): Kind<string> {
  const parse = (name: string, value: string): string => {
    if (value.length > max) throw tooLong(name, `${max} characters`);
    return value;
  };
  return { rule: `text of at most ${max} characters`, schema: { type: 'string', maxLength: max }, parse };
}

/** Text of at most so many characters, all of them from a set. */
export function word(max: number, set: string, spoken: string): Kind<string> {
  const pattern = new RegExp(`^(?!__proto__$)[${set}]{1,${max}}$`);
  const rule = `1 to ${max} of ${spoken}`;
  const parse = (name: string, value: string): string => {
    if (value.length > max) throw tooLong(name, `${max} characters`);
    if (!pattern.test(value)) throw wrong(name, rule);
    return value;
  };
  return { rule, schema: { type: 'string', pattern: `^[${set}]{1,${max}}$` }, parse };
}

export function integer(min: number, max: number): Kind<number> {
  const rule = `a whole number from ${min} to ${max}`;
  const parse = (name: string, value: string): number => {
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min && number <= max)) throw wrong(name, rule);
    return number;
  };
  return { rule, schema: { type: 'integer', minimum: min, maximum: max }, parse };
}

/** A time in ms since 1970: one in seconds, which would be long past, is refused. */
export const milliseconds: Kind<number> = {
  ...integer(1_000_000_000_000, 9_999_999_999_999),
  rule: 'a time in ms since 1970, of 13 digits',
};

/** One of a few words, each with what it stands for. */
export function choice<T>(meanings: Readonly<Record<string, T>>): Kind<T> {
  const found = new Map(Object.entries(meanings));
  const rule = [...found.keys()].join(' or ');
  const parse = (name: string, value: string): T => {
    if (!found.has(value)) throw wrong(name, rule);
    return found.get(value) as T;
  };
  return { rule, schema: { type: 'string', enum: [...found.keys()] }, parse };
}

export const flag: Kind<boolean> = choice({ '0': false, '1': true, false: false, true: true });
