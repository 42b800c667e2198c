import * as v from 'valibot';
import { Code } from './codes.ts';
import { type NameForm, patternOf, ruleOf } from './name-form.ts';

/** One field of a client's frame: what it must be, and the code of the refusal where it is not. */
export interface Field<T> {
  readonly schema: v.GenericSchema<unknown, T>;
  /** A function where the code depends on what is wrong. */
  readonly code: Code | ((issue: v.BaseIssue<unknown>) => Code);
}

export const field = <Schema extends v.GenericSchema>(
  schema: Schema,
  code: Field<unknown>['code'] = Code.INVALID_PARAMETER,
): Field<v.InferOutput<Schema>> => ({ schema, code });

/** `rule`: the whole sentence, where the form says nothing to the client. */
export const name = (what: string, form: NameForm, rule = `${what} must be ${ruleOf(form)}`) =>
  v.pipe(v.string(rule), v.regex(patternOf(form), rule));

export const flag = (what: string) => v.boolean(`${what} must be true or false`);

/** A whole number from `min` to `max`. */
export function whole(what: string, min: number, max?: number) {
  const rule = `${what} must be a whole number ${max === undefined ? `of at least ${min}` : `from ${min} to ${max}`}`;
  return v.pipe(
    v.number(rule),
    v.safeInteger(rule),
    v.minValue(min, rule),
    v.maxValue(max ?? Number.MAX_SAFE_INTEGER, rule),
  );
}
