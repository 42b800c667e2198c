import { expect, it } from 'vitest';
import { ID_FORM, MESSAGE_TYPE_FORM, patternOf, REQUEST_ID_FORM, ruleOf } from '../../lib/protocol/name-form.ts';

it.each([
  [ID_FORM, '1 to 64 of A-Z a-z 0-9 _ + = -'],
  [REQUEST_ID_FORM, '1 to 36 of A-Z a-z 0-9 _ -'],
  [MESSAGE_TYPE_FORM, '1 to 32 of A-Z a-z 0-9 : _ . -'],
])('%j in words is %s', (form, words) => {
  expect(ruleOf(form)).toBe(words);
});

it('a form limits the length and the characters of a name, and excludes __proto__', () => {
  const pattern = patternOf(MESSAGE_TYPE_FORM);
  const good = ['a', 'RC:TxtMsg', 'a.b_c-d', 'a'.repeat(32), '_proto_'];
  const bad = ['', 'a b', 'a\n', 'a/b', 'ä', 'a'.repeat(33), '__proto__'];
  expect([good, bad].map((names) => names.map((name) => pattern.test(name)))).toEqual([
    good.map(() => true),
    bad.map(() => false),
  ]);
});
