import * as v from 'valibot';
import { jsonValue } from '../protocol/json.ts';
import type { Secrets } from '../server-api/secrets.ts';

const SHAPE =
  'it must be a JSON object of appSecret and, while that is being replaced, previousAppSecret, and of nothing else';
/** Nobody can try out all secrets of this length; the number of different characters keeps out mere filler. */
const [LENGTH_MIN, DIFFERENT_MIN] = [16, 8];
const RULE = `at least ${LENGTH_MIN} characters, ${DIFFERENT_MIN} of them different, all of visible ASCII`;

const secretText = (name: string, more = '') => {
  const why = `${name} must be ${RULE}${more}`;
  const isVaried = (text: string) => new Set(text).size >= DIFFERENT_MIN;
  return v.pipe(v.string(why), v.regex(new RegExp(`^[!-~]{${LENGTH_MIN},}$`), why), v.check(isVaried, why));
};

const shape = v.strictObject(
  {
    appSecret: secretText('appSecret'),
    previousAppSecret: v.optional(secretText('previousAppSecret', '; where there is none it must not be there')),
  },
  SHAPE,
);

/**
 * The secrets that the text of the app secret puts in force, newest first. Refuses every malformed text: anyone can
 * derive the key that follows from an empty or missing secret.
 * @throws Error `unable to use the app secret; <why>`; it never quotes the text.
 */
export function readAppSecret(text: string | undefined): Secrets {
  // The JSON parser's own error would repeat the text, so a text that is not JSON becomes undefined here.
  const read = v.safeParse(shape, jsonValue(text ?? ''), { abortEarly: true });
  if (!read.success) throw new Error(`unable to use the app secret; ${read.issues[0].message}`);
  const { appSecret, previousAppSecret } = read.output;
  return previousAppSecret === undefined ? [appSecret] : [appSecret, previousAppSecret];
}
