import { isWellFormed } from '../protocol/frame-size.ts';
import { ENTRY_VALUE_LENGTH_MAX } from '../protocol/limits.ts';
import { ENTRY_KEY_FORM } from '../protocol/name-form.ts';
import { type Field, many } from './fields.ts';
import { type Form, jsonObject, jsonParameter } from './form.ts';
import { characters, type Kind, nameKind, wrong } from './kinds.ts';
import { badParameter } from './refused-call.ts';

/** RongCloud's limit of one call of the server API; that of clients is lower. */
const BATCH_MAX = 20;

export const entryKey: Kind<string> = nameKind(ENTRY_KEY_FORM);
export const entryValue: Kind<string> = characters(ENTRY_VALUE_LENGTH_MAX);

const infoKind = (least: 0 | 1): Kind<ReadonlyMap<string, string>> => ({
  rule: `a JSON object of ${least} to ${BATCH_MAX} strings; key: ${entryKey.rule}; value: ${entryValue.rule}`,
  schema: { type: 'string' },
  parse: (name, text) => {
    const found = jsonObject(text);
    if (found === undefined) throw wrong(name, `a JSON object of 1 to ${BATCH_MAX} strings`);
    const pairs = Object.entries(found);
    if (pairs.length < least) throw wrong(name, 'an object that holds something');
    if (pairs.length > BATCH_MAX) {
      throw badParameter(`unable to accept the call; ${name} has ${pairs.length} keys, at most ${BATCH_MAX}`);
    }
    return new Map(pairs.map(([key, value]) => [entryKey.parse(`a key in ${name}`, key), entryText(name, value)]));
  },
});

/** Entries as the text of a JSON object of strings. */
export const entryInfo = infoKind(1);
/** The same, but `{}` is allowed and means no entries. */
export const startingEntryInfo = infoKind(0);

function entryText(name: string, value: unknown): string {
  if (typeof value !== 'string' || !isWellFormed(value)) throw wrong(`a value in ${name}`, 'a string');
  return entryValue.parse(`a value in ${name}`, value);
}

const keyList = many(entryKey, BATCH_MAX, 'the keys');

/** RongCloud documents the keys as one JSON list. Repeated parameters work too, since no key contains a bracket. */
export const entryKeys: Field<readonly string[]> = {
  ...keyList,
  about: 'the keys, one per parameter or all as one JSON list',
  read: (name, form) => keyList.read(name, spreadList(name, form)),
};

function spreadList(name: string, form: Form): Form {
  const [text = '', ...more] = form.get(name) ?? [];
  if (more.length > 0 || !text.startsWith('[')) return form;
  const keys = jsonParameter(text);
  if (!Array.isArray(keys) || !keys.every((key) => typeof key === 'string'))
    throw wrong(name, 'a JSON list of strings');
  return new Map([[name, keys]]);
}
