import * as v from 'valibot';
import { Code } from './codes.ts';
import { isEntryValue } from './frame-size.ts';
import { isJsonObject } from './json.ts';
import { ENTRY_BATCH_MAX, ENTRY_VALUE_LENGTH_MAX } from './limits.ts';
import { ENTRY_KEY_FORM, ruleOf } from './name-form.ts';
import { field, name } from './parse-field.ts';

const KEY_RULE = `a key must be ${ruleOf(ENTRY_KEY_FORM)}`;
const VALUE_RULE = `a value must be a string of at most ${ENTRY_VALUE_LENGTH_MAX} whole characters`;
const AMOUNT_RULE = `a batch has at most ${ENTRY_BATCH_MAX} entries`;

const entryKey = name('a key', ENTRY_KEY_FORM);
const entryValue = v.pipe(v.string(VALUE_RULE), v.check(isEntryValue, VALUE_RULE));

/** The keys to be removed. */
export const keys = field(
  v.pipe(
    v.array(entryKey, 'keys must be a list'),
    v.minLength(1, 'keys must not be empty'),
    v.maxLength(ENTRY_BATCH_MAX, AMOUNT_RULE),
  ),
  ({ type, path }) => {
    if (path?.[1] !== undefined) return Code.BAD_ENTRY_KEY;
    return type === 'max_length' ? Code.TOO_MANY_ENTRIES_AT_ONCE : Code.BAD_ENTRIES;
  },
);

/** The entries to be set. Not `v.record`, which silently drops keys such as `constructor`. */
export const entries = field(
  v.pipe(
    v.custom<Readonly<Record<string, string>>>(isJsonObject, 'entries must be an object'),
    v.minEntries(1, 'entries must not be empty'),
    v.maxEntries(ENTRY_BATCH_MAX, AMOUNT_RULE),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return;
      for (const [key, value] of Object.entries(dataset.value)) {
        const at = { type: 'object', input: dataset.value, key, value } as const;
        if (!v.is(entryKey, key)) addIssue({ message: KEY_RULE, path: [{ ...at, origin: 'key' }] });
        if (!v.is(entryValue, value)) addIssue({ message: VALUE_RULE, path: [{ ...at, origin: 'value' }] });
      }
    }),
  ),
  ({ type, path }) => {
    const entry = path?.[1];
    if (entry !== undefined) return entry.origin === 'key' ? Code.BAD_ENTRY_KEY : Code.BAD_ENTRY_VALUE;
    return type === 'max_entries' ? Code.TOO_MANY_ENTRIES_AT_ONCE : Code.BAD_ENTRIES;
  },
);

/** '' = from the first key. */
export const afterKey = field(
  v.union([v.literal(''), entryKey], 'afterKey must be empty or a key'),
  Code.BAD_ENTRY_KEY,
);
