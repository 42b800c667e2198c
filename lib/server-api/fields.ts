import type { Form } from './form.ts';
import type { Kind } from './kinds.ts';
import { badParameter } from './refused-call.ts';
import type { Schema } from './schema.ts';

/** One parameter of a call: what the docs say about it, and how it is read. */
export interface Field<T> {
  readonly about: string;
  /** What one value must be, in words. */
  readonly rule: string;
  /** Of all its values. */
  readonly schema: Schema;
  readonly required: boolean;
  /** The value of a parameter that is not given. */
  readonly default?: string;
  /** How many times it may be given. */
  readonly maxValues: number;
  /** The parameters are `name[<key>]`. */
  readonly keyed: boolean;
  readonly read: (name: string, form: Form) => T;
}

export type Fields = Readonly<Record<string, Field<unknown>>>;
export type ParametersOf<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

const single = <T>(kind: Kind<T>, about: string) =>
  ({ about, rule: kind.rule, schema: kind.schema, maxValues: 1, keyed: false }) as const;

export function one<T>(kind: Kind<T>, about: string): Field<T> {
  const read = (name: string, form: Form): T => {
    const value = singleValue(name, form);
    if (value === undefined) throw missing(name);
    return kind.parse(name, value);
  };
  return { ...single(kind, about), required: true, read };
}

export function optional<T>(kind: Kind<T>, about: string): Field<T | undefined> {
  const read = (name: string, form: Form): T | undefined => {
    const value = singleValue(name, form);
    return value === undefined ? undefined : kind.parse(name, value);
  };
  return { ...single(kind, about), required: false, read };
}

/** A parameter that has this value when it is not given. */
export function withDefault<T>(kind: Kind<T>, value: string, about: string): Field<T> {
  const read = (name: string, form: Form): T => kind.parse(name, singleValue(name, form) ?? value);
  return { ...single(kind, about), required: false, default: value, read };
}

const several = <T>(kind: Kind<T>, minItems: number, maxItems: number, about: string) =>
  ({
    about,
    rule: kind.rule,
    schema: { type: 'array', items: kind.schema, minItems, maxItems },
    maxValues: maxItems,
    keyed: false,
  }) as const;

/** 1 to `maxValues` values of the same name. */
export function many<T>(kind: Kind<T>, maxValues: number, about: string): Field<readonly T[]> {
  const read = (name: string, form: Form): readonly T[] => {
    const values = form.get(name) ?? [];
    checkCount(name, values.length, 1, maxValues);
    return values.map((value) => kind.parse(name, value));
  };
  return { ...several(kind, 1, maxValues, about), required: true, read };
}

/** None, or up to `maxValues` values of the same name; empty ones are ignored. */
export function optionalMany<T>(kind: Kind<T>, maxValues: number, about: string): Field<readonly T[]> {
  const read = (name: string, form: Form): readonly T[] => {
    const values = (form.get(name) ?? []).filter((value) => value !== '');
    checkCount(name, values.length, 0, maxValues);
    return values.map((value) => kind.parse(name, value));
  };
  return { ...several(kind, 0, maxValues, about), required: false, read };
}

/** A list of a JSON body: it must be there, and may be empty. */
export function list<T>(kind: Kind<T>, maxValues: number, about: string): Field<readonly T[]> {
  const read = (name: string, form: Form): readonly T[] => {
    const values = form.get(name);
    if (values === undefined) throw missing(name);
    checkCount(name, values.length, 0, maxValues);
    return values.map((value) => kind.parse(name, value));
  };
  return { ...several(kind, 0, maxValues, about), required: true, read };
}

/** `name[<key>]=<value>`, 1 to `maxValues` times. */
export function keyed<K, T>(
  key: Kind<K>,
  value: Kind<T>,
  maxValues: number,
  about: string,
): Field<readonly { readonly key: K; readonly value: T }[]> {
  const read = (name: string, form: Form) => {
    const found = [...form]
      .filter(([full]) => full.startsWith(`${name}[`) && full.endsWith(']'))
      .flatMap(([full, values]) => values.map((text) => ({ key: full.slice(name.length + 1, -1), text })));
    checkCount(`${name}[id]`, found.length, 1, maxValues);
    return found.map((pair) => ({
      key: key.parse(`the id in ${name}[id]`, pair.key),
      value: value.parse(`${name}[id]`, pair.text),
    }));
  };
  const schema: Schema = {
    type: 'object',
    propertyNames: key.schema,
    additionalProperties: value.schema,
    minProperties: 1,
    maxProperties: maxValues,
  };
  const rule = `id: ${key.rule}; value: ${value.rule}`;
  return { about, rule, schema, required: true, maxValues, keyed: true, read };
}

/** All parameters by name; throws for the first that is wrong. Parameters that are not declared are ignored. */
export function readFields<F extends Fields>(fields: F, form: Form): ParametersOf<F> {
  const values = Object.entries(fields).map(([name, field]) => [name, field.read(name, form)] as const);
  return Object.fromEntries(values) as ParametersOf<F>;
}

const missing = (name: string) => badParameter(`unable to accept the call; ${name} is missing`);

/** An empty value counts as missing. */
function singleValue(name: string, form: Form): string | undefined {
  const values = form.get(name) ?? [];
  if (values.length > 1) throw badParameter(`unable to accept the call; ${name} is given more than once`);
  return values[0] || undefined;
}

function checkCount(name: string, count: number, min: number, max: number): void {
  if (count < min) throw missing(name);
  if (count > max) throw badParameter(`unable to accept the call; ${name} is given ${count} times, at most ${max}`);
}
