import { type Draw, pick } from './draw.ts';

const LONG_ONE_IN = 400;
const eleven = Array.from({ length: 11 }, (_, index) => `"k${index}"`);

const deep = (open: string, close: string, depth: number) => `${open.repeat(depth)}1${close.repeat(depth)}`;

/** Values as they stand in JSON, of which no field expects most. */
const values: readonly string[] = [
  ...['null', 'true', 'false', '0', '-0', '1', '-1', '2', '50', '51', '0.5', '1e3', '1e400', '-1e400', '1e-400'],
  ...['9007199254740991', '9007199254740992', '123456789012345678901234567890', '00', '01', '+1', 'NaN', 'Infinity'],
  ...['""', '" "', '"a"', '"__proto__"', '"constructor"', '"\\u0000"', '"\\ud800"', '"\\udc00x"', '"\\ud83d\\ude00"'],
  ...['"é"', '"\u2028"', '"\\u202e"', '"a#b"', '"a\\nb"', '"RC:RcNtf"', '"descending"', '"1"', '"true"', '"\ud800"'],
  ...['[]', '{}', '[1]', '[null]', '["a","a"]', '{"a":1}', '{"__proto__":{"x":1}}', '{"constructor":"c"}', '{"":""}'],
  ...['{"a":"1","a":"2"}', '{"toString":"x","a":"b"}', '{"length":3}', '[[]]', '[{"a":[{}]}]'],
  ...[`[${eleven.join()}]`, `{${eleven.map((key) => `${key}:"v"`).join()}}`],
  ...[deep('[', ']', 30), deep('{"a":', '}', 30)],
];
const costly: readonly (() => string)[] = [
  () => deep('[', ']', 10_000),
  () => deep('{"a":', '}', 5000),
  () => `"${'x'.repeat(31_744)}"`,
  () => `"${'x'.repeat(31_745)}"`,
  () => `"${'\\n'.repeat(16_000)}"`,
  () => `"${'é'.repeat(16_000)}"`,
  () => `"${'x'.repeat(140_000)}"`,
  () => `[${'"a",'.repeat(2000)}"a"]`,
  () => `{${Array.from({ length: 500 }, (_, index) => `"k${index}":"v"`).join()}}`,
];

/** Text that is a value of JSON, or nearly. Few are long. */
export const oddValue = (draw: Draw): string => (draw(LONG_ONE_IN) === 0 ? pick(draw, costly)() : pick(draw, values));

const names: readonly string[] = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '', ' ', 'a.b', 'é', '\\ud800', 'x'],
];
export const oddName = (draw: Draw): string => pick(draw, names);

const pieces: readonly string[] = [
  '{',
  '}',
  '[',
  ']',
  '"',
  ':',
  ',',
  '\\',
  '\\u',
  '\u0000',
  '\ufeff',
  '\ud800',
  '0',
  '\n',
];

/** A change of the text itself: truncated, a character more or less, a part doubled or turned round. */
export function bendText(draw: Draw, text: string): string {
  const [at, other] = [draw(text.length + 1), draw(text.length + 1)];
  const [from, to] = at < other ? [at, other] : [other, at];
  switch (draw(6)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(at);
    case 2:
      return text.slice(0, at) + pick(draw, pieces) + text.slice(at);
    case 3:
      return text.slice(0, from) + text.slice(from + 1);
    case 4:
      return text.slice(0, to) + text.slice(from);
    default:
      return text.slice(0, from) + [...text.slice(from, to)].reverse().join('') + text.slice(to);
  }
}
