import * as v from 'valibot';
import { isEntryValue } from './frame-size.ts';
import { ENTRY_BATCH_MAX, ENTRY_VALUE_LENGTH_MAX } from './limits.ts';
import { ENTRY_KEY_FORM, patternOf, ruleOf } from './name-form.ts';

const KEY_PATTERN = patternOf(ENTRY_KEY_FORM);
const KEY_RULE = `a key must be ${ruleOf(ENTRY_KEY_FORM)}`;
const VALUE_RULE = `a value must be a string of at most ${ENTRY_VALUE_LENGTH_MAX} whole characters`;
const AMOUNT_RULE = `at most ${ENTRY_BATCH_MAX} attributes at once`;

/** The key of an attribute. */
export const entryKey = v.pipe(v.string(KEY_RULE), v.regex(KEY_PATTERN, KEY_RULE));

const entryValue = v.pipe(v.string(VALUE_RULE), v.check(isEntryValue, VALUE_RULE));

/** The keys of a batch. */
export const entryKeys = v.pipe(
  v.array(entryKey, 'keys must be a list'),
  v.minLength(1, 'keys must not be empty'),
  v.maxLength(ENTRY_BATCH_MAX, AMOUNT_RULE),
);

/** Attributes to be set. Not `v.record`, which drops keys such as `constructor` without a word. */
export const entries = v.pipe(
  v.custom<Readonly<Record<string, string>>>(isPlain, 'entries must be an object'),
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
);

function isPlain(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
