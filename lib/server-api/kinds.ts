import { isRoomId, isUserId, type RoomId, type UserId } from '../protocol/ids.ts';
import { ID_FORM, type NameForm, patternOf, ruleOf } from '../protocol/name-form.ts';
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

function idKind<T extends string>(isId: (text: string) => text is T): Kind<T> {
  const { rule, schema, parse: parseName } = nameKind(ID_FORM);
  const parse = (name: string, value: string): T => {
    const id = parseName(name, value);
    if (!isId(id)) throw wrong(name, rule);
    return id;
  };
  return { rule, schema, parse };
}

export const roomId: Kind<RoomId> = idKind(isRoomId);
export const userId: Kind<UserId> = idKind(isUserId);

/** Text of at most `max` bytes in UTF-8. */
export function bytes(max: number): Kind<string> {
  const parse = (name: string, value: string): string => {
    if (Buffer.byteLength(value) > max) throw tooLong(name, `${max} bytes`);
    return value;
  };
  return { rule: `text of at most ${max} bytes`, schema: { type: 'string', maxLength: max }, parse };
}

/** Text of at most `max` characters, as JavaScript and Java count them (UTF-16). */
export function characters(max: number): Kind<string> {
  const parse = (name: string, value: string): string => {
    if (value.length > max) throw tooLong(name, `${max} characters`);
    return value;
  };
  return { rule: `text of at most ${max} characters`, schema: { type: 'string', maxLength: max }, parse };
}

/** A name of this form. */
export function nameKind(form: NameForm): Kind<string> {
  const { lengthMax, characters } = form;
  const [pattern, rule] = [patternOf(form), ruleOf(form)];
  const parse = (name: string, value: string): string => {
    if (value.length > lengthMax) throw tooLong(name, `${lengthMax} characters`);
    if (!pattern.test(value)) throw wrong(name, rule);
    return value;
  };
  return { rule, schema: { type: 'string', pattern: `^[${characters}]{1,${lengthMax}}$` }, parse };
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
