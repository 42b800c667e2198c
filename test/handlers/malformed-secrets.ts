import { NEW } from './kept-secret.ts';

const SHAPE =
  'it must be a JSON object of appSecret and, while that is being replaced, previousAppSecret, and of nothing else';
const RULE = 'must be at least 16 characters, 8 of them different, all of visible ASCII';
const APP_SECRET = `appSecret ${RULE}`;
const PREVIOUS = `previousAppSecret ${RULE}; where there is none it must not be there`;

/** Values that no field of the secret may have, as JSON. */
const values: readonly (readonly [what: string, json: string])[] = [
  ['empty', '""'],
  ['null', 'null'],
  ['a number', '0'],
  ['a long number', '12345678901234567890'],
  ['true', 'true'],
  ['false', 'false'],
  ['a list', '[]'],
  ['a list of a good one', `["${NEW}"]`],
  ['an object', '{}'],
  ['one character', '"x"'],
  ['a word', '"undefined"'],
  ['15 characters', '"0123456789abcde"'],
  ['one character many times', `"${'x'.repeat(64)}"`],
  ['seven characters many times', '"0123456012345601234560123456"'],
  ['blanks', `"${' '.repeat(32)}"`],
  ['tabs', `"${'\\t'.repeat(32)}"`],
  ['a good one with a blank at its end', `"${NEW} "`],
  ['a good one with a line break at its end', `"${NEW}\\n"`],
  ['a good one with a blank in it', '"0123456789abcdef 0123456789"'],
  ['a good one with a NUL', `"${NEW}\\u0000"`],
  ['letters that are not ASCII', '"äöüßÄÖÜ0123456789abcdef"'],
  ['half of a character', `"${NEW}\\ud800"`],
];

/** Texts that are not an app secret, and why. */
export const malformedSecrets: readonly (readonly [what: string, text: string | undefined, why: string])[] = [
  ['no text (a binary secret)', undefined, SHAPE],
  ['nothing', '', SHAPE],
  ['a blank', ' ', SHAPE],
  ['no JSON', NEW, SHAPE],
  ['broken JSON', `{"appSecret":"${NEW}"`, SHAPE],
  ['single quotes', `{'appSecret':'${NEW}'}`, SHAPE],
  ['the bare secret', JSON.stringify(NEW), SHAPE],
  ['null', 'null', SHAPE],
  ['a number', '1', SHAPE],
  ['a list', `["${NEW}"]`, SHAPE],
  ['an empty list', '[]', SHAPE],
  ['an empty object', '{}', SHAPE],
  ['a secret by another name', `{"secret":"${NEW}"}`, SHAPE],
  ['a secret in other letters', `{"appsecret":"${NEW}"}`, SHAPE],
  ['the previous secret alone', `{"previousAppSecret":"${NEW}"}`, SHAPE],
  ['a previous secret by another name', `{"appSecret":"${NEW}","previousSecret":""}`, SHAPE],
  ['an app key beside it', `{"appKey":"doorman","appSecret":"${NEW}"}`, SHAPE],
  ['a secret as the prototype', `{"__proto__":{"appSecret":"${NEW}"}}`, SHAPE],
  ['a secret twice, the last one empty', `{"appSecret":"${NEW}","appSecret":""}`, APP_SECRET],
  ...values.map(([what, json]) => [`appSecret: ${what}`, `{"appSecret":${json}}`, APP_SECRET] as const),
  ...values.map(
    ([what, json]) =>
      [`previousAppSecret: ${what}`, `{"appSecret":"${NEW}","previousAppSecret":${json}}`, PREVIOUS] as const,
  ),
];

/** What an attacker may try as the secret, knowing how such slips end up in a key. */
export function guessesOf(text: string | undefined): readonly string[] {
  const always = ['', ' ', 'undefined', 'null', 'NaN', '0', '1', 'true', 'false', 'x', '[]', '{}', '[object Object]'];
  const fields = Object.values(Object(parsed(text))).flatMap((value) => [String(value), JSON.stringify(value)]);
  return [...new Set([...always, 'doorman', `${text}`, ...fields])].filter((guess) => guess !== NEW);
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? '') as unknown;
  } catch {
    return text;
  }
}
